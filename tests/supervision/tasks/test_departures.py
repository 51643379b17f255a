from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.errors import NotFound, Refusal
from supervision.foundation.ids import new_id
from supervision.identity.errors import DepartureNotYet, OfficialHasLeft, UnknownOfficial
from supervision.identity.models import Official
from supervision.identity.service import hold_clock
from supervision.items import item_changes
from supervision.items.item_changes import move
from supervision.items.queries import get_for_update
from supervision.items.states import ItemChangeKind
from supervision.messaging import outbox, templates
from supervision.messaging.models import Message
from supervision.messaging.outbox import NewMessage
from supervision.tasks import assignments, departures, errors, queries
from supervision.tasks.departures import record_departure
from tests.factories.identity import make_official
from tests.factories.tasks import Cast, make_cast, make_task
from tests.places import Place

LEFT_ON = date(2016, 6, 28)
FACTS: dict[str, Any] = {"on": LEFT_ON, "reason": "调离"}


def shanghai(month: int, day: int, hour: int = 12) -> datetime:
    return datetime(2016, month, day, hour - 8, tzinfo=UTC)


@pytest.fixture
async def cast(session: AsyncSession, here: Place) -> Cast:
    await hold_clock(session, here.actor, at=shanghai(3, 1))
    return await make_cast(session, here.actor)


async def test_one_successor_takes_everything(session: AsyncSession, here: Place, cast: Cast) -> None:
    leader_id = cast.leader_id
    tasks = [
        await make_task(session, here.actor, cast),
        await make_task(session, here.actor, await make_cast(session, here.actor), liaison_leader_ids=[leader_id]),
    ]
    heir_id = await make_official(session, here.actor, cast.unit_id, position="county_leader")
    await hold_clock(session, here.actor, at=shanghai(7, 1))
    async with session.begin_nested() as tried:
        with pytest.raises(errors.SuccessorNeeded) as refused:
            await record_departure(session, here.actor, leader_id, **FACTS, successor_id=None)
        await tried.rollback()
    assert refused.value.facts == {"count": 2}
    await record_departure(session, here.actor, leader_id, **FACTS, successor_id=heir_id)
    first, second = [await queries.get_task(session, here.actor, task_id) for task_id in tasks]
    assert (first["lead_leader_id"], second["liaison_leader_ids"]) == (heir_id, [str(heir_id)])
    midnight = shanghai(6, 29, 8).replace(hour=16, day=28)
    for task_id, part in zip(tasks, ("lead_leader", "liaison_leader"), strict=True):
        told = await assignments.list_assignments(session, here.actor, task_id)
        assert [(row["official_id"], row["since_at"], row["until_at"]) for row in told if row["part"] == part] == [
            (leader_id, shanghai(3, 1), midnight),
            (heir_id, midnight, None),
        ]
    assert await session.scalar(select(Official.left_on).where(Official.id == leader_id)) == LEFT_ON
    assert await assignments.read_held(session, leader_id) == []


async def test_who_leaves_in_the_middle_of_the_day_hands_over_then(
    session: AsyncSession, here: Place, cast: Cast
) -> None:
    task_id = await make_task(session, here.actor, cast)
    heir_id = await make_official(session, here.actor, cast.unit_id)
    await hold_clock(session, here.actor, at=shanghai(6, 28, 15))
    await record_departure(session, here.actor, cast.person_id, **FACTS, successor_id=heir_id)
    for hour, holder_id in ((14, cast.person_id), (15, heir_id)):
        held = await assignments.read_holders(session, task_id, shanghai(6, 28, hour))
        assert held["responsible_person"] == holder_id


async def test_nobody_is_responsible_for_less_than_no_time(session: AsyncSession, here: Place, cast: Cast) -> None:
    await hold_clock(session, here.actor, at=shanghai(6, 30))
    task_id = await make_task(session, here.actor, cast)
    heir_id = await make_official(session, here.actor, cast.unit_id)
    await record_departure(session, here.actor, cast.person_id, **FACTS, successor_id=heir_id)
    told = [row for row in await assignments.list_assignments(session, here.actor, task_id) if row["until_at"]]
    assert [(row["since_at"], row["until_at"]) for row in told] == [(shanghai(6, 30), shanghai(6, 30))]


async def test_what_is_closed_keeps_who_answered_for_it(session: AsyncSession, here: Place, cast: Cast) -> None:
    task_id = await make_task(session, here.actor, cast)
    item_id = (await queries.get_task(session, here.actor, task_id))["item_id"]
    await item_changes.mark_closed(session, here.actor, await get_for_update(session, here.actor, item_id))
    await hold_clock(session, here.actor, at=shanghai(7, 1))
    await record_departure(session, here.actor, cast.person_id, **FACTS, successor_id=None)
    assert (await queries.get_task(session, here.actor, task_id))["responsible_person_id"] == cast.person_id


async def test_what_stands_still_is_handed_over_too(session: AsyncSession, here: Place, cast: Cast) -> None:
    task_id = await make_task(session, here.actor, cast)
    item_id = (await queries.get_task(session, here.actor, task_id))["item_id"]
    item = await get_for_update(session, here.actor, item_id)
    await move(session, here.actor, item, ItemChangeKind.SUSPENDED, reason="汛期")
    heir_id = await make_official(session, here.actor, cast.unit_id)
    await hold_clock(session, here.actor, at=shanghai(7, 1))
    await record_departure(session, here.actor, cast.person_id, **FACTS, successor_id=heir_id)
    assert (await queries.get_task(session, here.actor, task_id))["responsible_person_id"] == heir_id


async def test_messages_that_wait_go_to_the_successor(session: AsyncSession, here: Place, cast: Cast) -> None:
    await templates.install_defaults(session, here.actor)
    heir_id = await make_official(session, here.actor, cast.unit_id)
    messages = [
        NewMessage(official_id, matter, {"text": "请办理。"})
        for official_id, matter in (
            (cast.person_id, "甲"),
            (cast.person_id, "乙"),
            (cast.person_id, "丙"),
            (heir_id, "乙"),
        )
    ]
    await outbox.queue(session, here.actor, template="notice", messages=messages)
    await session.execute(update(Message).where(Message.matter == "丙").values(state="submitting"))
    await hold_clock(session, here.actor, at=shanghai(7, 1))
    await record_departure(session, here.actor, cast.person_id, **FACTS, successor_id=heir_id)
    rows = await session.execute(select(Message.matter, Message.official_id, Message.state))
    assert {tuple(row) for row in rows} == {
        ("甲", heir_id, "queued"),
        ("乙", cast.person_id, "cancelled"),
        ("乙", heir_id, "queued"),
        ("丙", cast.person_id, "submitting"),
    }


async def test_without_a_successor_what_waits_is_cancelled(session: AsyncSession, here: Place, cast: Cast) -> None:
    await templates.install_defaults(session, here.actor)
    message = NewMessage(cast.person_id, "甲", {"text": "请办理。"})
    await outbox.queue(session, here.actor, template="notice", messages=[message])
    await hold_clock(session, here.actor, at=shanghai(7, 1))
    await record_departure(session, here.actor, cast.person_id, **FACTS, successor_id=None)
    assert list(await session.scalars(select(Message.state))) == ["cancelled"]


async def test_what_is_no_departure(session: AsyncSession, here: Place, cast: Cast) -> None:
    await make_task(session, here.actor, cast)
    await templates.install_defaults(session, here.actor)
    waiting = [NewMessage(cast.person_id, "甲", {"text": "请办理。"})]
    await outbox.queue(session, here.actor, template="notice", messages=waiting)
    colleague = await make_official(session, here.actor, cast.unit_id)
    stranger = (await make_cast(session, here.actor)).person_id
    await hold_clock(session, here.actor, at=shanghai(6, 28))
    cases: list[tuple[UUID, dict[str, Any], type[Refusal]]] = [
        (new_id(), {}, NotFound),
        (cast.person_id, {"successor_id": cast.person_id}, errors.SuccessorIsSelf),
        (cast.person_id, {"successor_id": new_id()}, UnknownOfficial),
        (cast.person_id, {"successor_id": stranger}, errors.PersonOfAnotherUnit),
        (cast.leader_id, {"successor_id": colleague}, errors.LeaderNotOfCounty),
        (cast.person_id, {"successor_id": colleague, "on": date(2016, 6, 29)}, DepartureNotYet),
    ]
    for official_id, over, refusal in cases:
        async with session.begin_nested() as tried:
            with pytest.raises(refusal):
                await record_departure(session, here.actor, official_id, **{**FACTS, "successor_id": None, **over})
            await tried.rollback()
    await record_departure(session, here.actor, colleague, **FACTS, successor_id=None)
    with pytest.raises(OfficialHasLeft):
        await record_departure(session, here.actor, colleague, **FACTS, successor_id=None)


async def test_an_amendment_leaves_no_open_task_behind(session: AsyncSession, here: Place, cast: Cast) -> None:
    await make_task(session, here.actor, cast)
    await departures.amend_official(session, here.actor, cast.person_id, 1, changes={"post": "主任科员"})
    with pytest.raises(DepartureNotYet):
        await departures.amend_official(session, here.actor, cast.person_id, 2, changes={"left_on": LEFT_ON})
    await hold_clock(session, here.actor, at=shanghai(6, 28))
    with pytest.raises(errors.SuccessorNeeded):
        await departures.amend_official(session, here.actor, cast.person_id, 2, changes={"left_on": LEFT_ON})
