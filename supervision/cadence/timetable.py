from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from types import MappingProxyType

from supervision.cadence.moments import at, shanghai_day
from supervision.cadence.periods import PeriodKind, half_month_of, period_of
from supervision.cadence.rules import DAY_IS_OVER, HALF_MONTHLY, OFFICE_OPENS, Cadence, Step, StepKind
from supervision.cadence.working_days import Calendar

_DAY = timedelta(days=1)
_DAYS_OF_A_WEEK = 7
# Who acknowledges first thing in the morning is not urged.
MAIL_IS_READ = time(10)

# Steps of a day; a day that was missed is not made up for, because the next one does the same.
DAILY = (StepKind.PROPOSE, StepKind.REMIND_OF_LEDGERS, StepKind.REMIND_OF_PROBLEMS, StepKind.URGE_NOTICES)

# The usual way of a county that has set nothing else.
USUAL: Mapping[PeriodKind, Cadence] = MappingProxyType(
    {
        PeriodKind.WEEK: Cadence(kind=PeriodKind.WEEK, due_after=1, is_running=False),
        PeriodKind.HALF_MONTH: HALF_MONTHLY,
        PeriodKind.MONTH: Cadence(kind=PeriodKind.MONTH, due_after=3),
        PeriodKind.QUARTER: Cadence(kind=PeriodKind.QUARTER, due_after=3),
    }
)


def takes_effect_on(kind: PeriodKind, today: date) -> date:
    """Return the first day for which a change made today may count: that of the next period.

    The weekly rhythm changes with the first week of the next half-month, whose reports then leave out what is
    reported weekly.
    """
    if kind is not PeriodKind.WEEK:
        return period_of(kind, today).last + _DAY
    first = half_month_of(today).last + _DAY
    return first + -first.weekday() % _DAYS_OF_A_WEEK * _DAY


def daily_steps(now: datetime, calendar: Calendar) -> list[Step]:
    """Return the steps of the present day whose moment has come.

    Items past their deadline are looked for once the day before is over; ledgers to open or close, overdue decisions
    and notices that nobody has acknowledged are reminded of on working days only.
    """
    today = shanghai_day(now)
    moments = {StepKind.PROPOSE: at(today, DAY_IS_OVER)}
    if calendar.get(today):
        moments[StepKind.REMIND_OF_LEDGERS] = at(today, OFFICE_OPENS)
        moments[StepKind.REMIND_OF_PROBLEMS] = at(today, OFFICE_OPENS)
        moments[StepKind.URGE_NOTICES] = at(today, MAIL_IS_READ)
    day = period_of(PeriodKind.DAY, today)
    return [Step(day, kind, moment) for kind, moment in moments.items() if moment <= now]
