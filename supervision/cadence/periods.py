import calendar as months
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from supervision.cadence.moments import DAY, day_zh

_HALF = 15


_QUARTERS = "一二三四"


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


def period_of(kind: PeriodKind, day: date) -> Period:
    """Return the period of the kind that holds the day."""
    match kind:
        case PeriodKind.DAY:
            first = last = day
        case PeriodKind.WEEK:
            first = day - day.weekday() * DAY
            last = first + 6 * DAY
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
        first = period.last + DAY


def _end_of_month(day: date) -> date:
    return day.replace(day=months.monthrange(day.year, day.month)[1])
