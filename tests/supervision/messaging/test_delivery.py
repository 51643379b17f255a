import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from supervision.messaging import delivery, doubtful_messages
from supervision.messaging.delivery import ClaimedMessage
from supervision.messaging.gateways import Gateway, ReceiptLine, SubmissionOutcome, Verdict
from supervision.messaging.gateways.chosen import WITHOUT_RECEIPTS
from supervision.messaging.gateways.console import ConsoleGateway
from supervision.messaging.gateways.http import HttpGateway
from tests.factories.messaging import ask, states_of, stock
from tests.factories.simulator import SECRET
from tests.places import Committed

CONSOLE = ConsoleGateway(None)
ASKABLE = HttpGateway("http://127.0.0.1:9", SECRET)
HOURS_72 = timedelta(hours=72)


async def claim(
    committed: Committed, limit: int = 100, gateway: Gateway = CONSOLE, **over: Any
) -> list[ClaimedMessage]:
    async with committed.worker() as session:
        wanted = {"gateway": gateway.name, "is_test": True, "limit": limit, **over}
        claimed = await delivery.claim(session, **wanted)
        await session.commit()
    return claimed


async def settle(
    committed: Committed,
    claimed: Sequence[ClaimedMessage],
    verdict: Verdict,
    gateway: Gateway = CONSOLE,
    code: str | None = None,
) -> None:
    outcomes = [SubmissionOutcome(str(each.id), verdict, f"ref-{each.id}", code) for each in claimed]
    async with committed.worker() as session:
        await delivery.settle(session, gateway, claimed, outcomes)
        await session.commit()


async def states(committed: Committed) -> dict[str, int]:
    async with committed.worker() as session:
        return await states_of(session)


async def take_doubtful(committed: Committed, gateway: Gateway) -> list[ClaimedMessage]:
    async with committed.worker() as session:
        taken = await doubtful_messages.take_doubtful(session, gateway, is_test=True, limit=100)
        await session.commit()
    return taken


async def expire(committed: Committed) -> None:
    async with committed.worker() as session:
        await doubtful_messages.expire(session, silent=WITHOUT_RECEIPTS, patience=HOURS_72)
        await session.commit()


async def test_a_claim_opens_the_number_and_writes_its_attempt_first(committed: Committed) -> None:
    await stock(committed, 2)
    claimed = await claim(committed)
    submissions, unsendable = delivery.write_submissions(claimed)
    assert [submission.telephone for submission in submissions] == ["+8619999990000", "+8619999990001"]
    assert {submission.text for submission in submissions} == {"【督查室】请按时报送进展。"}
    assert unsendable == []
    attempts = await ask(committed, "SELECT message_id, fence, gateway, verdict FROM attempt ORDER BY message_id")
    assert [tuple(row) for row in attempts] == [(each.id, 1, "console", None) for each in claimed]
    assert "1999999" not in repr((claimed, submissions))


async def test_two_workers_never_claim_the_same_message(committed: Committed) -> None:
    await stock(committed, 300)
    batches = await asyncio.gather(*(claim(committed, 50) for _ in range(8)))
    taken = [each.id for batch in batches for each in batch]
    assert len(taken) == len(set(taken)) == 300


async def test_a_claim_waits_for_nobody(committed: Committed) -> None:
    await stock(committed, 4)
    async with committed.worker() as session:
        first = await delivery.claim(session, gateway="console", is_test=True, limit=2)
        second = await asyncio.wait_for(claim(committed, 2), 5)
        await session.commit()
    assert sorted(each.id for each in (*first, *second)) == [1, 2, 3, 4]


async def test_test_and_live_messages_are_claimed_apart_and_not_before_their_time(committed: Committed) -> None:
    await stock(committed, 4)
    await ask(committed, "UPDATE message SET is_test = false WHERE id % 2 = 0")
    await ask(committed, "UPDATE message SET not_before = now() + interval '1 hour' WHERE id IN (1, 2)")
    with time_machine.travel(datetime(2016, 3, 1, 4, tzinfo=UTC)):  # noon in Shanghai
        assert [each.id for each in await claim(committed)] == [3]
        assert [each.id for each in await claim(committed, is_test=False)] == [4]


async def test_a_worker_that_comes_back_at_night_wakes_nobody(committed: Committed) -> None:
    await stock(committed, 2)
    await ask(committed, "UPDATE message SET is_test = false")
    with time_machine.travel(datetime(2016, 3, 1, 14, tzinfo=UTC)):  # 22:00 in Shanghai
        assert await claim(committed, is_test=False) == []
        await ask(committed, "UPDATE broadcast SET critical_reason = '防汛'")
        assert len(await claim(committed, is_test=False)) == 2


@pytest.mark.parametrize(
    ("verdict", "gateway", "state"),
    [
        (Verdict.ACCEPTED, CONSOLE, "accepted"),
        (Verdict.REFUSED, CONSOLE, "refused"),
        (Verdict.THROTTLED, CONSOLE, "queued"),
        (Verdict.UNREACHABLE, CONSOLE, "queued"),
        (Verdict.UNKNOWN, CONSOLE, "unknown"),
        (Verdict.UNKNOWN, ASKABLE, "unknown"),
    ],
)
async def test_each_verdict_has_its_state(committed: Committed, verdict: Verdict, gateway: Gateway, state: str) -> None:
    await stock(committed, 2)
    claimed = await claim(committed, gateway=gateway)
    await settle(committed, claimed, verdict, gateway, "CODE")
    ((found, lease, later, verdicts),) = await ask(
        committed,
        "SELECT state, bool_or(leased_until IS NOT NULL), bool_or(not_before > now()), "
        "(SELECT array_agg(verdict || code) FROM attempt) FROM message GROUP BY state",
    )
    assert found == state
    assert lease == (verdict is Verdict.UNKNOWN and gateway is ASKABLE)
    # What was thrown back keeps its place.
    assert later == (verdict is Verdict.UNREACHABLE)
    assert verdicts == [f"{verdict}CODE"] * 2


async def test_tries_have_an_end(committed: Committed) -> None:
    await stock(committed, 1)
    tries = 0
    while (await states(committed)) == {"queued": 1}:
        await ask(committed, "UPDATE message SET not_before = now()")
        await settle(committed, await claim(committed), Verdict.UNREACHABLE)
        tries += 1
    assert (tries, await states(committed)) == (13, {"failed": 1})


async def test_throttling_costs_no_try(committed: Committed) -> None:
    await stock(committed, 1)
    for _ in range(20):
        await settle(committed, await claim(committed), Verdict.THROTTLED)
    assert await states(committed) == {"queued": 1}
    assert await ask(committed, "SELECT attempts, (SELECT count(*) FROM attempt) FROM message") == [(0, 20)]


async def test_a_retry_keeps_the_quiet_hours(committed: Committed) -> None:
    await stock(committed, 1)
    await ask(committed, "UPDATE message SET is_test = false")
    with time_machine.travel(datetime(2016, 3, 1, 12, 59, 59, tzinfo=UTC), tick=False):  # 20:59:59 in Shanghai
        await settle(committed, await claim(committed, is_test=False), Verdict.UNREACHABLE)
    ((moment,),) = await ask(committed, "SELECT not_before FROM message")
    assert moment == datetime(2016, 3, 1, 23, 30, tzinfo=UTC)


async def test_a_stale_fence_settles_nothing(committed: Committed) -> None:
    await stock(committed, 1)
    first = await claim(committed)
    await ask(committed, "UPDATE message SET state = 'queued'")
    second = await claim(committed)
    await settle(committed, first, Verdict.REFUSED)
    assert await states(committed) == {"submitting": 1}
    await settle(committed, second, Verdict.ACCEPTED)
    assert await states(committed) == {"accepted": 1}
    verdicts = await ask(committed, "SELECT fence, verdict FROM attempt ORDER BY fence")
    assert [tuple(row) for row in verdicts] == [(1, "refused"), (2, "accepted")]


async def test_what_a_receipt_has_ended_is_not_settled_any_more(committed: Committed) -> None:
    await stock(committed, 1)
    claimed = await claim(committed)
    await ask(committed, "UPDATE message SET state = 'delivered'")
    await settle(committed, claimed, Verdict.UNKNOWN)
    assert await states(committed) == {"delivered": 1}


async def test_without_a_readable_number_a_message_is_refused_and_the_others_go(committed: Committed) -> None:
    await stock(committed, 3)
    await ask(committed, "UPDATE official SET telephone_sealed = '\\x01' WHERE telephone_masked LIKE '%0000'")
    await ask(committed, "UPDATE official SET telephone_sealed = NULL WHERE telephone_masked LIKE '%0001'")
    submissions, unsendable = delivery.write_submissions(await claim(committed))
    assert len(submissions) == 1
    assert {(each.verdict, each.code) for each in unsendable} == {(Verdict.REFUSED, "no_number")}


async def test_a_lease_that_runs_out_is_unknown_where_nobody_can_be_asked(committed: Committed) -> None:
    await stock(committed, 2)
    await claim(committed)
    assert await take_doubtful(committed, CONSOLE) == []
    assert await states(committed) == {"submitting": 2}
    await ask(committed, "UPDATE message SET leased_until = now()")
    assert await take_doubtful(committed, CONSOLE) == []
    assert await states(committed) == {"unknown": 2}
    await ask(committed, "UPDATE message SET not_before = now()")
    assert await claim(committed) == []  # never sent again by itself
    assert [tuple(row) for row in await ask(committed, "SELECT DISTINCT verdict FROM attempt")] == [("unknown",)]


async def test_a_lease_that_runs_out_is_asked_about_by_one_and_ends_as_the_gateway_says(committed: Committed) -> None:
    await stock(committed, 4)
    await claim(committed, gateway=ASKABLE)
    await ask(committed, "UPDATE message SET leased_until = now()")
    async with committed.worker() as session:
        doubtful = await doubtful_messages.take_doubtful(session, ASKABLE, is_test=True, limit=100)
        assert await asyncio.wait_for(take_doubtful(committed, ASKABLE), 5) == []
        await session.commit()
    has_it, refused, absent, arrived = (str(each.id) for each in doubtful)
    told: list[SubmissionOutcome | ReceiptLine] = [
        SubmissionOutcome(has_it, Verdict.ACCEPTED, "r1"),
        SubmissionOutcome(refused, Verdict.REFUSED, None, "INVALID"),
        SubmissionOutcome(absent, Verdict.UNREACHABLE),
        ReceiptLine(arrived, "r4", delivered=True, code="DELIVRD", at=None),
    ]
    async with committed.worker() as session:
        await delivery.settle(session, ASKABLE, doubtful, told)
        await session.commit()
    rows = await ask(committed, "SELECT state, reference FROM message ORDER BY id")
    assert [tuple(row) for row in rows] == [
        ("accepted", "r1"),
        ("refused", None),
        ("queued", None),
        ("delivered", "r4"),
    ]


async def test_another_gateway_is_not_asked_about_what_it_never_had(committed: Committed) -> None:
    await stock(committed, 1)
    await claim(committed, gateway=CONSOLE)
    await ask(committed, "UPDATE message SET leased_until = now()")
    assert await take_doubtful(committed, ASKABLE) == []
    assert await states(committed) == {"unknown": 1}


async def test_a_late_worker_tells_what_it_knows_of_an_unknown_message(committed: Committed) -> None:
    await stock(committed, 1)
    claimed = await claim(committed)
    await ask(committed, "UPDATE message SET leased_until = now()")
    await take_doubtful(committed, CONSOLE)
    await settle(committed, claimed, Verdict.ACCEPTED)
    assert await states(committed) == {"accepted": 1}
    assert [tuple(row) for row in await ask(committed, "SELECT verdict FROM attempt")] == [("accepted",)]


async def test_72_hours_without_a_receipt_end_what_awaits_one(committed: Committed) -> None:
    await stock(committed, 4)
    claimed = await claim(committed, gateway=ASKABLE)
    await settle(committed, claimed[:2], Verdict.ACCEPTED, ASKABLE)
    await settle(committed, claimed[2:], Verdict.UNKNOWN, ASKABLE)
    await expire(committed)
    assert await states(committed) == {"accepted": 2, "unknown": 2}
    await ask(committed, "UPDATE message SET accepted_at = now() - interval '73 hours' WHERE id IN (1, 2)")
    await ask(committed, "UPDATE attempt SET started_at = now() - interval '73 hours' WHERE message_id IN (2, 3)")
    await ask(committed, "UPDATE message SET gateway = 'console' WHERE id = 2")  # which never sends receipts
    await expire(committed)
    rows = await ask(committed, "SELECT state FROM message ORDER BY id")
    assert [row.state for row in rows] == ["expired", "accepted", "expired", "unknown"]
