from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import select, text

from supervision.foundation.database import enter
from supervision.messaging import delivery, receipts
from supervision.messaging.errors import MalformedReceipt
from supervision.messaging.gateways import SubmissionOutcome, Verdict
from supervision.messaging.gateways.console import ConsoleGateway
from supervision.messaging.gateways.http import HttpGateway
from supervision.messaging.gateways.models import ReceiptLine
from tests.factories.messaging import ask, stock
from tests.factories.simulator import SECRET
from tests.places import Committed

GATEWAY = HttpGateway("http://127.0.0.1:9", SECRET)


async def submit(committed: Committed, *, answered: bool = True) -> list[str]:
    """Claim everything as the http gateway would have it, and return the ids."""
    async with committed.worker() as session:
        claimed = await delivery.claim(session, gateway="http", is_test=True, limit=100)
        accepted = [SubmissionOutcome(str(each.id), Verdict.ACCEPTED, f"ref-{each.id}") for each in claimed]
        if answered:
            await delivery.settle(session, GATEWAY, claimed, accepted)
        await session.commit()
    return [str(each.id) for each in claimed]


def line(message_id: str | None, status: str = "delivered", **over: Any) -> dict[str, Any]:
    return {"id": message_id, "status": status, "code": "DELIVRD" if status == "delivered" else "UNDELIV", **over}


async def keep(committed: Committed, *lines: dict[str, Any], is_test: bool = True) -> None:
    async with committed.api() as session:
        await receipts.keep(session, GATEWAY, orjson.dumps({"receipts": lines}), is_test=is_test, webhook_id=None)
        await session.commit()


async def match(committed: Committed, limit: int = 100) -> list[str]:
    """Match all that waits and return the states of the messages."""
    matched = receipts.Matched(last=0, is_full=True)
    while matched.is_full:
        async with committed.worker() as session:
            matched = await receipts.match(session, after=matched.last, limit=limit)
            await session.commit()
    return [row.state for row in await ask(committed, "SELECT state FROM message ORDER BY id")]


async def line_states(committed: Committed) -> list[str]:
    return [row.state for row in await ask(committed, "SELECT state FROM receipt_line ORDER BY id")]


async def test_a_receipt_is_matched_by_id_or_by_reference(committed: Committed) -> None:
    place = await stock(committed, 3)
    first, second, third = await submit(committed)
    await keep(committed, line(first), line(None, "failed", reference=f"ref-{second}"), line("999"))
    assert await match(committed) == ["delivered", "failed", "accepted"]
    assert await line_states(committed) == ["matched", "matched", "waiting"]
    rows = await ask(committed, "SELECT jurisdiction_id, message_id FROM receipt_line ORDER BY id")
    ours = place.actor.jurisdiction_id
    assert [tuple(row) for row in rows] == [(ours, int(first)), (ours, int(second)), (None, 999)]
    assert third


async def test_a_gateway_is_believed_about_messages_of_its_own_kind_only(committed: Committed) -> None:
    await stock(committed, 2)
    first, second = await submit(committed)
    await keep(committed, line(first), line(None, reference=f"ref-{second}"), is_test=False)
    assert await match(committed) == ["accepted", "accepted"]
    await keep(committed, line(first), line(None, reference=f"ref-{second}"))
    assert await match(committed) == ["delivered", "delivered"]


async def test_receipts_from_before_each_gateway_had_a_secret_are_still_matched(committed: Committed) -> None:
    await stock(committed, 1)
    (message,) = await submit(committed)
    async with committed.owner() as session:
        await session.execute(text("INSERT INTO receipt (gateway, raw) VALUES ('http', '{}')"))
        insertion = "INSERT INTO receipt_line (receipt_id, message_id, delivered) VALUES (1, :message, true)"
        await session.execute(text(insertion), {"message": int(message)})
        await session.commit()
    assert await match(committed) == ["delivered"]


@pytest.mark.parametrize("calls", [1, 2])
@pytest.mark.parametrize("order", [("delivered", "failed"), ("failed", "delivered"), ("delivered", "delivered")])
async def test_twice_and_out_of_order_the_handset_has_the_last_word(
    committed: Committed, calls: int, order: tuple[str, str]
) -> None:
    await stock(committed, 1)
    (message,) = await submit(committed)
    lines = [line(message, status) for status in order]
    if calls == 1:
        await keep(committed, *lines)
    else:
        await keep(committed, lines[0])
        await match(committed)
        await keep(committed, lines[1])
    assert await match(committed) == ["delivered"]
    assert "waiting" not in await line_states(committed)


async def test_a_receipt_before_the_answer_counts_and_the_answer_takes_nothing_back(committed: Committed) -> None:
    await stock(committed, 1)
    (message,) = await submit(committed, answered=False)
    await keep(committed, line(message))
    assert await match(committed) == ["delivered"]
    ((leased,),) = await ask(committed, "SELECT leased_until FROM message")
    assert leased is None


async def test_a_receipt_that_comes_before_its_reference_waits_for_it(committed: Committed) -> None:
    await stock(committed, 1)
    (message,) = await submit(committed, answered=False)
    await keep(committed, line(None, reference="late"))
    assert await match(committed) == ["submitting"]
    await ask(committed, "UPDATE message SET state = 'accepted', reference = 'late'")
    assert await match(committed) == ["delivered"]
    assert message


async def test_a_late_receipt_corrects_expired_and_nothing_corrects_delivered(committed: Committed) -> None:
    await stock(committed, 2)
    first, second = await submit(committed)
    await ask(committed, "UPDATE message SET state = CASE id WHEN 1 THEN 'expired' ELSE 'delivered' END")
    await keep(committed, line(first), line(second, "failed"))
    assert await match(committed) == ["delivered", "delivered"]
    assert await line_states(committed) == ["matched", "superseded"]


async def test_only_the_gateway_that_had_a_message_is_believed(committed: Committed) -> None:
    await stock(committed, 1)
    (message,) = await submit(committed)
    await ask(committed, "UPDATE message SET gateway = 'console'")
    await keep(committed, line(message))
    assert await match(committed) == ["accepted"]


async def test_lines_that_wait_do_not_hold_up_those_behind_them(committed: Committed) -> None:
    await stock(committed, 1)
    (message,) = await submit(committed)
    await keep(committed, *(line(str(9000 + each)) for each in range(7)), line(message))
    assert await match(committed, limit=3) == ["delivered"]


async def test_after_72_hours_a_line_without_message_is_given_up(committed: Committed) -> None:
    await stock(committed, 1)
    await keep(committed, line("999"))
    for patience, state in ((72, "waiting"), (0, "unmatched")):
        async with committed.worker() as session:
            await receipts.give_up(session, patience=timedelta(hours=patience))
            await session.commit()
        assert await line_states(committed) == [state]


async def test_a_malformed_report_is_kept_by_nobody(committed: Committed) -> None:
    for gateway, raw in ((GATEWAY, b'{"receipts": [{"status": "delivered"}]}'), (ConsoleGateway(None), b"{}")):
        async with committed.api() as session:
            with pytest.raises(MalformedReceipt):
                await receipts.keep(session, gateway, raw, is_test=True, webhook_id=None)
    assert await ask(committed, "SELECT id FROM receipt") == []


async def test_a_county_sees_no_line_that_is_not_its_own(committed: Committed) -> None:
    place, other = await stock(committed, 1), await committed.found("330327")
    (message,) = await submit(committed)
    await keep(committed, line(message), line("999"))
    await match(committed)
    for actor, seen in ((place.actor, 1), (other.actor, 0)):
        async with committed.api() as session:
            await enter(session, actor.jurisdiction_id)
            found = (await session.scalars(select(ReceiptLine.id))).all()
            assert len(found) == seen
