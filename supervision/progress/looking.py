from collections import Counter
from datetime import date
from uuid import UUID

from sqlalchemy import String, cast, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.cadence.rules import Period, end_of_day
from supervision.foundation.actors import Actor
from supervision.foundation.paging import Page, PageRequest, Rows, page
from supervision.progress import policy
from supervision.progress.last_reported import last_entry
from supervision.progress.models import QuarterlyLook
from supervision.progress.rules import Light

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
# The light is that of `rules.light`; standing work has no end that it could lag behind.
_LOOK = text(f"""
    INSERT INTO quarterly_look
        (year, quarter, task_id, item_id, item_number, goal, unit_id, percent, reported_at, deadline_on, light,
         looked_on)
    SELECT :year, :quarter, t.id, i.id, i.number, t.goal, t.responsible_unit_id, e.percent, e.received_at,
           i.deadline_on,
           CASE
               WHEN i.is_standing OR e.percent = 100 THEN 'on_track'
               WHEN :day > i.deadline_on THEN 'overdue'
               WHEN greatest(:day - i.received_on + 1, 0) * 100
                    - coalesce(e.percent, 0) * (i.deadline_on - i.received_on + 1)
                    >= :behind_percent * (i.deadline_on - i.received_on + 1) THEN 'behind'
               ELSE 'on_track'
           END,
           :day
    FROM task t
    JOIN item i ON i.id = t.item_id
    LEFT JOIN LATERAL ({last_entry(before=":until", known=":until")}) e ON true
    WHERE i.received_on <= :last AND i.state NOT IN ('registered', 'refused')
    AND (i.closed_on IS NULL OR i.closed_on > :day) AND (i.suspended_on IS NULL OR i.suspended_on > :day)
    ORDER BY i.id, t.no
    ON CONFLICT DO NOTHING
    RETURNING light
""")  # noqa: S608 - what is put in is our own text


async def take_look(session: AsyncSession, actor: Actor, period: Period, *, on: date, behind_percent: int) -> int:
    """Keep how each open task stood at the end of a day after the quarter (§4(1) 一季一查看); again adds nothing."""
    facts = {
        "year": period.first.year,
        "quarter": _quarter_of(period.first),
        "last": period.last,
        "day": on,
        "until": end_of_day(on),
        "behind_percent": behind_percent,
    }
    lights = Counter(await session.scalars(_LOOK, facts))
    counts = {str(each): lights[each] for each in Light}
    await audit.record(session, actor, "quarter.looked_at", None, period=period.label_zh, **counts)
    return lights.total()


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
    if unit_id is not None:
        statement = statement.where(QuarterlyLook.unit_id == unit_id)
    if light is not None:
        statement = statement.where(QuarterlyLook.light == light)
    return await page(session, statement, request, identity=QuarterlyLook.id)


def _quarter_of(day: date) -> int:
    return (day.month - 1) // _MONTHS_OF_A_QUARTER + 1
