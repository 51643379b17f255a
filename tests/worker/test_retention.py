"""Messages live past their time: text and number go, what was done and counted stays."""

from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from supervision.foundation import clock, settings
from supervision.foundation.clock import real_now
from supervision.foundation.database import enter
from supervision.messaging import outbox, queries, receipts
from supervision.messaging import retention as messaging_retention
from supervision.messaging.gateways.http import HttpGateway
from supervision.messaging.retention import hash_erased
from tests.factories.messaging import as_test, ask, stock
from tests.factories.simulator import SECRET
from tests.places import Committed, Place
from worker.jobs import retention
from worker.jobs.retention import erase
from worker.runner import Runner

GATEWAY = HttpGateway("http://127.0.0.1:9", receipt_secret=SECRET)
TEXT = "【督查室】请按时报送进展。"


@pytest.fixture
async def runner(committed: Committed) -> Runner:
    return Runner(committed.worker, {})


async def let_pass(committed: Committed, place: Place, days: int) -> None:
    async with committed.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        await clock.hold(session, real_now() + timedelta(days=days))
        await session.commit()


async def end(committed: Committed, state: str = "delivered") -> None:
    await ask(committed, "UPDATE message SET state = :state WHERE state = 'queued'", state=state)


async def queue_one(committed: Committed, place: Place) -> None:
    """A message with a text of its own, beside the broadcast's."""
    async with committed.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        official_id = await session.scalar(text("SELECT min(id::text)::uuid FROM official"))
        letter = outbox.NewMessage(official_id, "own", {"text": "请速报送。"})
        await outbox.queue(session, as_test(place.actor), template="notice", messages=[letter])
        await session.commit()


async def messages(committed: Committed) -> list[tuple[Any, ...]]:
    rows = await ask(
        committed,
        "SELECT m.text, b.text, m.text_hash, b.text_hash, m.erased_at IS NOT NULL FROM message m "
        "LEFT JOIN broadcast b ON b.id = m.broadcast_id ORDER BY m.id",
    )
    return [tuple(row) for row in rows]


async def erased_by_county(committed: Committed) -> dict[Any, int]:
    rows = await ask(committed, "SELECT jurisdiction_id, count(erased_at) FROM message GROUP BY jurisdiction_id")
    return {row[0]: row[1] for row in rows}


async def erased_events(committed: Committed) -> list[tuple[Any, dict[str, Any]]]:
    rows = await ask(
        committed, "SELECT jurisdiction_id, facts FROM audit_event WHERE verb = 'messages.erased' ORDER BY id"
    )
    return [(row[0], row[1]) for row in rows]


async def test_after_180_days_text_and_number_are_gone_and_all_counts_are_as_before(
    committed: Committed, runner: Runner
) -> None:
    place = await stock(committed, 3)
    await queue_one(committed, place)
    await end(committed)
    office = await committed.callers(place, "office")
    shown = (await office.get("/v1/messages")).json()["data"]
    assert {each["text"] for each in shown} == {TEXT, "【督查室】请速报送。"}

    async def counted() -> Any:
        async with committed.api() as session:
            await enter(session, place.actor.jurisdiction_id)
            ids = list(await session.scalars(text("SELECT id FROM broadcast")))
            by_broadcast = [(await queries.get_broadcast(session, place.actor, each))["messages"] for each in ids]
            return dict(await queries.count_messages(session, place.actor)), by_broadcast

    before = await counted()
    await let_pass(committed, place, 180)
    await erase(runner)
    assert {row[4] for row in await messages(committed)} == {False}

    await let_pass(committed, place, 181)
    await erase(runner)
    broadcast_hash, own_hash = hash_erased(TEXT), hash_erased("【督查室】请速报送。")
    assert await messages(committed) == [(None, None, None, broadcast_hash, True)] * 3 + [
        (None, None, own_hash, None, True)
    ]
    assert await counted() == before
    shown = (await office.get("/v1/messages")).json()["data"]
    assert {(each["text"], each["telephone"], each["state"]) for each in shown} == {(None, None, "delivered")}
    assert all(each["erased_at"] for each in shown)
    (sent,) = (await office.get("/v1/broadcasts")).json()["data"]
    assert (sent["text"], sent["recipients"]) == (None, 3)
    ((jurisdiction_id, facts),) = await erased_events(committed)
    assert jurisdiction_id == place.actor.jurisdiction_id
    assert (facts["count"], facts["broadcasts"]) == (4, 1)

    await erase(runner)
    assert len(await erased_events(committed)) == 1


@pytest.mark.parametrize("state", ["queued", "submitting", "unknown"])
async def test_what_is_still_on_its_way_is_kept(committed: Committed, runner: Runner, state: str) -> None:
    place = await stock(committed, 2)
    await ask(committed, "UPDATE message SET state = :state WHERE id = (SELECT min(id) FROM message)", state=state)
    await end(committed)
    await ask(committed, "UPDATE message SET state = :state WHERE id = (SELECT min(id) FROM message)", state=state)
    await let_pass(committed, place, 400)
    await erase(runner)
    assert [row[4] for row in await messages(committed)] == [False, True]
    assert {row[1] for row in await messages(committed)} == {TEXT}


async def test_a_run_that_was_ended_is_taken_up_and_each_county_goes_by_its_own_clock(
    committed: Committed, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = await stock(committed, 5), await stock(committed, 2, code="330327")
    await end(committed)
    await let_pass(committed, first, 181)
    async with runner.within(first.actor.jurisdiction_id) as session:
        # All that a worker came to before it died.
        await messaging_retention.erase_messages(session, first.actor, keep_days=180, limit=2)
    assert await erased_by_county(committed) == {first.actor.jurisdiction_id: 2, second.actor.jurisdiction_id: 0}
    monkeypatch.setattr(retention, "BATCH", 2)
    await erase(runner)
    assert await erased_by_county(committed) == {first.actor.jurisdiction_id: 5, second.actor.jurisdiction_id: 0}
    events = await erased_events(committed)
    assert {each[0] for each in events} == {first.actor.jurisdiction_id}
    assert sum(each[1]["count"] for each in events) == 5


async def test_a_county_may_keep_them_for_longer(
    committed: Committed, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = await stock(committed, 1)
    await end(committed)
    await let_pass(committed, place, 181)
    monkeypatch.setenv("DUCHA_KEEP_MESSAGES_DAYS", "365")
    settings.current.cache_clear()
    try:
        await erase(runner)
    finally:
        monkeypatch.undo()
        settings.current.cache_clear()
    assert {row[4] for row in await messages(committed)} == {False}


async def test_what_gateways_sent_is_erased_and_nothing_else_of_it_may_change(
    committed: Committed, runner: Runner
) -> None:
    raw = orjson.dumps({"receipts": [{"id": "999", "status": "delivered"}]})
    for _ in range(2):
        async with committed.api() as session:
            await receipts.keep(session, GATEWAY, raw, is_test=True, webhook_id=None)
            await session.commit()
    async with committed.owner() as session:
        # As only time could do it.
        await session.execute(text("ALTER TABLE receipt DISABLE TRIGGER only_erased"))
        await session.execute(text("UPDATE receipt SET received_at = now() - interval '182 days' WHERE id = 1"))
        await session.execute(text("ALTER TABLE receipt ENABLE TRIGGER only_erased"))
        await session.commit()
    await erase(runner)
    rows = await ask(committed, "SELECT raw, raw_hash FROM receipt ORDER BY id")
    assert [tuple(row) for row in rows] == [(None, hash_erased(raw)), (raw, None)]
    assert len(await ask(committed, "SELECT id FROM receipt_line")) == 2
    for forbidden in ("SET raw = 'forged', raw_hash = NULL", "SET raw = 'forged' WHERE id = 2"):
        with pytest.raises(Exception, match="never changed"):
            await ask(committed, f"UPDATE receipt {forbidden}")
    with pytest.raises(Exception, match="permission denied"):
        await ask(committed, "UPDATE receipt SET is_test = false, raw = NULL, raw_hash = 'x'")
