from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.cadence import runs
from supervision.cadence.queries import read_calendar
from supervision.cadence.rhythms import find_rhythm, read_rhythms
from supervision.cadence.rules import (
    Cadence,
    Calendar,
    CalendarUnknown,
    Period,
    PeriodKind,
    Step,
    due_day,
    end_of_day,
    last_day_in_grace,
    period_of,
    shanghai_day,
    steps_due,
)
from supervision.cadence.timetable import daily_steps
from supervision.items.models import Ledger
from supervision.progress.rules import Covers

log = structlog.get_logger()

# No step lies further from its period's first day than this: a quarter, and the longest holidays included.
_REACH = timedelta(days=150)
_DAY = timedelta(days=1)


async def find_counties(session: AsyncSession) -> list[UUID]:
    """Return the jurisdictions that have opened a ledger, across all that the session sees."""
    return list(await session.scalars(select(Ledger.jurisdiction_id).distinct().order_by(Ledger.jurisdiction_id)))


async def next_step(session: AsyncSession, now: datetime) -> Step | None:
    """Return the earliest step that is due and unfinished in the session's jurisdiction; raises CalendarUnknown.

    The day's own steps come after everything else that is due.
    """
    today = shanghai_day(now)
    ledgers = (await session.execute(select(Ledger.year, Ledger.opened_on).where(Ledger.opened_on <= today))).all()
    if not ledgers:
        return None
    # The month in which a ledger was opened has its own first working day.
    first = period_of(PeriodKind.MONTH, min(ledger.opened_on for ledger in ledgers)).first
    calendar = await read_calendar(session, first, today + _REACH)
    finished = await runs.find_finished(session, today)
    rhythms = await read_rhythms(session)
    steps = [
        step
        for ledger in ledgers
        for versions in rhythms.values()
        for step in _steps_of(ledger.year, ledger.opened_on, now, versions, calendar)
    ]
    for step in sorted(steps, key=lambda step: step.at):
        if (step.kind, step.period.first, step.period.last) not in finished:
            return step
    done_today = {kind for kind, _, _ in finished}
    return next((step for step in daily_steps(now, calendar) if step.kind not in done_today), None)


def _steps_of(year: int, opened_on: date, now: datetime, versions: Sequence[Cadence], calendar: Calendar) -> list[Step]:
    until = date(year, 12, 31)
    try:
        return steps_due(opened_on, until, now, versions, calendar)
    except CalendarUnknown as unknown:
        # Next year's holidays are announced late in the year: only the period that reaches into it has to wait.
        log.error("calendar_unknown", year=unknown.year)  # noqa: TRY400 - a missing import, not a traceback
        before = period_of(versions[0].kind, shanghai_day(now)).first - _DAY
        return steps_due(opened_on, min(until, before), now, versions, calendar)


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day on which a report is in time, and the moment, after the grace, from which it is late."""

    due_on: date
    late_at: datetime


async def find_deadline(session: AsyncSession, period: Period) -> Deadline:
    """Return when the report of a period is due, by the rhythm in force at its beginning; raises CalendarUnknown."""
    calendar = await read_calendar(session, period.first, period.last + _REACH)
    cadence = await find_rhythm(session, period.kind, period.first)
    late_after = last_day_in_grace(period, cadence, calendar)
    return Deadline(due_day(period, cadence, calendar), end_of_day(late_after))


async def find_covered(session: AsyncSession, period: Period) -> Covers:
    """Tell of which tasks the report of a period speaks: nothing is reported both weekly and half-monthly (§2(3))."""
    if period.kind is PeriodKind.WEEK:
        return Covers.INSTRUCTIONS
    weekly = await find_rhythm(session, PeriodKind.WEEK, period.last)
    return Covers.KEY_WORK if weekly.is_running else Covers.ALL
