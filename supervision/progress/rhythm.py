from datetime import date, datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.cadence import runs
from supervision.cadence.queries import read_calendar
from supervision.cadence.rules import (
    HALF_MONTHLY,
    Calendar,
    CalendarUnknown,
    Period,
    Step,
    StepKind,
    due_day,
    end_of_day,
    half_month_of,
    proposal_step,
    shanghai_day,
    steps_due,
)
from supervision.items.models import Ledger

log = structlog.get_logger()

# No deadline lies further from its period than this, the longest holidays included.
_REACH = timedelta(days=45)
_DAY = timedelta(days=1)


async def find_counties(session: AsyncSession) -> list[UUID]:
    """Return the jurisdictions that have opened a ledger, across all that the session sees."""
    return list(await session.scalars(select(Ledger.jurisdiction_id).distinct().order_by(Ledger.jurisdiction_id)))


async def next_step(session: AsyncSession, now: datetime) -> Step | None:
    """Return the earliest step that is due and unfinished in the session's jurisdiction; raises CalendarUnknown.

    The day's look for late items comes after everything else that is due.
    """
    today = shanghai_day(now)
    ledgers = (await session.execute(select(Ledger.year, Ledger.opened_on).where(Ledger.opened_on <= today))).all()
    if not ledgers:
        return None
    calendar = await read_calendar(session, min(ledger.opened_on for ledger in ledgers), today + _REACH)
    finished = await runs.find_finished(session, today)
    steps = [step for ledger in ledgers for step in _steps_of(ledger.year, ledger.opened_on, now, calendar)]
    for step in sorted(steps, key=lambda step: step.at):
        if (step.kind, step.period.first) not in finished:
            return step
    return None if any(kind == StepKind.PROPOSE for kind, _ in finished) else proposal_step(now)


def _steps_of(year: int, opened_on: date, now: datetime, calendar: Calendar) -> list[Step]:
    until = date(year, 12, 31)
    try:
        return steps_due(opened_on, until, now, HALF_MONTHLY, calendar)
    except CalendarUnknown as unknown:
        # Next year's holidays are announced late in the year: only the period that reaches into it has to wait.
        log.error("calendar_unknown", year=unknown.year)  # noqa: TRY400 - a missing import, not a traceback
        before = half_month_of(shanghai_day(now)).first - _DAY
        return steps_due(opened_on, min(until, before), now, HALF_MONTHLY, calendar)


async def find_due_at(session: AsyncSession, period: Period) -> datetime:
    """Return the moment from which a report of the half-month is late; raises CalendarUnknown."""
    calendar = await read_calendar(session, period.first, period.last + _REACH)
    return end_of_day(due_day(period, HALF_MONTHLY, calendar))
