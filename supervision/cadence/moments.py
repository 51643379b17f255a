from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


DAY = timedelta(days=1)


def at(day: date, clock_time: time) -> datetime:
    """Return the moment in UTC when clocks in Asia/Shanghai show the time on the day."""
    return datetime.combine(day, clock_time, SHANGHAI).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """Return the first moment in UTC after the day in Asia/Shanghai: what happens at it is already late."""
    return at(day + DAY, time.min)


def shanghai_day(moment: datetime) -> date:
    """Return the day in Asia/Shanghai of a moment; raises ValueError for one without an offset."""
    if moment.tzinfo is None:
        raise ValueError("a moment has an offset")
    return moment.astimezone(SHANGHAI).date()


def day_zh(day: date) -> str:
    """Return the day as Chinese texts write it, e.g. 2016年10月8日."""
    return f"{day.year}年{day.month}月{day.day}日"
