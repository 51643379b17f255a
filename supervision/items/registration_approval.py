from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.audit import signatures
from supervision.foundation.actors import Actor
from supervision.foundation.two_persons import CounterStep
from supervision.items import policy, queries
from supervision.items.item_changes import following, note_changes, set_state
from supervision.items.models import ItemProcedure
from supervision.items.states import ItemChangeKind

_STEPS = {ItemChangeKind.APPROVED: CounterStep.APPROVE_ITEM, ItemChangeKind.REFUSED: CounterStep.REFUSE_ITEM}


async def set_item_procedure(session: AsyncSession, actor: Actor, *, kind: str, needs_approval: bool) -> None:
    """Set whether a second person confirms the registration of a kind, for what is registered from now on."""
    facts = {"needs_approval": needs_approval}
    setting = insert(ItemProcedure).values(kind=kind, **facts)
    await session.execute(
        setting.on_conflict_do_update(index_elements=[ItemProcedure.jurisdiction_id, ItemProcedure.kind], set_=facts)
    )
    await audit.record(session, actor, "item_procedure.set", None, kind=kind, **facts)


async def needs_approval(session: AsyncSession, kind: str) -> bool:
    """Tell whether a second person confirms the registration of a kind."""
    return bool(await session.scalar(select(ItemProcedure.needs_approval).where(ItemProcedure.kind == kind)))


async def approve_item(session: AsyncSession, actor: Actor, item_id: UUID, version: int, *, reason: str) -> None:
    """Confirm a registration, which opens the item (§3(1)).

    Refuses who registered it, a stale version, and one that is not waiting.
    """
    await _decide(session, actor, item_id, version, ItemChangeKind.APPROVED, reason)


async def refuse_item(session: AsyncSession, actor: Actor, item_id: UUID, version: int, *, reason: str) -> None:
    """Refuse a registration, whose number is kept (§3(1)); refuses as confirming does."""
    await _decide(session, actor, item_id, version, ItemChangeKind.REFUSED, reason)


async def _decide(
    session: AsyncSession, actor: Actor, item_id: UUID, version: int, kind: ItemChangeKind, reason: str
) -> None:
    item = await queries.get_for_update(session, actor, item_id)
    signed = signatures.sign(item, version, await queries.get_item(session, actor, item_id))
    following(item, kind)
    policy.require_another_person(actor, _STEPS[kind], item)
    await set_state(session, item, kind)
    facts_of = {item.id: {"number": item.number}}
    await note_changes(session, actor, kind, reason=reason, facts_of=facts_of, signed=signed)
