from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.locks import get_locked
from supervision.messaging import outbox
from supervision.notices import policy as notices
from supervision.notices.errors import NotToBeAcknowledged
from supervision.notices.models import NoticeDelivery, Urging
from supervision.notices.sign_off import matter_of
from supervision.notices.states import DELIVERY_FOLLOWS, DeliveryState


async def acknowledge_delivery(session: AsyncSession, actor: Actor, delivery_id: UUID) -> None:
    """Acknowledge receipt for one's unit (签收, §3(2)) and withdraw urgings that still wait; refuses a second time."""
    delivery = await lock_waiting(session, actor, delivery_id)
    delivery.state = DeliveryState.ACKNOWLEDGED
    delivery.acknowledged_by, delivery.acknowledged_at = actor.person, await clock.now(session)
    urgings = await session.scalars(select(Urging.id).where(Urging.delivery_id == delivery_id))
    await outbox.withdraw(session, actor, matters=[matter_of(urging_id) for urging_id in urgings])
    facts = {"notice_id": delivery.notice_id, "unit_id": delivery.unit_id}
    await audit.record(session, actor, "notice.acknowledged", delivery_id, **facts)


async def lock_waiting(session: AsyncSession, actor: Actor, delivery_id: UUID) -> NoticeDelivery:
    """Lock a delivery that waits for its acknowledgement; refuses one that has it, and what is out of sight."""
    statement = select(NoticeDelivery).where(NoticeDelivery.id == delivery_id, notices.deliveries_visible_to(actor))
    delivery = await get_locked(session, statement)
    if DeliveryState.ACKNOWLEDGED not in DELIVERY_FOLLOWS[DeliveryState(delivery.state)]:
        raise NotToBeAcknowledged(state=delivery.state)
    return delivery
