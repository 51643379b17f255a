from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation.actors import Actor
from supervision.foundation.two_persons import CounterStep
from supervision.items import policy, queries
from supervision.items.item_changes import following, move
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


async def approve_item(session: AsyncSession, actor: Actor, item_id: UUID, *, reason: str) -> None:
    """Confirm a registration, which opens the item (§3(1)); refuses who registered it, and one that is not waiting."""
    await _decide(session, actor, item_id, ItemChangeKind.APPROVED, reason)


async def refuse_item(session: AsyncSession, actor: Actor, item_id: UUID, *, reason: str) -> None:
    """Refuse a registration, whose number is kept (§3(1)); refuses who registered it, and one that is not waiting."""
    await _decide(session, actor, item_id, ItemChangeKind.REFUSED, reason)


async def _decide(session: AsyncSession, actor: Actor, item_id: UUID, kind: ItemChangeKind, reason: str) -> None:
    item = await queries.get_for_update(session, actor, item_id)
    following(item, kind)
    policy.require_another_person(actor, _STEPS[kind], item)
    await move(session, actor, item, kind, reason=reason)
