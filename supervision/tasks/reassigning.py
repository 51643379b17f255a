from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation.actors import Actor
from supervision.identity.errors import UnknownOfficial, UnknownUnit
from supervision.items import closing
from supervision.items import queries as items
from supervision.items.models import PartKind
from supervision.items.registering import NewParty, add_parties
from supervision.tasks import queries
from supervision.tasks.errors import AlreadyAssigned, PersonOfAnotherUnit
from supervision.tasks.models import Task


async def reassign_unit(
    session: AsyncSession, actor: Actor, task_id: UUID, *, unit_id: UUID, responsible_person_id: UUID, reason: str
) -> None:
    """Give a task to another unit and one of its people from now on (§5(1)).

    Refuses a closed item, the unit that has it, an unknown one, and a person who is not of the new unit.
    """
    known = await queries.read_officials_in_post(session, {responsible_person_id})
    seen = await queries.get_task(session, actor, task_id)
    closing.require_open(await items.get_for_update(session, actor, seen["item_id"]))
    task = (await session.execute(select(Task).where(Task.id == task_id).with_for_update())).scalar_one()
    if task.responsible_unit_id == unit_id:
        raise AlreadyAssigned
    if not await queries.read_units(session, {unit_id}):
        raise UnknownUnit
    if responsible_person_id not in known:
        raise UnknownOfficial
    if known[responsible_person_id].unit_id != unit_id:
        raise PersonOfAnotherUnit
    facts = {"was_unit_id": task.responsible_unit_id, "was_person_id": task.responsible_person_id, "unit_id": unit_id}
    task.responsible_unit_id, task.responsible_person_id = unit_id, responsible_person_id
    parties = [
        NewParty(item_id=task.item_id, part=PartKind.RESPONSIBLE_UNIT, unit_id=unit_id),
        NewParty(item_id=task.item_id, part=PartKind.RESPONSIBLE_PERSON, official_id=responsible_person_id),
    ]
    await add_parties(session, parties)
    await audit.record(session, actor, "task.reassigned", task_id, reason=reason, **facts)
