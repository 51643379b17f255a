from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import chinese_calendar

# Years not yet announced are guessed, so that a deadline across the year's end can be told at all: weekends, and the
# holidays that fall on fixed days of the solar calendar. The announcement corrects them.
PROVISIONAL_YEARS = 2
_FIXED = {(1, 1): "元旦", (5, 1): "劳动节", (5, 2): "劳动节", (10, 1): "国庆节", (10, 2): "国庆节", (10, 3): "国庆节"}
_SATURDAY = 5


def calendar_rows() -> Iterator[dict[str, Any]]:
    """Yield a row of `working_day` for each day: announced years as official, the two after them as provisional."""
    announced = date(max(chinese_calendar.holidays).year, 12, 31)
    yield from _days(date(min(chinese_calendar.holidays).year, 1, 1), announced, _announced)
    guessed = date(announced.year + PROVISIONAL_YEARS, 12, 31)
    yield from _days(announced + timedelta(days=1), guessed, _guessed)


def _days(day: date, last: date, describe: Any) -> Iterator[dict[str, Any]]:
    while day <= last:
        yield {"day": day, **describe(day)}
        day += timedelta(days=1)


def _announced(day: date) -> dict[str, Any]:
    occasion = chinese_calendar.holidays.get(day) or chinese_calendar.workdays.get(day)
    return {
        "is_working": chinese_calendar.is_workday(day),
        "name": chinese_calendar.Holiday(occasion).chinese if occasion else None,
        "status": "official",
        "source": f"chinesecalendar {chinese_calendar.__version__}",
    }


def _guessed(day: date) -> dict[str, Any]:
    name = _FIXED.get((day.month, day.day))
    return {
        "is_working": name is None and day.weekday() < _SATURDAY,
        "name": name,
        "status": "provisional",
        "source": "weekends and fixed holidays, until the year is announced",
    }
