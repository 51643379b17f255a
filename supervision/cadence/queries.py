from datetime import date
from typing import Any

from sqlalchemy import String, cast, extract, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.cadence.models import CadenceRun, WorkingDay
from supervision.cadence.working_days import Calendar, CalendarUnknown
from supervision.foundation.actors import Actor
from supervision.foundation.driver import fetch
from supervision.foundation.errors import NotFound
from supervision.foundation.paging import Page, PageRequest, Rows, page, where_given


async def read_calendar(session: AsyncSession, first: date, last: date) -> Calendar:
    """Read which days are working days, both ends included; raises CalendarUnknown where the first day is missing.

    The calendar may end before the last day: a rule that asks for a day beyond is refused by its year.
    """
    statement = select(WorkingDay.day, WorkingDay.is_working).where(WorkingDay.day.between(first, last))
    calendar = {row["day"]: row["is_working"] for row in await fetch(session, statement)}
    if first not in calendar:
        raise CalendarUnknown(first.year)
    return calendar


async def get_calendar(session: AsyncSession, _actor: Actor, year: int) -> dict[str, Any]:
    """Read the days of a year; refuses a year that has not been announced."""
    statement = (
        select(WorkingDay.day, WorkingDay.is_working, WorkingDay.name, WorkingDay.status)
        .where(extract("year", WorkingDay.day) == year)
        .order_by(WorkingDay.day)
    )
    days = await fetch(session, statement)
    if not days:
        raise NotFound
    return {"year": year, "data": days}


async def list_cadence_runs(
    session: AsyncSession, _actor: Actor, request: PageRequest[int], *, kind: str | None = None
) -> Page:
    """List the scheduled steps that were taken, newest first."""
    run = CadenceRun
    statement: Rows = select(
        cast(run.id, String).label("id"),
        run.kind,
        run.period_first,
        run.period_last,
        run.due_at,
        run.started_at,
        run.finished_at,
        run.outcome,
    )
    statement = where_given(statement, {run.kind: kind})
    return await page(session, statement, request, identity=run.id, descending=True)
