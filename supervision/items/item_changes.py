from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select, union, update
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock, days
from supervision.foundation.actors import Actor
from supervision.foundation.locks import require_version
from supervision.identity.models import Client, Official
from supervision.identity.queries import require_officials_in_post
from supervision.items import queries, rules
from supervision.items.errors import ItemClosed, ItemNotClosed, ItemNotOpen, StandingWork, UnknownPerson
from supervision.items.models import Item, ItemChange
from supervision.items.search import vector_of
from supervision.items.states import ENDED, FOLLOWS, ItemChangeKind, ItemState


async def note_changes(
    session: AsyncSession,
    actor: Actor,
    kind: ItemChangeKind,
    *,
    reason: str | None,
    facts_of: Mapping[UUID, Mapping[str, Any]],
    signed: str | None = None,
) -> None:
    """Keep what happened to each of the items, with its facts; refuses a reason that is marked as classified.

    `signed` is the digest of what was signed with the change, for the audit alone.
    """
    rules.check_unclassified(reason)
    if not facts_of:
        return
    at = await clock.now(session)
    plain = {item_id: {name: _plain(value) for name, value in facts.items()} for item_id, facts in facts_of.items()}
    session.add_all(
        ItemChange(item_id=item_id, kind=kind, reason=reason, facts=facts, changed_by=actor.person, changed_at=at)
        for item_id, facts in plain.items()
    )
    every = {"reason": reason, "signed_sha256": signed}
    common = {name: value for name, value in every.items() if value}
    told = [(item_id, {**common, **facts}) for item_id, facts in plain.items()]
    await audit.record_each(session, actor, f"item.{kind}", told)


async def move(
    session: AsyncSession, actor: Actor, item: Item, kind: ItemChangeKind, *, reason: str | None, **facts: Any
) -> None:
    """Move a locked item to the state that a change leads to, and keep the change; refuses where it leads nowhere."""
    await set_state(session, item, kind, into_id=facts.get("into_id"))
    await note_changes(session, actor, kind, reason=reason, facts_of={item.id: {"number": item.number, **facts}})


async def set_state(session: AsyncSession, item: Item, kind: ItemChangeKind, *, into_id: UUID | None = None) -> None:
    """Set the state that a change leads a locked item to; refuses where it leads nowhere."""
    state = following(item, kind)
    today = await clock.today(session)
    item.state = state
    item.closed_on = today if state in ENDED else None
    item.suspended_on = today if state is ItemState.SUSPENDED else None
    item.merged_into_id = into_id


def following(item: Item, kind: ItemChangeKind) -> ItemState:
    """Return the state that a change leads an item to; refuses where it leads nowhere."""
    state = FOLLOWS[ItemState(item.state)].get(kind)
    if state is not None:
        return state
    if kind is ItemChangeKind.REOPENED:
        raise ItemNotClosed
    require_open(item)
    raise ItemNotOpen(state=item.state)


def require_open(item: Item) -> None:
    """Refuse to go on with an item that is closed, or otherwise not open."""
    if item.state == ItemState.CLOSED:
        raise ItemClosed(closed_on=item.closed_on)
    if item.state != ItemState.OPEN:
        raise ItemNotOpen(state=item.state)


async def amend_item(
    session: AsyncSession, actor: Actor, item_id: UUID, version: int, *, changes: Mapping[str, Any], reason: str
) -> None:
    """Change an item's title, source, authority or secrecy, and keep what it was (§3(1)); what is the same stays.

    Refuses a stale version, what is marked as classified, and an official who is unknown.
    """
    item = await queries.get_for_update(session, actor, item_id)
    require_version(item, version)
    await days.check(session, "amend_item", {"/authority_on": changes.get("authority_on")})
    rules.check_unclassified(*(value for value in changes.values() if isinstance(value, str)))
    if official_id := changes.get("authority_official_id"):
        await require_officials_in_post(session, {official_id})
    told = {
        name: {"from": _plain(was), "to": _plain(value)}
        for name, value in changes.items()
        if (was := getattr(item, name)) != value
    }
    if not told:
        return
    for name in told:
        setattr(item, name, changes[name])
    item.search = vector_of(item.number, item.title, item.source)
    await note_changes(session, actor, ItemChangeKind.AMENDED, reason=reason, facts_of={item_id: told})


async def hand_over_items(
    session: AsyncSession, actor: Actor, *, from_clerk_id: UUID, to_clerk_id: UUID, reason: str
) -> int:
    """Hand all that a clerk has in hand to another, and return how many items; refuses a successor who is not there."""
    known = union(
        select(Official.id).where(Official.id == to_clerk_id, Official.left_on.is_(None)),
        select(Client.id).where(Client.id == to_clerk_id),
    )
    if await session.scalar(known) is None:
        raise UnknownPerson
    statement = (
        update(Item)
        .where(Item.clerk_id == from_clerk_id, Item.closed_on.is_(None))
        .values(clerk_id=to_clerk_id, version=Item.version + 1)
        .returning(Item.id)
        .execution_options(synchronize_session=False)
    )
    handed = (await session.scalars(statement)).all()
    facts = {"from_clerk_id": from_clerk_id, "to_clerk_id": to_clerk_id}
    facts_of = dict.fromkeys(handed, facts)
    await note_changes(session, actor, ItemChangeKind.HANDED_OVER, reason=reason, facts_of=facts_of)
    return len(handed)


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | bool | list | dict | None) else str(value)


async def mark_closed(session: AsyncSession, actor: Actor, item: Item) -> None:
    """Close a locked item today (§3(3) 销号); whether it may be is the caller's to know.

    Refuses one that is not open, and standing work.
    """
    if item.is_standing:
        raise StandingWork
    today = await clock.today(session)
    await move(session, actor, item, ItemChangeKind.CLOSED, reason=None, closed_on=today)


async def mark_reopened(session: AsyncSession, actor: Actor, item: Item, *, reason: str) -> None:
    """Open a locked item again after a look back (回头看); refuses one that is not closed.

    The caller sees to its place in the ledgers.
    """
    await move(session, actor, item, ItemChangeKind.REOPENED, reason=reason, closed_on=item.closed_on)
