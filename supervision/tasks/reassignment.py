from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.errors import Stale
from supervision.identity.errors import UnknownUnit
from supervision.identity.models import Position
from supervision.tasks import assignments, people, queries, responsibilities, rules
from supervision.tasks.errors import AlreadyAssigned, UnitSupportsItself
from supervision.tasks.models import Task
from supervision.tasks.states import TaskPart


async def reassign_task(
    session: AsyncSession, actor: Actor, task_id: UUID, *, part: str, official_id: UUID, reason: str
) -> None:
    """Give an official's part in a task to another from now on, keeping who had it (§5(1)).

    Refuses a closed item, who has the part already, and who cannot take it over.
    """
    known = await people.read_officials_in_post(session, {official_id})
    task = await queries.get_for_update(session, actor, task_id)
    if responsibilities.holder_id_of(task, part) == official_id:
        raise AlreadyAssigned
    rules.check_fit(TaskPart(part), known.get(official_id), unit_id=task.responsible_unit_id)
    await responsibilities.hand_on(session, actor, task, part, official_id, at=await clock.now(session), reason=reason)


async def reassign_unit(
    session: AsyncSession, actor: Actor, task_id: UUID, *, unit_id: UUID, responsible_person_id: UUID, reason: str
) -> None:
    """Give a task to another unit and one of its people from now on; its leaders there are those in post (§5(1)).

    Refuses a closed item, the unit that has it, an unknown one, and a person who is not of the new unit.
    """
    known = await people.read_officials_in_post(session, {responsible_person_id})
    task = await queries.get_for_update(session, actor, task_id)
    if task.responsible_unit_id == unit_id:
        raise AlreadyAssigned
    if not await people.read_units(session, {unit_id}):
        raise UnknownUnit
    rules.check_fit(TaskPart.RESPONSIBLE_PERSON, known.get(responsible_person_id), unit_id=unit_id)
    leaders = await people.read_leaders(session, {unit_id})
    at = await clock.now(session)
    for part, to_id in {
        TaskPart.RESPONSIBLE_UNIT: unit_id,
        TaskPart.RESPONSIBLE_PERSON: responsible_person_id,
        TaskPart.PRINCIPAL_LEADER: leaders.get((unit_id, Position.PRINCIPAL_LEADER)),
        TaskPart.LEADER_IN_CHARGE: leaders.get((unit_id, Position.LEADER_IN_CHARGE)),
    }.items():
        await responsibilities.hand_on(session, actor, task, part, to_id, at=at, reason=reason)
    if unit_id in await assignments.read_sharers(session, task_id, TaskPart.SUPPORTING_UNIT):
        await responsibilities.unshare(session, actor, task, TaskPart.SUPPORTING_UNIT, unit_id, at=at, reason=reason)


async def amend_task(
    session: AsyncSession,
    actor: Actor,
    task_id: UUID,
    version: int,
    *,
    reason: str,
    liaison_leader_ids: Sequence[UUID] | None = None,
    supporting_unit_ids: Sequence[UUID] | None = None,
) -> None:
    """Say anew which leaders liaise for a task and which units support it, keeping who did until now.

    What is None stays as it is. Refuses a closed item, a stale version, and who cannot liaise or support.
    """
    known = await people.read_officials_in_post(session, set(liaison_leader_ids or ()))
    task = await queries.get_for_update(session, actor, task_id)
    if task.version != version:
        raise Stale
    for leader_id in liaison_leader_ids or ():
        rules.check_fit(TaskPart.LIAISON_LEADER, known.get(leader_id), unit_id=task.responsible_unit_id)
    units = set(supporting_unit_ids or ())
    if task.responsible_unit_id in units:
        raise UnitSupportsItself
    if await people.read_units(session, units) != units:
        raise UnknownUnit
    # Who shares in it is no column of the task, and yet the task has changed.
    flag_modified(task, "goal")
    at = await clock.now(session)
    for part, wanted in (
        (TaskPart.LIAISON_LEADER, liaison_leader_ids),
        (TaskPart.SUPPORTING_UNIT, supporting_unit_ids),
    ):
        if wanted is not None:
            await _set_sharers(session, actor, task, part, wanted, at=at, reason=reason)


async def _set_sharers(
    session: AsyncSession,
    actor: Actor,
    task: Task,
    part: str,
    wanted: Sequence[UUID],
    *,
    at: datetime,
    reason: str,
) -> None:
    for was_id in await assignments.read_sharers(session, task.id, part):
        if was_id not in wanted:
            await responsibilities.unshare(session, actor, task, part, was_id, at=at, reason=reason)
    for to_id in wanted:
        await responsibilities.share(session, actor, task, part, to_id, at=at)
