"""The clock of 20 working days, which runs from the fact until it is to be public."""

from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.cadence.queries import read_calendar
from supervision.cadence.working_days import add_working_days
from supervision.publication.rules import PUBLISH_WITHIN

# More days than any 20 working days have taken.
_FAR_ENOUGH = timedelta(days=60)


async def read_publish_by(session: AsyncSession, facts_on: Collection[date]) -> dict[date, date]:
    """Return until when each of the facts is to be public; the calendar is read once."""
    if not facts_on:
        return {}
    calendar = await read_calendar(session, min(facts_on), max(facts_on) + _FAR_ENOUGH)
    return {day: add_working_days(day, PUBLISH_WITHIN, calendar) for day in facts_on}


async def read_late_before(session: AsyncSession, today: date) -> date:
    """Return the first day of a fact that is not late yet, if it is not public today."""
    calendar = await read_calendar(session, today - _FAR_ENOUGH, today)
    return add_working_days(today, -PUBLISH_WITHIN, calendar)
