"""How many parts a county may use a day and a month; single messages count, and only broadcasts are refused."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.cadence.moments import shanghai_day
from supervision.foundation.actors import Actor
from supervision.foundation.clock import real_now
from supervision.foundation.driver import Row, fetch, fetch_one
from supervision.foundation.errors import Stale
from supervision.foundation.insertion import insert_or_refuse
from supervision.foundation.locks import find_locked, require_version
from supervision.messaging.billed_parts import PARTS, beginning_of, month_after
from supervision.messaging.errors import DayQuotaPassed, MonthQuotaPassed
from supervision.messaging.models import MessageQuota

# What leaves in a day or a month counts in it, however long before it was queued: quiet hours of New Year's Eve end in
# the next year's first month. What was cancelled or refused costs nothing, nor does what goes to a test gateway.
_USED = text(f"""
    SELECT coalesce(sum({PARTS}) FILTER (WHERE m.not_before >= :day AND m.not_before < :next_day), 0)::bigint AS day,
        coalesce(sum({PARTS}), 0)::bigint AS month
    FROM message m LEFT JOIN broadcast b ON b.id = m.broadcast_id
    WHERE NOT m.is_test AND m.state NOT IN ('cancelled', 'refused')
        AND m.not_before >= :month AND m.not_before < :next_month
""")  # noqa: S608 - our own text


async def read_message_quota(session: AsyncSession, _actor: Actor) -> dict[str, Any]:
    """Read the quotas in parts (None: no limit), and what leaves today and this month; version 0: never set."""
    own = await fetch_one(session, select(MessageQuota.per_day, MessageQuota.per_month, MessageQuota.version))
    used = await _used(session, shanghai_day(real_now()))
    facts = own or {"per_day": None, "per_month": None, "version": 0}
    return {**facts, "used_today": used["day"], "used_this_month": used["month"]}


async def set_message_quota(
    session: AsyncSession, actor: Actor, version: int, *, per_day: int | None, per_month: int | None
) -> None:
    """Set how many parts may leave in a day and in a month; refuses a stale version."""
    facts = {"per_day": per_day, "per_month": per_month}
    quota = await find_locked(session, select(MessageQuota))
    if quota is None:
        if version != 0:
            raise Stale
        await insert_or_refuse(session, MessageQuota(**facts), pk_message_quota=Stale)
    else:
        require_version(quota, version)
        quota.per_day, quota.per_month = per_day, per_month
    await audit.record(session, actor, "message_quota.set", None, **facts)


async def require_room(session: AsyncSession, *, parts: int, leaves_at: datetime) -> None:
    """Refuse so many parts of a broadcast where they pass the quota of the day or month in which they leave."""
    # Two broadcasts at once take turns.
    quota = await find_locked(session, select(MessageQuota))
    if quota is None:
        return
    day = shanghai_day(leaves_at)
    used = await _used(session, day)
    for most, taken, refusal in (
        (quota.per_day, used["day"], DayQuotaPassed),
        (quota.per_month, used["month"], MonthQuotaPassed),
    ):
        if most is not None and taken + parts > most:
            raise refusal(most=most, used=taken, wanted=parts, day=day, left=max(0, most - taken))


async def _used(session: AsyncSession, day: date) -> Row:
    month = day.replace(day=1)
    (used,) = await fetch(
        session,
        _USED,
        {
            "day": beginning_of(day),
            "next_day": beginning_of(day + timedelta(days=1)),
            "month": beginning_of(month),
            "next_month": beginning_of(month_after(month)),
        },
    )
    return used
