from collections.abc import Sequence
from dataclasses import fields
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from supervision.documents.models import Secrecy
from supervision.foundation.actors import Actor
from supervision.foundation.errors import NotFound
from supervision.items import item_changes, rules
from supervision.items import policy as items_policy
from supervision.items import queries as items
from supervision.items.errors import MergeIntoItself, UnknownItem
from supervision.items.item_changes import move, note_changes
from supervision.items.models import Item, Party
from supervision.items.registration import NewItem, NewParty, add_parties, register_items
from supervision.items.states import ItemChangeKind
from supervision.tasks.errors import NothingLeftBySplit, SplitTasksUnknown, TargetNotDecomposed
from supervision.tasks.models import Task
from supervision.tasks.responsibilities import read_parties


class Portion(TypedDict):
    """A new item that is split off: its title, and the tasks that it takes along."""

    title: str
    task_ids: list[UUID]


async def merge_item(session: AsyncSession, actor: Actor, item_id: UUID, *, into_id: UUID, reason: str) -> None:
    """Merge an open item into another open one, which takes up its tasks with all that was reported on them.

    The merged item stays readable under its number. Refuses itself, an unknown item and one that is not open, and to
    give tasks to an item that was not broken down.
    """
    item, into = await _lock_both(session, actor, item_id, into_id)
    item_changes.require_open(into)
    moved = await _tasks_of(session, item_id)
    if moved and not await _tasks_of(session, into_id):
        raise TargetNotDecomposed
    into.secrecy = max(Secrecy(item.secrecy), Secrecy(into.secrecy), key=list(Secrecy).index)
    facts = {"into_id": into_id, "into_number": into.number, "tasks": len(moved)}
    await move(session, actor, item, ItemChangeKind.MERGED, reason=reason, **facts)
    facts_of = {into_id: {"from_id": item_id, "from_number": item.number, "tasks": len(moved)}}
    await note_changes(session, actor, ItemChangeKind.ABSORBED, reason=reason, facts_of=facts_of)
    await _move_tasks(session, moved, into_id)
    await _share_parties(session, item_id, into_id)


async def split_item(
    session: AsyncSession, actor: Actor, item_id: UUID, *, portions: Sequence[Portion], reason: str
) -> list[UUID]:
    """Split new items, with numbers and tasks of their own, off an open one, and return their ids.

    They rest on what it rests on, and have its deadline. Refuses an item that is not open, tasks that are not its or
    stand in two portions, and to leave it none.
    """
    item = await items.get_for_update(session, actor, item_id)
    item_changes.require_open(item)
    rules.check_unclassified(*(portion["title"] for portion in portions))
    wanted = [task_id for portion in portions for task_id in portion["task_ids"]]
    tasks = {task.id: task for task in await _tasks_of(session, item_id)}
    if len(set(wanted)) != len(wanted) or not set(wanted) <= set(tasks):
        raise SplitTasksUnknown
    if len(wanted) == len(tasks):
        raise NothingLeftBySplit
    new_ids = await _register_beside(session, actor, item, [portion["title"] for portion in portions])
    for new_id, portion in zip(new_ids, portions, strict=True):
        taken = [tasks[task_id] for task_id in portion["task_ids"]]
        await _move_tasks(session, taken, new_id)
        await add_parties(session, await read_parties(session, taken))
    await _cut_loose(session, [item_id, *new_ids])
    split = {item_id: {"into_ids": [str(new_id) for new_id in new_ids], "tasks": len(wanted)}}
    await note_changes(session, actor, ItemChangeKind.SPLIT, reason=reason, facts_of=split)
    from_it = {"from_id": item_id, "from_number": item.number}
    split_off = {
        new_id: {**from_it, "tasks": len(portion["task_ids"])}
        for new_id, portion in zip(new_ids, portions, strict=True)
    }
    await note_changes(session, actor, ItemChangeKind.SPLIT_OFF, reason=reason, facts_of=split_off)
    return new_ids


async def _register_beside(session: AsyncSession, actor: Actor, item: Item, titles: Sequence[str]) -> list[UUID]:
    """Register items that rest on what a given one rests on, and have its clerk and its deadlines."""
    shared: dict[str, Any] = {
        field.name: getattr(item, field.name) for field in fields(NewItem) if field.name not in {"title", "deadline_on"}
    }
    deadline_on = None if item.is_standing else item.deadline_on
    news = [NewItem(title=title, deadline_on=deadline_on, **shared) for title in titles]
    new_ids = await register_items(session, actor, news, kind=item.kind, year=item.year)
    for new in await session.scalars(select(Item).where(Item.id.in_(new_ids))):
        new.deadline_on, new.first_deadline_on = item.deadline_on, item.first_deadline_on
        new.clerk_id, new.split_from_id = item.clerk_id, item.id
    return new_ids


async def _lock_both(session: AsyncSession, actor: Actor, item_id: UUID, into_id: UUID) -> tuple[Item, Item]:
    # In the order of their ids, so that two who merge the same items never wait for each other.
    statement = select(Item).where(Item.id.in_({item_id, into_id}), items_policy.visible_to(actor))
    locked = await session.scalars(statement.order_by(Item.id).with_for_update(of=Item))
    found = {item.id: item for item in locked}
    if item_id not in found:
        raise NotFound
    if item_id == into_id:
        raise MergeIntoItself
    if into_id not in found:
        raise UnknownItem
    return found[item_id], found[into_id]


async def _tasks_of(session: AsyncSession, item_id: UUID) -> Sequence[Task]:
    return (await session.scalars(select(Task).where(Task.item_id == item_id).order_by(Task.no))).all()


async def _move_tasks(session: AsyncSession, tasks: Sequence[Task], item_id: UUID) -> None:
    """Put tasks behind those of another item; what was reported on them goes with them."""
    last = await session.scalar(select(func.max(Task.no)).where(Task.item_id == item_id)) or 0
    for no, task in enumerate(tasks, last + 1):
        task.item_id, task.no = item_id, no


async def _share_parties(session: AsyncSession, item_id: UUID, into_id: UUID) -> None:
    parties = await session.scalars(select(Party).where(Party.item_id == item_id))
    shared = [
        NewParty(
            item_id=into_id, responsibility=party.responsibility, unit_id=party.unit_id, official_id=party.official_id
        )
        for party in parties
    ]
    if shared:
        await add_parties(session, shared)


async def _cut_loose(session: AsyncSession, item_ids: Sequence[UUID]) -> None:
    """Let no task be part of one of another item."""
    parent = aliased(Task)
    apart = (
        select(Task)
        .join(parent, parent.id == Task.parent_id)
        .where(Task.item_id.in_(item_ids), parent.item_id != Task.item_id)
    )
    for task in await session.scalars(apart):
        task.parent_id = None
