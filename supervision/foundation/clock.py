import re
from datetime import UTC, date, datetime
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.driver import fetch_one
from supervision.foundation.models import HeldClock

_DAY = r"\d{4}-\d\d-\d\d"
_HOUR, _MINUTE = r"([01]\d|2[0-3])", r"[0-5]\d"
_MOMENT = re.compile(rf"{_DAY}[Tt]{_HOUR}:{_MINUTE}:{_MINUTE}(\.\d{{1,9}})?([Zz]|[+-]{_HOUR}:{_MINUTE})", re.ASCII)
SHANGHAI = ZoneInfo("Asia/Shanghai")
_HELD = select(HeldClock.held_at)


def real_now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the one place that may look at the machine's clock


def read_moment(text: object) -> datetime:
    """Read a moment of RFC 3339 §5.6 with its offset, in UTC; raises ValueError for anything else, numbers included."""
    # Left to itself Python also reads weeks, a comma, an offset of 99 minutes and, in later versions, 24 o'clock.
    if not isinstance(text, str) or not _MOMENT.fullmatch(text):
        raise ValueError("no RFC 3339 moment with offset")
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("beyond the calendar") from error


async def now(session: AsyncSession) -> datetime:
    """Return the business time of the session's jurisdiction, real or held; refuses a session without one.

    As with PostgreSQL's now(), a transaction has one moment: it is read once and kept until the transaction ends, the
    clock is held or released in it, or it enters another jurisdiction.
    """
    if session.info.get("jurisdiction") is None:
        raise LookupError("a clock belongs to a jurisdiction; enter one first")
    if (moment := session.info.get("moment")) is None:
        held = await fetch_one(session, _HELD)
        moment = session.info["moment"] = held["held_at"] if held else real_now()
    return cast("datetime", moment)


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
    session.info.pop("moment", None)


async def release(session: AsyncSession) -> None:
    """Let the clock run with real time."""
    await session.execute(delete(HeldClock))
    session.info.pop("moment", None)
