from collections import Counter
from datetime import date
from uuid import UUID

from sqlalchemy import String, cast, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.cadence.moments import end_of_day
from supervision.cadence.periods import Period
from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch
from supervision.foundation.paging import Page, PageRequest, Rows, page, where_given
from supervision.progress import policy
from supervision.progress.last_reported import last_entry
from supervision.progress.models import QuarterlyLook
from supervision.progress.rules import Light, light

_MONTHS_OF_A_QUARTER = 3
_COLUMNS = (
    cast(QuarterlyLook.id, String).label("id"),
    QuarterlyLook.year,
    QuarterlyLook.quarter,
    QuarterlyLook.task_id,
    QuarterlyLook.item_id,
    QuarterlyLook.item_number,
    QuarterlyLook.goal,
    QuarterlyLook.unit_id,
    QuarterlyLook.percent,
    QuarterlyLook.reported_at,
    QuarterlyLook.deadline_on,
    QuarterlyLook.light,
    QuarterlyLook.looked_on,
)
# What was known at the end of the day that is looked at, so that a look that was missed comes out the same later.
_OPEN = text(f"""
    SELECT t.id AS task_id, i.id AS item_id, i.number AS item_number, t.goal, t.responsible_unit_id AS unit_id,
           e.percent, e.received_at AS reported_at, i.received_on, i.deadline_on, i.is_standing
    FROM task t
    JOIN item i ON i.id = t.item_id
    LEFT JOIN LATERAL ({last_entry(before=":until", known=":until")}) e ON true
    WHERE i.received_on <= :last AND i.state NOT IN ('registered', 'refused')
    AND (i.closed_on IS NULL OR i.closed_on > :day) AND (i.suspended_on IS NULL OR i.suspended_on > :day)
    ORDER BY i.id, t.no
""")  # noqa: S608 - what is put in is our own text


async def take_look(session: AsyncSession, actor: Actor, period: Period, *, on: date, behind_percent: int) -> int:
    """Keep how each open task stood at the end of a day after the quarter (§4(1) 一季一查看); again adds nothing."""
    common = {"year": period.first.year, "quarter": _quarter_of(period.first), "looked_on": on}
    facts = {"last": period.last, "day": on, "until": end_of_day(on)}
    rows = [{**_stand(row, on, behind_percent), **common} for row in await fetch(session, _OPEN, facts)]
    keeping = insert(QuarterlyLook).on_conflict_do_nothing().returning(QuarterlyLook.light)
    lights = Counter(await session.scalars(keeping, rows) if rows else ())
    counts = {str(each): lights[each] for each in Light}
    await audit.record(session, actor, "quarter.looked_at", None, period=period.label_zh, **counts)
    return lights.total()


def _stand(row: Row, on: date, behind_percent: int) -> Row:
    received_on, is_standing = row.pop("received_on"), row.pop("is_standing")
    facts = {"received_on": received_on, "deadline_on": row["deadline_on"], "on": on, "behind_percent": behind_percent}
    # Standing work has no end that it could lag behind.
    return {**row, "light": Light.ON_TRACK if is_standing else light(row["percent"], **facts)}


async def list_quarterly_looks(
    session: AsyncSession,
    actor: Actor,
    request: PageRequest[int],
    *,
    year: int,
    quarter: int,
    unit_id: UUID | None = None,
    light: Light | None = None,
) -> Page:
    """List how the tasks stood at a quarter's look."""
    statement: Rows = select(*_COLUMNS).where(
        QuarterlyLook.year == year, QuarterlyLook.quarter == quarter, policy.looks_visible_to(actor)
    )
    statement = where_given(statement, {QuarterlyLook.unit_id: unit_id, QuarterlyLook.light: light})
    return await page(session, statement, request, identity=QuarterlyLook.id)


def _quarter_of(day: date) -> int:
    return (day.month - 1) // _MONTHS_OF_A_QUARTER + 1
