"""The two months after which television and newspapers are given what was published in them (§4(1), §5(2))."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from supervision.cadence.moments import DAY, SHANGHAI

# Ours: the regulation says every two months, and not how soon after them.
SEND_WITHIN_DAYS = 10
_MONTHS = 2


@dataclass(frozen=True, slots=True)
class PressPeriod:
    """January and February, March and April, and so on to the end of the year; both days included."""

    first: date
    last: date

    @property
    def month(self) -> str:
        """Return the first of its months, by which it is named."""
        return f"{self.first:%Y-%m}"

    @property
    def due_on(self) -> date:
        return self.last + timedelta(days=SEND_WITHIN_DAYS)

    @property
    def label_zh(self) -> str:
        return f"{self.first.year}年{self.first.month}至{self.last.month}月"

    @property
    def begins_at(self) -> datetime:
        return datetime.combine(self.first, time(), SHANGHAI)

    @property
    def ends_at(self) -> datetime:
        return datetime.combine(self.last + DAY, time(), SHANGHAI)


def press_period_of(day: date) -> PressPeriod:
    """Return the two months that hold a day."""
    first = day.replace(month=day.month - (day.month - 1) % _MONTHS, day=1)
    following = (first.replace(day=28) + timedelta(days=40)).replace(day=1)
    return PressPeriod(first, following - DAY)


def press_period_before(day: date) -> PressPeriod:
    """Return the two months that ended last."""
    return press_period_of(press_period_of(day).first - DAY)
