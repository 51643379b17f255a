from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation.actors import Actor
from supervision.items.registration import NewParty, add_parties, drop_parties
from supervision.items.states import Responsibility
from supervision.tasks import assignments
from supervision.tasks.models import Assignment, Sharer, Task
from supervision.tasks.states import SHARED_RESPONSIBILITIES, SOLE_RESPONSIBILITIES

_UNIT_RESPONSIBILITIES = (Responsibility.RESPONSIBLE_UNIT, Responsibility.SUPPORTING_UNIT)


def holder_of(responsibility: str, holder_id: UUID | None) -> dict[str, UUID | None]:
    """Return who has a responsibility as the two columns that tables of units and officials have."""
    is_unit = responsibility in _UNIT_RESPONSIBILITIES
    return {"unit_id": holder_id if is_unit else None, "official_id": None if is_unit else holder_id}


def holder_id_of(task: Task, responsibility: str) -> UUID | None:
    """Return who has a responsibility of which a task has one."""
    found: UUID | None = getattr(task, f"{responsibility}_id")
    return found


def party_of(item_id: UUID, responsibility: str, holder_id: UUID) -> NewParty:
    """Return what a responsibility for a task is in its item."""
    return NewParty(item_id=item_id, responsibility=responsibility, **holder_of(responsibility, holder_id))


def parties_of(task: Task) -> list[NewParty]:
    """Return what those who have one of the sole responsibilities for a task are in its item."""
    held = {responsibility: holder_id_of(task, responsibility) for responsibility in SOLE_RESPONSIBILITIES}
    return [party_of(task.item_id, responsibility, id_) for responsibility, id_ in held.items() if id_ is not None]


async def read_parties(session: AsyncSession, tasks: Sequence[Task]) -> list[NewParty]:
    """Read what all who have a responsibility for tasks are in the tasks' items."""
    item_of = {task.id: task.item_id for task in tasks}
    holder = func.coalesce(Sharer.unit_id, Sharer.official_id)
    shared = await session.execute(
        select(Sharer.task_id, Sharer.responsibility, holder).where(Sharer.task_id.in_(item_of))
    )
    sharers = [party_of(item_of[task_id], responsibility, holder_id) for task_id, responsibility, holder_id in shared]
    return [*(party for task in tasks for party in parties_of(task)), *sharers]


async def hand_on(
    session: AsyncSession,
    actor: Actor,
    task: Task,
    responsibility: str,
    to_id: UUID | None,
    *,
    at: datetime,
    reason: str,
) -> None:
    """Give a sole responsibility for a locked task to another from a moment on, and keep who had it until then."""
    was_id = holder_id_of(task, responsibility)
    since_at = await assignments.read_since(session, task.id, responsibility) or task.created_at
    await _end(session, actor, task, responsibility, was_id, since_at=since_at, at=at, reason=reason)
    setattr(task, f"{responsibility}_id", to_id)
    await _settle_parties(session, task, responsibility, was_id=was_id, to_id=to_id)
    await audit.record(
        session, actor, "task.reassigned", task.id, part=responsibility, was_id=was_id, to_id=to_id, reason=reason
    )


async def share(
    session: AsyncSession, actor: Actor, task: Task, responsibility: str, to_id: UUID, *, at: datetime
) -> None:
    """Give a shared responsibility for a locked task to one more from a moment on; who has it already keeps it."""
    shared = select(Sharer.id).where(Sharer.task_id == task.id, _is_sharer(responsibility, to_id))
    if await session.scalar(shared) is not None:
        return
    session.add(Sharer(task_id=task.id, responsibility=responsibility, since_at=at, **holder_of(responsibility, to_id)))
    await add_parties(session, [party_of(task.item_id, responsibility, to_id)])
    await audit.record(session, actor, "task.shared", task.id, part=responsibility, to_id=to_id)


async def unshare(
    session: AsyncSession, actor: Actor, task: Task, responsibility: str, was_id: UUID, *, at: datetime, reason: str
) -> None:
    """Take a shared responsibility for a locked task from who has it, and keep until when they did."""
    ended = (
        delete(Sharer).where(Sharer.task_id == task.id, _is_sharer(responsibility, was_id)).returning(Sharer.since_at)
    )
    since_at = (await session.execute(ended)).scalar_one()
    await _end(session, actor, task, responsibility, was_id, since_at=since_at, at=at, reason=reason)
    await _settle_parties(session, task, responsibility, was_id=was_id, to_id=None)
    await audit.record(session, actor, "task.unshared", task.id, part=responsibility, was_id=was_id, reason=reason)


def _is_sharer(responsibility: str, holder_id: UUID) -> ColumnElement[bool]:
    return (Sharer.responsibility == responsibility) & (func.coalesce(Sharer.unit_id, Sharer.official_id) == holder_id)


async def _end(
    session: AsyncSession,
    actor: Actor,
    task: Task,
    responsibility: str,
    was_id: UUID | None,
    *,
    since_at: datetime,
    at: datetime,
    reason: str,
) -> None:
    ended = Assignment(
        task_id=task.id,
        responsibility=responsibility,
        **holder_of(responsibility, was_id),
        since_at=since_at,
        # What is recorded after the event may be older than the responsibility itself.
        until_at=max(at, since_at),
        reason=reason,
        assigned_by=actor.person,
    )
    session.add(ended)
    await session.flush()


async def _settle_parties(
    session: AsyncSession, task: Task, responsibility: str, *, was_id: UUID | None, to_id: UUID | None
) -> None:
    if to_id is not None:
        await add_parties(session, [party_of(task.item_id, responsibility, to_id)])
    if was_id is None:
        return
    held = select(Task.id).where(Task.item_id == task.item_id)
    if responsibility in SHARED_RESPONSIBILITIES:
        held = held.join(Sharer, Sharer.task_id == Task.id).where(_is_sharer(responsibility, was_id))
    else:
        held = held.where(getattr(Task, f"{responsibility}_id") == was_id)
    # Another task of the item may be theirs as well.
    if await session.scalar(held.limit(1)) is None:
        await drop_parties(session, [party_of(task.item_id, responsibility, was_id)])
