from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
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
