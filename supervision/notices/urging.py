from datetime import timedelta
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.ids import new_id
from supervision.items import rules
from supervision.notices.acknowledgement import lock_waiting
from supervision.notices.document_facts import read_urging_facts
from supervision.notices.models import NoticeDelivery, Urging
from supervision.notices.sign_off import matter_of, tell_units
from supervision.notices.states import DeliveryState, UrgingChannel
from supervision.official_documents.issued_documents import keep_documents

# Who was urged, by whatever channel, has a week before the system urges again.
AGAIN_AFTER = timedelta(days=7)
_NOTE = "已超过签收时限，特此催办。"


async def urge_delivery(session: AsyncSession, actor: Actor, delivery_id: UUID, *, channel: str, note: str) -> UUID:
    """Urge a unit to acknowledge (§3(2)): a message is queued, a telephone call only logged.

    Refuses what was acknowledged, and what was not delivered yet.
    """
    rules.check_unclassified(note)
    await lock_waiting(session, actor, delivery_id)
    now = await clock.now(session)
    urging = Urging(delivery_id=delivery_id, channel=channel, note=note, urged_by=actor.person, urged_at=now)
    session.add(urging)
    await audit.record(session, actor, "notice.urged", delivery_id, channel=channel, urging_id=urging.id)
    await keep_documents(session, actor, await read_urging_facts(session, actor, [urging.id]))
    if channel == UrgingChannel.SMS:
        await tell_units(session, actor, template="notice_urged", matters={delivery_id: matter_of(urging.id)})
    return urging.id


async def urge_overdue(session: AsyncSession, actor: Actor) -> int:
    """Urge by message each unit whose limit for acknowledging has passed (§3(2)); return how many messages are new.

    Each urging is a document at once, as one that somebody makes: the notice has decided it. One that was urged in the
    last 7 days is left in peace.
    """
    now = await clock.now(session)
    lately = select(Urging.id).where(Urging.delivery_id == NoticeDelivery.id, Urging.urged_at > now - AGAIN_AFTER)
    overdue = (
        select(NoticeDelivery.id)
        .where(NoticeDelivery.state == DeliveryState.DELIVERED, NoticeDelivery.due_at <= now, ~lately.exists())
        .order_by(NoticeDelivery.id)
    )
    # Locked, so that an acknowledgement on its way is either seen here or withdraws the urging.
    urged = {delivery_id: new_id() for delivery_id in await session.scalars(overdue.with_for_update())}
    if not urged:
        return 0
    told = {"channel": UrgingChannel.SMS, "note": _NOTE, "urged_by": None, "urged_at": now}
    await session.execute(insert(Urging), [{"id": id_, "delivery_id": each, **told} for each, id_ in urged.items()])
    facts = [(each, {"channel": UrgingChannel.SMS, "urging_id": id_}) for each, id_ in urged.items()]
    await audit.record_each(session, actor, "notice.urged", facts)
    await keep_documents(session, actor, await read_urging_facts(session, actor, urged.values()))
    matters = {each: matter_of(id_) for each, id_ in urged.items()}
    return await tell_units(session, actor, template="notice_urged", matters=matters)
