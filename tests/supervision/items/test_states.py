from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor
from supervision.foundation.errors import Conflict
from supervision.items import queries as items
from supervision.items import registration_approval
from supervision.items.errors import ItemClosed, ItemNotClosed, ItemNotOpen
from supervision.items.item_changes import mark_closed, mark_reopened
from supervision.items.item_stages import plan_stages
from supervision.items.models import Item, ItemChange
from supervision.items.states import ENDED, FOLLOWS, ItemChangeKind, ItemState
from supervision.reviews import suspension
from supervision.reviews.waivers import ask_waiver
from supervision.tasks import decomposition, extensions, merge_and_split
from tests.factories.items import make_item
from tests.factories.reviews import person
from tests.factories.signatures import AS_READ
from tests.factories.tasks import make_task
from tests.places import Place

DAY = date(2016, 3, 20)
LATER = date(2199, 12, 31)
Verb = Callable[[AsyncSession, Actor, UUID], Awaitable[object]]


async def _close(session: AsyncSession, actor: Actor, item_id: UUID) -> None:
    await mark_closed(session, actor, await items.get_for_update(session, actor, item_id))


async def _reopen(session: AsyncSession, actor: Actor, item_id: UUID) -> None:
    await mark_reopened(session, actor, await items.get_for_update(session, actor, item_id), reason="回头看")


async def _terminate(session: AsyncSession, actor: Actor, item_id: UUID) -> None:
    await suspension.terminate_item(session, actor, item_id, reason="撤销", ordered_by="县政府常务会议", ordered_on=DAY)


async def _merge(session: AsyncSession, actor: Actor, item_id: UUID) -> None:
    into_id = await make_item(session, actor)
    await make_task(session, actor, item_id=into_id)
    await merge_and_split.merge_item(session, actor, item_id, into_id=into_id, reason="同一事项")


VERBS: Mapping[ItemChangeKind, Verb] = {
    ItemChangeKind.APPROVED: lambda s, a, i: registration_approval.approve_item(s, a, i, AS_READ, reason="同意"),
    ItemChangeKind.REFUSED: lambda s, a, i: registration_approval.refuse_item(s, a, i, AS_READ, reason="重复"),
    ItemChangeKind.SUSPENDED: lambda *who: suspension.suspend_item(*who, reason="待上级批复"),
    ItemChangeKind.RESUMED: lambda *who: suspension.resume_item(*who, reason="已批复"),
    ItemChangeKind.TERMINATED: _terminate,
    ItemChangeKind.VOIDED: lambda *who: suspension.void_item(*who, reason="误登"),
    ItemChangeKind.MERGED: _merge,
    ItemChangeKind.CLOSED: _close,
    ItemChangeKind.REOPENED: _reopen,
}


async def put(session: AsyncSession, item_id: UUID, state: ItemState) -> None:
    """Put an item in a state as if it had come there."""
    facts = {
        "state": state,
        "closed_on": DAY if state in ENDED else None,
        "suspended_on": DAY if state is ItemState.SUSPENDED else None,
        "merged_into_id": item_id if state is ItemState.MERGED else None,
    }
    await session.execute(update(Item).where(Item.id == item_id).values(facts))
    session.expire_all()


def test_every_move_is_somebodys_verb() -> None:
    assert {kind for moves in FOLLOWS.values() for kind in moves} == set(VERBS)
    assert set(FOLLOWS) == set(ItemState)


@pytest.mark.parametrize("kind", list(VERBS))
@pytest.mark.parametrize("state", list(ItemState))
async def test_every_state_with_every_verb(
    session: AsyncSession, here: Place, state: ItemState, kind: ItemChangeKind
) -> None:
    item_id = await make_item(session, here.actor)
    await put(session, item_id, state)
    office = person(here.actor)
    follows = FOLLOWS[state].get(kind)
    if follows is None:
        with pytest.raises(Conflict) as refusal:
            await VERBS[kind](session, office, item_id)
        assert refusal.type in {ItemClosed, ItemNotClosed, ItemNotOpen}
        assert (await items.get_item(session, office, item_id))["state"] == state
        return
    await VERBS[kind](session, office, item_id)
    row = await items.get_item(session, office, item_id)
    assert row["state"] == follows
    assert (row["closed_on"] is not None) == (follows in ENDED)
    assert (row["suspended_on"] is not None) == (follows is ItemState.SUSPENDED)
    kept = (await session.scalars(select(ItemChange).where(ItemChange.item_id == item_id))).all()
    assert [(each.kind, each.changed_by) for each in kept] == [(kind, office.person)]


WORK: Mapping[str, Verb] = {
    "decompose": lambda session, actor, item_id: decomposition.decompose_item(session, actor, item_id, tasks=[]),
    "extend": lambda *who: extensions.ask_extension(*who, until_on=LATER, reason="雨季"),
    "split": lambda *who: merge_and_split.split_item(*who, portions=[], reason="分头办理"),
    "stage": lambda *who: plan_stages(*who, stages=[{"name": "设计", "limit_on": DAY}]),
}


@pytest.mark.parametrize("work", WORK)
@pytest.mark.parametrize("state", [state for state in ItemState if state is not ItemState.OPEN])
async def test_only_an_open_item_is_worked_on(session: AsyncSession, here: Place, state: ItemState, work: str) -> None:
    item_id = await make_item(session, here.actor)
    await put(session, item_id, state)
    with pytest.raises(Conflict, match="item_closed" if state is ItemState.CLOSED else "item_not_open"):
        await WORK[work](session, person(here.actor), item_id)


async def test_a_task_of_a_suspended_item_is_neither_reported_nor_waived(session: AsyncSession, here: Place) -> None:
    item_id = await make_item(session, here.actor)
    task_id = await make_task(session, here.actor, item_id=item_id)
    await put(session, item_id, ItemState.SUSPENDED)
    with pytest.raises(ItemNotOpen):
        await ask_waiver(session, person(here.actor), task_id, grounds="政策调整")
