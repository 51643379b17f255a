from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.cadence import runs
from supervision.cadence.moments import end_of_day, shanghai_day
from supervision.cadence.periods import Period, PeriodKind, half_month_of, period_of, periods_between
from supervision.cadence.queries import read_calendar
from supervision.cadence.rhythms import find_rhythm, read_rhythms
from supervision.cadence.rules import Cadence, Step, due_day, in_order, last_day_in_grace, steps_due
from supervision.cadence.timetable import daily_steps
from supervision.cadence.working_days import Calendar, CalendarUnknown
from supervision.foundation.actors import Actor
from supervision.identity.models import Jurisdiction
from supervision.items.models import Item
from supervision.ledgers.models import Ledger
from supervision.progress.rules import Covers

log = structlog.get_logger()

# No step lies further from its period's first day than this: a quarter, and the longest holidays included.
_REACH = timedelta(days=150)
_DAY = timedelta(days=1)


async def find_counties(session: AsyncSession) -> list[UUID]:
    """Return the jurisdictions that have opened a ledger or registered an item, across all that the session sees."""
    has_ledger = select(Ledger.id).where(Ledger.jurisdiction_id == Jurisdiction.id).exists()
    has_item = select(Item.id).where(Item.jurisdiction_id == Jurisdiction.id).exists()
    at_work = select(Jurisdiction.id).where(or_(has_ledger, has_item)).order_by(Jurisdiction.id)
    return list(await session.scalars(at_work))


async def next_step(session: AsyncSession, actor: Actor, now: datetime) -> Step | None:
    """Return the earliest step that is due and unfinished in the session's jurisdiction; raises CalendarUnknown.

    What is open is reported on whatever the ledgers' state: from a county's beginning on its periods follow each other
    without a gap, across the years, and a period that ended before is never due. A county begins with its first
    ledger, in the period that holds the opening; without one, with the half-month after the first item's registration,
    as a unit owes from the period after its first task on. The day's own steps come after everything else that is due.
    """
    today = shanghai_day(now)
    spans = await _find_spans(session, actor)
    if not spans:
        return None
    # The month in which a county begins has its own first working day.
    first = period_of(PeriodKind.MONTH, min(today, *(span.first for span in spans))).first
    calendar = await read_calendar(session, first, today + _REACH)
    finished = await runs.find_finished(session, today)
    rhythms = await read_rhythms(session)
    steps = [
        step for span in spans for versions in rhythms.values() for step in _steps_of(span, now, versions, calendar)
    ]
    for step in sorted(steps, key=in_order):
        if (step.kind, step.period.first, step.period.last) not in finished:
            return step
    done_today = {kind for kind, _, _ in finished}
    return next((step for step in daily_steps(now, calendar) if step.kind not in done_today), None)


@dataclass(frozen=True, slots=True)
class _Span:
    """Days whose periods are due: from the first on, or those that begin in one year."""

    first: date
    year: int | None = None


async def _find_spans(session: AsyncSession, actor: Actor) -> list[_Span]:
    """Return from when on periods are due; none where nothing has begun yet."""
    rows = await session.execute(select(Ledger.year, Ledger.opened_on))
    # A ledger may be opened before its year.
    ledgers = [_Span(max(row.opened_on, date(row.year, 1, 1)), row.year) for row in rows]
    # Ids are made in the order of registration.
    registered_at = await session.scalar(select(Item.registered_at).order_by(Item.id).limit(1))
    begun = [ledger.first for ledger in ledgers]
    if registered_at is not None:
        begun.append(half_month_of(shanghai_day(registered_at)).last + _DAY)
    if not begun:
        return []
    # Before that day nobody was asked outside the years of ledgers, and it would be too late to ask now.
    own = select(Jurisdiction.periods_from).where(Jurisdiction.id == actor.jurisdiction_id)
    since = await session.scalar(own)
    return [_Span(min(begun))] if since is None else [_Span(since), *ledgers]


def _steps_of(span: _Span, now: datetime, versions: Sequence[Cadence], calendar: Calendar) -> Iterator[Step]:
    until = shanghai_day(now) if span.year is None else min(shanghai_day(now), date(span.year, 12, 31))
    for period in periods_between(versions[0].kind, span.first, until):
        if span.year not in {None, period.first.year}:
            continue
        try:
            yield from steps_due(period, now, versions, calendar)
        except CalendarUnknown as unknown:
            # Next year's holidays are announced late in the year: only the period that reaches into it has to wait.
            log.error("calendar_unknown", year=unknown.year)  # noqa: TRY400 - a missing import, not a traceback


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
