from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.documents.models import Secrecy
from supervision.foundation import clock, days
from supervision.foundation.actors import Actor
from supervision.identity.queries import require_officials_in_post
from supervision.items import registration_approval, rules
from supervision.items.errors import DeadlineBeforeReceipt
from supervision.items.item_numbers import take_numbers
from supervision.items.models import Item, Party
from supervision.items.search import vector_of
from supervision.items.states import ItemState


@dataclass(frozen=True, slots=True, kw_only=True)
class NewParty:
    """The responsibility that one unit, or one official, is to have for an item."""

    item_id: UUID
    responsibility: str
    unit_id: UUID | None = None
    official_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """What is to be registered, and what it rests on; without a deadline it is standing work."""

    title: str
    source: str
    received_on: date
    deadline_on: date | None
    authority_kind: str | None = None
    authority_name: str | None = None
    authority_number: str | None = None
    authority_on: date | None = None
    authority_body: str | None = None
    authority_official_id: UUID | None = None
    secrecy: str = Secrecy.INTERNAL
    is_standing: bool = False

    @property
    def texts(self) -> tuple[str | None, ...]:
        named = (self.authority_name, self.authority_number, self.authority_body)
        return (self.title, self.source, *named)


async def register_item(session: AsyncSession, actor: Actor, new: NewItem, *, kind: str, year: int) -> UUID:
    """Register an item under the next number of its kind and year (§3); refuses a deadline before the receipt.

    So is what is marked as classified, and an official who is unknown. Where the kind asks for it, the item waits for
    the approval of a second person. The caller sees to its place in the ledgers.
    """
    given = {name: getattr(new, name.removeprefix("/")) for name in days.REACHES["register_item"]}
    await days.check(session, "register_item", given)
    if new.authority_official_id is not None:
        await require_officials_in_post(session, {new.authority_official_id})
    state = ItemState.REGISTERED if await registration_approval.needs_approval(session, kind) else ItemState.OPEN
    (item_id,) = await register_items(session, actor, [new], kind=kind, year=year, state=state)
    return item_id


async def register_items(
    session: AsyncSession,
    actor: Actor,
    news: Sequence[NewItem],
    *,
    kind: str,
    year: int,
    state: ItemState = ItemState.OPEN,
) -> list[UUID]:
    """Register items of one kind under consecutive numbers of a year, in their order; refuses as `register_item`.

    The caller sees to their place in the ledgers.
    """
    rules.check_unclassified(*(text for new in news for text in new.texts))
    deadlines = [rules.deadline_of(new.deadline_on, is_standing=new.is_standing, year=year) for new in news]
    if any(deadline_on < new.received_on for new, deadline_on in zip(news, deadlines, strict=True)):
        raise DeadlineBeforeReceipt
    by = {"registered_by": actor.person, "registered_at": await clock.now(session), "clerk_id": actor.person}
    numbers = await take_numbers(session, kind, year, len(news))
    items = [
        _item(new, deadline_on, kind=kind, year=year, sequence=sequence, number=number, state=state, **by)
        for new, deadline_on, (sequence, number) in zip(news, deadlines, numbers, strict=True)
    ]
    session.add_all(items)
    # Without relationships nothing else tells that items come before what names them.
    await session.flush()
    facts = [(item.id, {"kind": kind, "number": item.number, "deadline_on": item.deadline_on}) for item in items]
    await audit.record_each(session, actor, "item.registered", facts)
    return [item.id for item in items]


def _item(new: NewItem, deadline_on: date, *, kind: str, number: str, **facts: Any) -> Item:
    """Make the row of an item; what is not said of its authority is what its kind usually rests on."""
    given = asdict(new) | {"deadline_on": deadline_on}
    given["authority_kind"] = new.authority_kind or rules.USUAL_AUTHORITY[kind]
    given["authority_name"] = new.authority_name or new.source
    search = vector_of(number, new.title, new.source)
    return Item(**given, **facts, kind=kind, number=number, first_deadline_on=deadline_on, search=search)


async def move_deadline(session: AsyncSession, actor: Actor, item: Item, new_on: date) -> None:
    """Move a locked item's deadline; the first one is kept."""
    await move_deadlines(session, actor, [(item, new_on)])


async def move_deadlines(session: AsyncSession, actor: Actor, moves: Sequence[tuple[Item, date]]) -> None:
    """Move the deadlines of locked items; the first ones are kept."""
    facts = [(item.id, {"was_on": item.deadline_on, "deadline_on": new_on}) for item, new_on in moves]
    for item, new_on in moves:
        item.deadline_on = new_on
    await audit.record_each(session, actor, "item.deadline_moved", facts)


async def add_parties(session: AsyncSession, parties: Iterable[NewParty]) -> None:
    """Make units and officials parties of items, which lets them see these; a responsibility is given once."""
    await session.execute(insert(Party).on_conflict_do_nothing(), [asdict(party) for party in parties])


async def drop_parties(session: AsyncSession, parties: Iterable[NewParty]) -> None:
    """Take responsibilities for items from units and officials, and with a unit's last one its sight of the item."""
    for party in parties:
        await session.execute(delete(Party).filter_by(**asdict(party)))
