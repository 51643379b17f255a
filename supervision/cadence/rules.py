import calendar as months
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
# Steps that speak to people happen when offices open.
OFFICE_OPENS = time(9, 0)
# Late enough that a report received in the last second before midnight has been committed.
DAY_IS_OVER = time(0, 1)

_DAY = timedelta(days=1)
_HALF = 15
_QUARTERS = "一二三四"

Calendar = Mapping[date, bool]


class CalendarUnknown(LookupError):  # noqa: N818 - it states a fact, as refusals do
    """The working-day calendar holds no such day; `year` is the one to import."""

    def __init__(self, year: int) -> None:
        super().__init__(f"the calendar holds no working days of {year}")
        self.year = year


class PeriodKind(StrEnum):
    DAY = "day"
    WEEK = "week"
    HALF_MONTH = "half_month"
    MONTH = "month"
    QUARTER = "quarter"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A reporting period, both days included; weeks are ISO weeks, from Monday."""

    first: date
    last: date
    kind: PeriodKind

    @property
    def label_zh(self) -> str:
        match self.kind:
            case PeriodKind.DAY:
                return day_zh(self.first)
            case PeriodKind.WEEK:
                year, week, _ = self.first.isocalendar()
                return f"{year}年第{week}周"
            case PeriodKind.HALF_MONTH:
                half = "上" if self.first.day == 1 else "下"
                return f"{self.first.year}年{self.first.month}月{half}半月"
            case PeriodKind.MONTH:
                return f"{self.first.year}年{self.first.month}月"
            case PeriodKind.QUARTER:
                return f"{self.first.year}年第{_QUARTERS[self.first.month // 3]}季度"


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


def period_of(kind: PeriodKind, day: date) -> Period:
    """Return the period of the kind that holds the day."""
    match kind:
        case PeriodKind.DAY:
            first = last = day
        case PeriodKind.WEEK:
            first = day - day.weekday() * _DAY
            last = first + 6 * _DAY
        case PeriodKind.HALF_MONTH if day.day <= _HALF:
            first, last = day.replace(day=1), day.replace(day=_HALF)
        case PeriodKind.HALF_MONTH:
            first, last = day.replace(day=_HALF + 1), _end_of_month(day)
        case PeriodKind.MONTH:
            first, last = day.replace(day=1), _end_of_month(day)
        case PeriodKind.QUARTER:
            first = day.replace(month=day.month - (day.month - 1) % 3, day=1)
            last = _end_of_month(first.replace(month=first.month + 2))
    return Period(first, last, kind)


def half_month_of(day: date) -> Period:
    """Return the half-month that holds the day: the 1st to the 15th, or the 16th to the month's end."""
    return period_of(PeriodKind.HALF_MONTH, day)


def half_months_of(year: int) -> list[Period]:
    """Return the 24 half-months of a year in order."""
    return periods_between(PeriodKind.HALF_MONTH, date(year, 1, 1), date(year, 12, 31))


def periods_between(kind: PeriodKind, first: date, last: date) -> list[Period]:
    """Return the periods of the kind, in order, that share at least one day with `first` to `last`, both included."""
    return list(_periods(kind, first, last))


def _periods(kind: PeriodKind, first: date, last: date) -> Iterator[Period]:
    while first <= last:
        period = period_of(kind, first)
        yield period
        first = period.last + _DAY


def _end_of_month(day: date) -> date:
    return day.replace(day=months.monthrange(day.year, day.month)[1])


def add_working_days(day: date, count: int, calendar: Calendar) -> date:
    """Return the count-th working day after the day, or before it when negative.

    Zero means the day itself, or the next working day. Raises CalendarUnknown where the calendar ends.
    """
    if count == 0:
        return day if _is_working(day, calendar) else add_working_days(day, 1, calendar)
    step = _DAY if count > 0 else -_DAY
    for _ in range(abs(count)):
        day += step
        while not _is_working(day, calendar):
            day += step
    return day


def _is_working(day: date, calendar: Calendar) -> bool:
    try:
        return calendar[day]
    except KeyError:
        raise CalendarUnknown(day.year) from None


def at(day: date, clock_time: time) -> datetime:
    """Return the moment in UTC when clocks in Asia/Shanghai show the time on the day."""
    return datetime.combine(day, clock_time, SHANGHAI).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """Return the first moment in UTC after the day in Asia/Shanghai: what happens at it is already late."""
    return at(day + _DAY, time.min)


def shanghai_day(moment: datetime) -> date:
    """Return the day in Asia/Shanghai of a moment; raises ValueError for one without an offset."""
    if moment.tzinfo is None:
        raise ValueError("a moment has an offset")
    return moment.astimezone(SHANGHAI).date()


def due_day(period: Period, cadence: Cadence, calendar: Calendar) -> date:
    """Return the last day on which what is due for the period is in time, grace not counted."""
    if cadence.counted_in is CountedIn.DAYS:
        return period.last + cadence.due_after * _DAY
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
            moments = {StepKind.LOOK: at(due + _DAY, DAY_IS_OVER)}
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


def day_zh(day: date) -> str:
    """Return the day as Chinese texts write it, e.g. 2016年10月8日."""
    return f"{day.year}年{day.month}月{day.day}日"


def in_order(step: Step) -> tuple[datetime, int, date]:
    """Return what steps are taken in the order of."""
    return step.at, _ORDER[step.kind], step.period.first
