from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from prometheus_client import REGISTRY
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.testing import capture_logs

from supervision.desk.work import messages
from supervision.foundation import logs, settings
from supervision.foundation.database import Sessions, enter
from supervision.foundation.driver import fetch
from supervision.messaging import outbox_measures
from tests.factories.messaging import make_broadcast, make_officials
from tests.places import Place

NOON, NIGHT = datetime(2016, 3, 1, 4, tzinfo=UTC), datetime(2016, 3, 1, 15, tzinfo=UTC)


@pytest.fixture
async def county(session: AsyncSession, here: Place) -> Place:
    """A county with twenty messages."""
    officials = await make_officials(session, here.actor, 20)
    with time_machine.travel(NOON, tick=False):
        await make_broadcast(session, here.actor, officials)
    await session.commit()
    return here


@pytest.fixture(autouse=True)
def told() -> Iterator[set[str]]:
    """Nothing was told yet; the log takes what tests usually leave out of it."""
    logs.configure("info")
    outbox_measures.told.clear()
    yield outbox_measures.told
    outbox_measures.told.clear()
    logs.configure(settings.current().log_level)


async def become(sessions: Sessions, change: str, first: int) -> None:
    """Change the first messages as only the worker may."""
    async with sessions() as worker:
        await worker.execute(text("SET LOCAL ROLE ducha_worker"))
        which = "id IN (SELECT id FROM message ORDER BY id LIMIT :first)"
        await worker.execute(text(f"UPDATE message SET {change} WHERE {which}"), {"first": first})  # noqa: S608 - ours
        await worker.commit()


async def measure(sessions: Sessions, at: datetime = NOON) -> list[str]:
    """Measure as the worker does, and return what it logs."""
    with capture_logs() as logged, time_machine.travel(at, tick=False):
        async with sessions() as worker:
            await worker.execute(text("SET LOCAL ROLE ducha_worker"))
            await outbox_measures.measure_outbox(worker)
    return [f"{each['log_level']}:{each['event']}" for each in logged]


async def test_too_many_failures_are_told_once_and_their_end(
    session: AsyncSession, county: Place, sessions: Sessions
) -> None:
    await become(sessions, "state = 'delivered', accepted_at = now(), finished_at = now()", 20)
    await become(sessions, "state = 'failed'", 4)
    assert await measure(sessions) == []
    assert REGISTRY.get_sample_value("ducha_messages_failed_share") == 0.2
    assert await fetch(session, messages.messages_that_fail(county.actor, NOON)) == []
    await become(sessions, "state = 'failed'", 5)
    assert await measure(sessions) == ["warning:messages_fail"]
    assert await measure(sessions) == []
    assert REGISTRY.get_sample_value("ducha_messages_failed_share") == 0.25
    (line,) = await fetch(session, messages.messages_that_fail(county.actor, NOON))
    assert line["title"] == "短信失败过多：近一小时20条中失败5条"
    await become(sessions, "finished_at = now() - interval '2 hours', accepted_at = NULL", 20)
    assert await measure(sessions) == ["info:messages_fail"]


async def test_what_waits_too_long_is_told_but_not_by_night(
    session: AsyncSession, county: Place, sessions: Sessions
) -> None:
    await become(sessions, "queued_at = now() - interval '1 hour'", 3)
    assert await measure(sessions, NIGHT) == []
    assert await measure(sessions) == ["warning:messages_wait"]
    with time_machine.travel(NOON.replace(hour=5), tick=False):
        (line,) = await fetch(session, messages.messages_that_wait(county.actor, NOON))
    assert line["title"].startswith("短信久未发出：20条")
    with time_machine.travel(NIGHT, tick=False):
        assert await fetch(session, messages.messages_that_wait(county.actor, NOON)) == []
    await become(sessions, "state = 'accepted'", 20)
    assert await measure(sessions) == ["info:messages_wait"]


async def test_another_county_has_no_line_of_ours(
    session: AsyncSession, county: Place, elsewhere: Place, sessions: Sessions
) -> None:
    await become(sessions, "state = 'failed', finished_at = now()", 20)
    assert len(await fetch(session, messages.messages_that_fail(county.actor, NOON))) == 1
    await enter(session, elsewhere.actor.jurisdiction_id)
    assert await fetch(session, messages.messages_that_fail(elsewhere.actor, NOON)) == []
