from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.items.models import Item
from supervision.items.states import ItemState
from supervision.messaging import outbox
from supervision.progress.models import Obligation
from supervision.progress.obligations import matters_of, speaks_of
from supervision.progress.states import ObligationState
from supervision.tasks.models import Task

REASON = "本单位承办的事项均已办结、中止或终止"


async def waive_idle(session: AsyncSession, actor: Actor) -> int:
    """Waive the open duties of units none of whose items is open, and withdraw what reminds of them.

    What was marked late before stays marked. Returns how many were waived; waiving again adds nothing.
    """
    still_at_work = (
        select(Task.id)
        .join(Item, Item.id == Task.item_id)
        .where(
            Task.responsible_unit_id == Obligation.unit_id,
            Item.received_on <= Obligation.period_last,
            Item.state == ItemState.OPEN,
            speaks_of(Obligation.covers),
        )
        .exists()
    )
    statement = (
        update(Obligation)
        .where(Obligation.state == ObligationState.OPEN, ~still_at_work)
        .values(
            state=ObligationState.WAIVED,
            waived_at=await clock.now(session),
            waived_reason=REASON,
            version=Obligation.version + 1,
        )
        .returning(Obligation.id)
        .execution_options(synchronize_session=False)
    )
    waived = list(await session.scalars(statement))
    if waived:
        matters = [matter for obligation_id in waived for matter in matters_of(obligation_id)]
        await outbox.withdraw(session, actor, matters=matters)
        facts = [(obligation_id, {"reason": REASON}) for obligation_id in waived]
        await audit.record_each(session, actor, "obligation.waived", facts)
    return len(waived)
