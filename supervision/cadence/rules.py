from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from supervision.cadence.moments import DAY, at, end_of_day, shanghai_day
from supervision.cadence.periods import Period, PeriodKind
from supervision.cadence.working_days import Calendar, add_working_days

# Steps that speak to people happen when offices open.
OFFICE_OPENS = time(9, 0)
# Late enough that a report received in the last second before midnight has been committed.
DAY_IS_OVER = time(0, 1)


class StepKind(StrEnum):
    """What happens to a period, in the order in which steps of one moment are taken."""

    OPEN = "open"
    REMIND = "remind"
    DUE = "due"
    URGE = "urge"
    DIGEST = "digest"
    PLAN = "plan"
    SUMMARISE = "summarise"
    LOOK = "look"
    PROPOSE = "propose"
    REMIND_OF_LEDGERS = "remind_of_ledgers"
    REMIND_OF_PROBLEMS = "remind_of_problems"
    URGE_NOTICES = "urge_notices"


_ORDER = {kind: place for place, kind in enumerate(StepKind)}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of one period and the moment, in UTC, from which it may be taken."""

    period: Period
    kind: StepKind
    at: datetime


class CountedIn(StrEnum):
    WORKING_DAYS = "working_days"
    DAYS = "days"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """When what belongs to a kind of period is due and what happens around that day (§4(1)), from a day on.

    `due_after` is counted from a period's last day; reports are late after the grace, all else is in working days.
    A task is behind in the quarterly look when its percentage is so many points below its share of time.
    """

    kind: PeriodKind
    due_after: int
    counted_in: CountedIn = CountedIn.WORKING_DAYS
    grace_working_days: int = 0
    remind_working_days_before: int = 1
    urge_working_days_after: int = 1
    digest_working_days_after: int = 2
    behind_percent: int = 20
    is_running: bool = True
    effective_from: date = date.min


HALF_MONTHLY = Cadence(kind=PeriodKind.HALF_MONTH, due_after=3)


def in_force(versions: Sequence[Cadence], on: date) -> Cadence:
    """Return the version of a rhythm that counts for a period beginning on the day; the usual one is the first."""
    return [version for version in versions if version.effective_from <= on][-1]


def due_day(period: Period, cadence: Cadence, calendar: Calendar) -> date:
    """Return the last day on which what is due for the period is in time, grace not counted."""
    if cadence.counted_in is CountedIn.DAYS:
        return period.last + cadence.due_after * DAY
    return add_working_days(period.last, cadence.due_after, calendar)


def last_day_in_grace(period: Period, cadence: Cadence, calendar: Calendar) -> date:
    """Return the last day on which a report of the period is not yet late."""
    due, grace = due_day(period, cadence, calendar), cadence.grace_working_days
    return add_working_days(due, grace, calendar) if grace else due


def schedule(period: Period, cadence: Cadence, calendar: Calendar) -> list[Step]:
    """Return the steps of a period in order of time; raises CalendarUnknown where the calendar ends.

    A period opens with its first day, so that what will be due can be seen from then on.
    """
    due = due_day(period, cadence, calendar)
    match period.kind:
        case PeriodKind.MONTH:
            moments = {
                StepKind.PLAN: at(add_working_days(period.first, 0, calendar), OFFICE_OPENS),
                StepKind.SUMMARISE: at(due, OFFICE_OPENS),
            }
        case PeriodKind.QUARTER:
            moments = {StepKind.LOOK: at(due + DAY, DAY_IS_OVER)}
        case _:
            moments = _reporting(period, cadence, calendar)
    return sorted((Step(period, kind, moment) for kind, moment in moments.items()), key=in_order)


def _reporting(period: Period, cadence: Cadence, calendar: Calendar) -> dict[StepKind, datetime]:
    remind = add_working_days(due_day(period, cadence, calendar), -cadence.remind_working_days_before, calendar)
    late_after = last_day_in_grace(period, cadence, calendar)
    moments = {
        StepKind.OPEN: at(period.first, time.min),
        StepKind.REMIND: at(remind, OFFICE_OPENS),
        StepKind.DUE: end_of_day(late_after),
        StepKind.URGE: at(add_working_days(late_after, cadence.urge_working_days_after, calendar), OFFICE_OPENS),
    }
    if period.kind is PeriodKind.HALF_MONTH:
        digest = add_working_days(late_after, cadence.digest_working_days_after, calendar)
        moments[StepKind.DIGEST] = at(digest, OFFICE_OPENS)
    return moments


def steps_due(period: Period, now: datetime, versions: Sequence[Cadence], calendar: Calendar) -> list[Step]:
    """Return in order the steps of a period whose moment has come, by the version in force on its first day.

    A period that has not begun is not looked at, so the calendar need not reach further. Raises CalendarUnknown.
    """
    cadence = in_force(versions, period.first)
    if not cadence.is_running or period.first > shanghai_day(now):
        return []
    return [step for step in schedule(period, cadence, calendar) if step.at <= now]


def in_order(step: Step) -> tuple[datetime, int, date]:
    """Return what steps are taken in the order of."""
    return step.at, _ORDER[step.kind], step.period.first
