from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, func, literal, select, text, union_all
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor
from supervision.items.models import Item
from supervision.items.states import Responsibility
from supervision.tasks import queries
from supervision.tasks.models import Assignment, Sharer, Task
from supervision.tasks.states import SOLE_RESPONSIBILITIES

# What has ended stands in the history, what has not on the task; either tells since when.
_ASSIGNMENTS = text("""
    WITH sole AS (
        SELECT p.part, p.unit_id, p.official_id,
            coalesce((SELECT max(a.until_at) FROM assignment a WHERE a.task_id = t.id AND a.part = p.part),
                t.created_at) AS since_at
        FROM task t CROSS JOIN LATERAL (VALUES
            ('responsible_unit', t.responsible_unit_id, NULL::uuid),
            ('lead_leader', NULL, t.lead_leader_id),
            ('responsible_person', NULL, t.responsible_person_id),
            ('principal_leader', NULL, t.principal_leader_id),
            ('leader_in_charge', NULL, t.leader_in_charge_id)
        ) AS p (part, unit_id, official_id)
        WHERE t.id = :task
    )
    SELECT part, unit_id, official_id, since_at, until_at, reason, assigned_by
    FROM (
        SELECT part, unit_id, official_id, since_at, until_at, reason, assigned_by, id
            FROM assignment WHERE task_id = :task
        UNION ALL SELECT part, unit_id, official_id, since_at, NULL, NULL, NULL, NULL FROM sole
        UNION ALL SELECT part, unit_id, official_id, since_at, NULL, NULL, NULL, NULL
            FROM task_sharer WHERE task_id = :task
    ) AS told
    WHERE unit_id IS NOT NULL OR official_id IS NOT NULL
    ORDER BY part, since_at, id NULLS LAST, unit_id, official_id
""")


async def list_assignments(session: AsyncSession, actor: Actor, task_id: UUID) -> list[RowMapping]:
    """List who has or had which responsibility for a task, and from when until when."""
    task = await queries.get_task(session, actor, task_id)
    rows = await session.execute(_ASSIGNMENTS, {"task": task["id"]})
    return list(rows.mappings())


async def read_since(session: AsyncSession, task_id: UUID, responsibility: str) -> datetime | None:
    """Return since when a sole responsibility for a task is where it is; None if it never changed."""
    statement = select(func.max(Assignment.until_at)).where(
        Assignment.task_id == task_id, Assignment.responsibility == responsibility
    )
    since_at: datetime | None = await session.scalar(statement)
    return since_at


async def read_holders(session: AsyncSession, task_id: UUID, at: datetime) -> dict[str, UUID | None]:
    """Read who had the sole responsibilities for a task at a moment, or first if it was made later; none if unknown."""
    task = await session.get(Task, task_id)
    if task is None:
        return {}
    ended = (
        select(Assignment.responsibility, func.coalesce(Assignment.unit_id, Assignment.official_id).label("holder_id"))
        .where(Assignment.task_id == task_id, Assignment.until_at > at)
        .order_by(Assignment.responsibility, Assignment.until_at, Assignment.id)
        .ext(distinct_on(Assignment.responsibility))
    )
    before = {row.responsibility: row.holder_id for row in await session.execute(ended)}
    return {
        responsibility: before.get(responsibility, getattr(task, f"{responsibility}_id"))
        for responsibility in SOLE_RESPONSIBILITIES
    }


async def read_sharers(session: AsyncSession, task_id: UUID, responsibility: str) -> list[UUID]:
    """Read which leaders liaise for a task, or which units support it, in the order in which they came."""
    holder = func.coalesce(Sharer.unit_id, Sharer.official_id)
    statement = (
        select(holder).where(Sharer.task_id == task_id, Sharer.responsibility == responsibility).order_by(Sharer.id)
    )
    return list(await session.scalars(statement))


async def read_held(session: AsyncSession, official_id: UUID) -> list[tuple[UUID, Responsibility]]:
    """Read the tasks of open items for which an official has a responsibility, and which, in the items' order."""
    sole = [
        select(Task.item_id, Task.id, literal(str(responsibility)).label("responsibility")).where(
            getattr(Task, f"{responsibility}_id") == official_id
        )
        for responsibility in SOLE_RESPONSIBILITIES
        if responsibility != Responsibility.RESPONSIBLE_UNIT
    ]
    shared = select(Task.item_id, Task.id, Sharer.responsibility).join(Sharer, Sharer.task_id == Task.id)
    held = union_all(*sole, shared.where(Sharer.official_id == official_id)).subquery()
    statement = select(held.c.id, held.c.responsibility).join(Item, Item.id == held.c.item_id)
    rows = await session.execute(
        statement.where(Item.closed_on.is_(None)).order_by(held.c.item_id, held.c.id, held.c.responsibility)
    )
    return [(row.id, Responsibility(row.responsibility)) for row in rows]
