from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import chinese_calendar


def calendar_rows() -> Iterator[dict[str, Any]]:
    """Yield a row of `working_day` for each day of the years whose holidays the State Council has announced."""
    source = f"chinesecalendar {chinese_calendar.__version__}"
    day, last = date(min(chinese_calendar.holidays).year, 1, 1), date(max(chinese_calendar.holidays).year, 12, 31)
    while day <= last:
        occasion = chinese_calendar.holidays.get(day) or chinese_calendar.workdays.get(day)
        yield {
            "day": day,
            "is_working": chinese_calendar.is_workday(day),
            "name": chinese_calendar.Holiday(occasion).chinese if occasion else None,
            "status": "official",
            "source": source,
        }
        day += timedelta(days=1)
