from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from prometheus_client import REGISTRY
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import clock
from supervision.foundation.database import Sessions
from supervision.identity.models import Position
from supervision.messaging import broadcast_halts, broadcasts, delivery, outbox_measures, queries, retention, templates
from supervision.messaging.audience import Audience
from supervision.messaging.errors import BroadcastNotPaused, BroadcastOver, BroadcastStoodStill, SendTimeNotAhead
from supervision.messaging.models import Message
from tests.factories.messaging import make_officials, states_of
from tests.places import Place

NOTICE: dict[str, Any] = {"template": "notice", "variables": {"text": "请按时报送进展。"}}
NOON, NIGHT = datetime(2016, 3, 1, 4, tzinfo=UTC), datetime(2016, 3, 1, 14, 30, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
async def county(session: AsyncSession, here: Place) -> Place:
    """A county with templates and four officials."""
    await templates.install_defaults(session, here.actor)
    await make_officials(session, here.actor, 4)
    await session.commit()
    return here


async def send(session: AsyncSession, county: Place, send_at: datetime | None = None) -> UUID:
    told: dict[str, Any] = {**NOTICE, "audience": Audience(positions=[Position.HANDLER]), "send_at": send_at}
    shown = (await broadcasts.preview(session, county.actor, **told)).shown
    made = await broadcasts.confirm(session, county.actor, **told, matter="通知", shown=shown)
    await session.commit()
    return made


async def pause(session: AsyncSession, county: Place, broadcast_id: UUID) -> None:
    await broadcast_halts.pause_broadcast(session, county.actor, broadcast_id, reason="内容有误")
    await session.commit()


async def resume(session: AsyncSession, county: Place, broadcast_id: UUID) -> None:
    await broadcast_halts.resume_broadcast(session, county.actor, broadcast_id, reason="已核对")
    await session.commit()


async def cancel(session: AsyncSession, county: Place, broadcast_id: UUID) -> None:
    await broadcast_halts.cancel_broadcast(session, county.actor, broadcast_id, reason="内容有误")
    await session.commit()


async def read(session: AsyncSession, county: Place, broadcast_id: UUID) -> Mapping[str, Any]:
    return await queries.get_broadcast(session, county.actor, broadcast_id)


async def take(sessions: Sessions, limit: int = 100) -> int:
    """Claim as the worker does, by day."""
    async with sessions() as worker:
        await worker.execute(text("SET LOCAL ROLE ducha_worker"))
        with time_machine.travel(NOON, tick=False):
            claimed = await delivery.claim(worker, gateway="console", is_test=False, limit=limit)
        await worker.commit()
    return len(claimed)


async def as_worker(sessions: Sessions, change: str) -> None:
    async with sessions() as worker:
        await worker.execute(text("SET LOCAL ROLE ducha_worker"))
        await worker.execute(text(change))
        await worker.commit()


async def leaving(session: AsyncSession) -> set[datetime]:
    return set(await session.scalars(select(Message.not_before)))


@pytest.mark.parametrize(
    ("asked", "leaves"),
    [
        (datetime(2016, 3, 2, 1, tzinfo=UTC), datetime(2016, 3, 2, 1, tzinfo=UTC)),
        (datetime(2016, 3, 1, 15, tzinfo=UTC), datetime(2016, 3, 1, 23, 30, tzinfo=UTC)),
        (datetime(2016, 12, 31, 13, tzinfo=UTC), datetime(2016, 12, 31, 23, 30, tzinfo=UTC)),
    ],
)
async def test_what_leaves_later_says_when_it_will(
    session: AsyncSession, county: Place, asked: datetime, leaves: datetime
) -> None:
    with time_machine.travel(NOON, tick=False):
        made = await send(session, county, asked)
        assert await send(session, county, asked) == made
    assert (await read(session, county, made))["leaves_at"] == leaves
    assert await leaving(session) == {leaves}


@pytest.mark.parametrize("away", [timedelta(0), timedelta(days=367)])
async def test_what_has_passed_or_is_too_far_is_no_moment(
    session: AsyncSession, county: Place, away: timedelta
) -> None:
    with time_machine.travel(NOON, tick=False), pytest.raises(SendTimeNotAhead):
        await send(session, county, NOON + away)


async def test_paused_nothing_leaves_and_resumed_all_of_it(
    session: AsyncSession, county: Place, sessions: Sessions
) -> None:
    with time_machine.travel(NOON, tick=False):
        made = await send(session, county)
        await pause(session, county, made)
        assert await take(sessions) == 0
        with pytest.raises(BroadcastOver):
            await pause(session, county, made)
        await resume(session, county, made)
    with pytest.raises(BroadcastNotPaused):
        await resume(session, county, made)
    assert await take(sessions) == 4


@pytest.mark.parametrize(
    ("at", "resumed_at", "leaves"),
    [
        (NOON + timedelta(hours=3), NIGHT + DAY, datetime(2016, 3, 2, 23, 30, tzinfo=UTC)),
        (NOON + timedelta(hours=3), NOON + DAY, NOON + DAY),
        (NOON + 8 * DAY, NOON + DAY, NOON + 8 * DAY),
        (None, NIGHT, datetime(2016, 3, 1, 23, 30, tzinfo=UTC)),
    ],
)
async def test_resumed_it_leaves_at_its_moment_or_at_once_but_not_by_night(
    session: AsyncSession, county: Place, at: datetime | None, resumed_at: datetime, leaves: datetime
) -> None:
    with time_machine.travel(NOON, tick=False):
        made = await send(session, county, at)
        await pause(session, county, made)
    with time_machine.travel(resumed_at, tick=False):
        await resume(session, county, made)
    assert await leaving(session) == {leaves}
    assert (await read(session, county, made))["leaves_at"] == leaves


async def test_what_stood_still_for_a_month_goes_on_no_more_and_is_erased_with_its_time(
    session: AsyncSession, county: Place
) -> None:
    made = await send(session, county)
    await pause(session, county, made)
    later = await clock.now(session) + 31 * DAY
    await clock.hold(session, later)
    with pytest.raises(BroadcastStoodStill):
        await resume(session, county, made)
    await clock.hold(session, later + 200 * DAY)
    await retention.erase_messages(session, county.actor, keep_days=180, limit=100)
    row = await read(session, county, made)
    assert (row["state"], row["text"], row["messages"]["cancelled"]) == ("cancelled", None, 4)


async def test_cancelled_after_half_of_it_left_the_other_half_is_cancelled(
    session: AsyncSession, county: Place, sessions: Sessions
) -> None:
    with time_machine.travel(NOON, tick=False):
        made = await send(session, county)
    assert await take(sessions, limit=2) == 2
    await cancel(session, county, made)
    assert await states_of(session) == {"submitting": 2, "cancelled": 2}
    # What the gateway throws back leaves no more, and does not wait for ever.
    await as_worker(sessions, "UPDATE message SET state = 'queued' WHERE state = 'submitting'")
    assert await take(sessions) == 0
    async with sessions() as worker:
        await worker.execute(text("SET LOCAL ROLE ducha_worker"))
        await broadcast_halts.cancel_thrown_back(worker)
        await worker.commit()
    assert await states_of(session) == {"cancelled": 4}
    with pytest.raises(BroadcastOver):
        await cancel(session, county, made)


async def test_what_has_left_is_not_kept_back(session: AsyncSession, county: Place, sessions: Sessions) -> None:
    made = await send(session, county)
    await as_worker(sessions, "UPDATE message SET state = 'accepted'")
    for step in (pause, cancel):
        with pytest.raises(BroadcastOver):
            await step(session, county, made)


async def test_what_was_kept_back_is_not_old(session: AsyncSession, county: Place, sessions: Sessions) -> None:
    made = await send(session, county)
    await as_worker(sessions, "UPDATE message SET queued_at = now() - interval '1 hour', not_before = now()")
    assert await oldest(sessions) > 3000
    await pause(session, county, made)
    assert await oldest(sessions) == 0
    await resume(session, county, made)
    await as_worker(sessions, "UPDATE broadcast SET leaves_at = now()")
    await as_worker(sessions, "UPDATE message SET not_before = now()")
    assert await oldest(sessions) < 3000


async def oldest(sessions: Sessions) -> float:
    async with sessions() as worker:
        await worker.execute(text("SET LOCAL ROLE ducha_worker"))
        await outbox_measures.measure_outbox(worker)
    return REGISTRY.get_sample_value("ducha_outbox_oldest_seconds") or 0
