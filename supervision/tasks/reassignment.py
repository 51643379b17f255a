from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.locks import require_version
from supervision.identity.models import Position
from supervision.identity.queries import require_units
from supervision.items.states import Responsibility
from supervision.tasks import assignments, people, queries, responsibilities, rules
from supervision.tasks.errors import AlreadyAssigned, UnitSupportsItself
from supervision.tasks.models import Task


async def reassign_task(
    session: AsyncSession, actor: Actor, task_id: UUID, *, responsibility: str, official_id: UUID, reason: str
) -> None:
    """Give an official's responsibility for a task to another from now on, keeping who had it (§5(1)).

    Refuses a closed item, who has it already, and who cannot take it over.
    """
    known = await people.read_officials_in_post(session, {official_id})
    task = await queries.get_for_update(session, actor, task_id)
    if responsibilities.holder_id_of(task, responsibility) == official_id:
        raise AlreadyAssigned
    rules.check_fit(Responsibility(responsibility), known.get(official_id), unit_id=task.responsible_unit_id)
    await responsibilities.hand_on(
        session, actor, task, responsibility, official_id, at=await clock.now(session), reason=reason
    )


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
    await require_units(session, {unit_id})
    rules.check_fit(Responsibility.RESPONSIBLE_PERSON, known.get(responsible_person_id), unit_id=unit_id)
    leaders = await people.read_leaders(session, {unit_id})
    at = await clock.now(session)
    for responsibility, to_id in {
        Responsibility.RESPONSIBLE_UNIT: unit_id,
        Responsibility.RESPONSIBLE_PERSON: responsible_person_id,
        Responsibility.PRINCIPAL_LEADER: leaders.get((unit_id, Position.PRINCIPAL_LEADER)),
        Responsibility.LEADER_IN_CHARGE: leaders.get((unit_id, Position.LEADER_IN_CHARGE)),
    }.items():
        await responsibilities.hand_on(session, actor, task, responsibility, to_id, at=at, reason=reason)
    if unit_id in await assignments.read_sharers(session, task_id, Responsibility.SUPPORTING_UNIT):
        await responsibilities.unshare(
            session, actor, task, Responsibility.SUPPORTING_UNIT, unit_id, at=at, reason=reason
        )


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
    require_version(task, version)
    for leader_id in liaison_leader_ids or ():
        rules.check_fit(Responsibility.LIAISON_LEADER, known.get(leader_id), unit_id=task.responsible_unit_id)
    units = set(supporting_unit_ids or ())
    if task.responsible_unit_id in units:
        raise UnitSupportsItself
    await require_units(session, units)
    # Who shares in it is no column of the task, and yet the task has changed.
    flag_modified(task, "goal")
    at = await clock.now(session)
    for responsibility, wanted in (
        (Responsibility.LIAISON_LEADER, liaison_leader_ids),
        (Responsibility.SUPPORTING_UNIT, supporting_unit_ids),
    ):
        if wanted is not None:
            await _set_sharers(session, actor, task, responsibility, wanted, at=at, reason=reason)


async def _set_sharers(
    session: AsyncSession,
    actor: Actor,
    task: Task,
    responsibility: str,
    wanted: Sequence[UUID],
    *,
    at: datetime,
    reason: str,
) -> None:
    for was_id in await assignments.read_sharers(session, task.id, responsibility):
        if was_id not in wanted:
            await responsibilities.unshare(session, actor, task, responsibility, was_id, at=at, reason=reason)
    for to_id in wanted:
        await responsibilities.share(session, actor, task, responsibility, to_id, at=at)
