from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor
from supervision.items import item_changes
from supervision.items import queries as items
from supervision.items.item_changes import note_changes
from supervision.items.states import ItemChangeKind
from supervision.progress.obligation_waivers import waive_idle
from supervision.reviews import queries
from supervision.reviews.errors import NothingToTransfer
from supervision.tasks import people, reassignment
from supervision.tasks.models import Task


async def transfer_item(
    session: AsyncSession,
    actor: Actor,
    item_id: UUID,
    *,
    from_unit_id: UUID,
    to_unit_id: UUID,
    responsible_person_id: UUID,
    reason: str,
) -> None:
    """Transfer what one unit still has to do for an open item to another unit and one of its people.

    What was passed or waived stays with who did it. Refuses an item that is not open, a unit with nothing left to do
    for it, and a unit or person that cannot take over.
    """
    # Officials before items, as wherever somebody takes over: so nobody leaves meanwhile.
    await people.read_officials_in_post(session, {responsible_person_id})
    item_changes.require_open(await items.get_for_update(session, actor, item_id))
    stands = await queries.read_stands(session, item_id)
    of_the_unit = select(Task.id).where(Task.item_id == item_id, Task.responsible_unit_id == from_unit_id)
    unsettled = [
        task_id for task_id in await session.scalars(of_the_unit.order_by(Task.no)) if not stands[task_id].is_settled
    ]
    if not unsettled:
        raise NothingToTransfer
    for task_id in unsettled:
        await reassignment.reassign_unit(
            session, actor, task_id, unit_id=to_unit_id, responsible_person_id=responsible_person_id, reason=reason
        )
    facts = {
        "from_unit_id": from_unit_id,
        "to_unit_id": to_unit_id,
        "responsible_person_id": responsible_person_id,
        "task_ids": [str(task_id) for task_id in unsettled],
    }
    await note_changes(session, actor, ItemChangeKind.TRANSFERRED, reason=reason, facts_of={item_id: facts})
    await waive_idle(session, actor)
