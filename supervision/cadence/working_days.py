from collections.abc import Mapping
from datetime import date

from supervision.cadence.moments import DAY

# Whether each day is a working day.
Calendar = Mapping[date, bool]


class CalendarUnknown(LookupError):  # noqa: N818 - it states a fact, as refusals do
    """The working-day calendar holds no such day; `year` is the one to import."""

    def __init__(self, year: int) -> None:
        super().__init__(f"the calendar holds no working days of {year}")
        self.year = year


def add_working_days(day: date, count: int, calendar: Calendar) -> date:
    """Return the count-th working day after the day, or before it when negative.

    Zero means the day itself, or the next working day. Raises CalendarUnknown where the calendar ends.
    """
    if count == 0:
        return day if _is_working(day, calendar) else add_working_days(day, 1, calendar)
    step = DAY if count > 0 else -DAY
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
