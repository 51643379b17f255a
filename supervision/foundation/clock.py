from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.models import HeldClock
from supervision.foundation.sessions import fetch_one

SHANGHAI = ZoneInfo("Asia/Shanghai")
_HELD = select(HeldClock.held_at)


def real_now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the one place that may look at the machine's clock


async def now(session: AsyncSession) -> datetime:
    """Return the business time of the session's jurisdiction: real, or held; refuses a session without one."""
    if session.info.get("jurisdiction") is None:
        raise LookupError("a clock belongs to a jurisdiction; enter one first")
    held = await fetch_one(session, _HELD)
    return held["held_at"] if held else real_now()


async def today(session: AsyncSession) -> date:
    """Return the day of `now` in Asia/Shanghai."""
    return (await now(session)).astimezone(SHANGHAI).date()


async def is_held(session: AsyncSession) -> bool:
    return await fetch_one(session, _HELD) is not None


async def hold(session: AsyncSession, at: datetime) -> None:
    """Hold the clock of the session's jurisdiction at a moment, in place of one before it."""
    holding = insert(HeldClock).values(held_at=at)
    await session.execute(
        holding.on_conflict_do_update(index_elements=[HeldClock.jurisdiction_id], set_={"held_at": at})
    )


async def release(session: AsyncSession) -> None:
    """Let the clock run with real time."""
    await session.execute(delete(HeldClock))
