from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.errors import Stale
from supervision.items import queries, rules
from supervision.items.errors import DeadlineBeforeReceipt
from supervision.items.models import Item, Party
from supervision.items.numbering import take_numbers
from supervision.items.search import vector_of
from supervision.items.states import ItemState


@dataclass(frozen=True, slots=True, kw_only=True)
class NewParty:
    """The part that one unit, or one official, is to have in an item."""

    item_id: UUID
    part: str
    unit_id: UUID | None = None
    official_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """What is to be registered."""

    title: str
    source: str
    received_on: date
    deadline_on: date


async def register_item(
    session: AsyncSession,
    actor: Actor,
    *,
    kind: str,
    title: str,
    source: str,
    received_on: date,
    deadline_on: date,
    year: int | None = None,
) -> UUID:
    """Register an item under the next number of its kind and year (§3); refuses a deadline before the receipt.

    So is what is marked as classified. The year is that of the receipt, unless the item belongs to another ledger.
    """
    new = NewItem(title=title, source=source, received_on=received_on, deadline_on=deadline_on)
    (item_id,) = await register_items(session, actor, [new], kind=kind, year=year or received_on.year)
    return item_id


async def register_items(
    session: AsyncSession, actor: Actor, news: Sequence[NewItem], *, kind: str, year: int
) -> list[UUID]:
    """Register items of one kind under consecutive numbers of a year, in their order; refuses as `register_item`."""
    rules.check_unclassified(*(text for new in news for text in (new.title, new.source)))
    if any(new.deadline_on < new.received_on for new in news):
        raise DeadlineBeforeReceipt
    at = await clock.now(session)
    items = [
        Item(
            kind=kind,
            year=year,
            sequence=sequence,
            number=number,
            **asdict(new),
            first_deadline_on=new.deadline_on,
            registered_by=actor.person,
            registered_at=at,
            state=ItemState.OPEN,
            search=vector_of(number, new.title, new.source),
        )
        for new, (sequence, number) in zip(news, await take_numbers(session, kind, year, len(news)), strict=True)
    ]
    session.add_all(items)
    # Without relationships nothing else tells that items come before what names them.
    await session.flush()
    facts = [(item.id, {"kind": kind, "number": item.number, "deadline_on": item.deadline_on}) for item in items]
    await audit.record_each(session, actor, "item.registered", facts)
    return [item.id for item in items]


async def amend_item(
    session: AsyncSession, actor: Actor, item_id: UUID, version: int, *, changes: dict[str, str]
) -> None:
    """Change an item's title or source; refuses a stale version, and what is marked as classified."""
    item = await queries.get_for_update(session, actor, item_id)
    if item.version != version:
        raise Stale
    rules.check_unclassified(*changes.values())
    for name, value in changes.items():
        setattr(item, name, value)
    item.search = vector_of(item.number, item.title, item.source)
    await audit.record(session, actor, "item.amended", item_id, **changes)


async def move_deadline(session: AsyncSession, actor: Actor, item: Item, new_on: date) -> None:
    """Move a locked item's deadline; the first one is kept."""
    was_on, item.deadline_on = item.deadline_on, new_on
    await audit.record(session, actor, "item.deadline_moved", item.id, was_on=was_on, deadline_on=new_on)


async def add_parties(session: AsyncSession, parties: Iterable[NewParty]) -> None:
    """Give units and officials their parts in items, and with them the sight of these; a part is given once."""
    await session.execute(insert(Party).on_conflict_do_nothing(), [asdict(party) for party in parties])


async def drop_parties(session: AsyncSession, parties: Iterable[NewParty]) -> None:
    """Take parts in items from units and officials, and with a unit's last part its sight of the item."""
    for party in parties:
        await session.execute(delete(Party).filter_by(**asdict(party)))
