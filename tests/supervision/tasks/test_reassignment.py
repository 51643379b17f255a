from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit.models import AuditEvent
from supervision.foundation.actors import Actor, Role
from supervision.foundation.errors import NotFound, Refusal, Stale
from supervision.foundation.ids import new_id
from supervision.identity.errors import UnknownOfficial, UnknownUnit
from supervision.identity.service import amend_official, hold_clock
from supervision.items import item_changes
from supervision.items.errors import ItemClosed
from supervision.items.models import Party
from supervision.items.queries import get_for_update, get_item
from supervision.tasks import assignments, errors, queries
from supervision.tasks.decomposition import decompose_item
from supervision.tasks.reassignment import amend_task, reassign_task, reassign_unit
from tests.factories.identity import make_official, make_unit
from tests.factories.items import make_item
from tests.factories.tasks import Cast, make_cast, make_task, plan_task
from tests.places import Place

REASON = "工作调整"


def shanghai_noon(month: int, day: int) -> datetime:
    return datetime(2016, month, day, 4, tzinfo=UTC)


def office(here: Place) -> Actor:
    return Actor(here.actor.jurisdiction_id, Role.OFFICE, client_id=new_id())


@pytest.fixture
async def cast(session: AsyncSession, here: Place) -> Cast:
    await hold_clock(session, here.actor, at=shanghai_noon(3, 1))
    return await make_cast(session, here.actor)


@pytest.fixture
async def task_id(session: AsyncSession, here: Place, cast: Cast) -> UUID:
    return await make_task(session, here.actor, cast)


async def parties(session: AsyncSession, responsibility: str) -> set[UUID | None]:
    statement = select(Party.unit_id, Party.official_id).where(Party.responsibility == responsibility)
    return {unit_id or official_id for unit_id, official_id in await session.execute(statement)}


# Long because the three holders of one responsibility are seen one after the other.
async def test_the_current_one_stands_on_the_task_and_the_former_in_its_history(
    session: AsyncSession, here: Place, cast: Cast, task_id: UUID
) -> None:
    clerk = office(here)
    people = [await make_official(session, here.actor, cast.unit_id) for _ in range(2)]
    for month, person_id in zip((4, 5), people, strict=True):
        await hold_clock(session, here.actor, at=shanghai_noon(month, 1))
        await reassign_task(
            session, clerk, task_id, responsibility="responsible_person", official_id=person_id, reason=REASON
        )
    task = await queries.get_task(session, clerk, task_id)
    assert (task["responsible_person_id"], task["version"]) == (people[1], 3)
    told = [
        row
        for row in await assignments.list_assignments(session, clerk, task_id)
        if row["part"] == "responsible_person"
    ]
    assert [(row["official_id"], row["since_at"], row["until_at"]) for row in told] == [
        (cast.person_id, shanghai_noon(3, 1), shanghai_noon(4, 1)),
        (people[0], shanghai_noon(4, 1), shanghai_noon(5, 1)),
        (people[1], shanghai_noon(5, 1), None),
    ]
    assert [(row["reason"], row["assigned_by"]) for row in told] == [(REASON, clerk.client_id)] * 2 + [(None, None)]
    for month, day, holder_id in (
        (2, 1, cast.person_id),
        (3, 31, cast.person_id),
        (4, 1, people[0]),
        (4, 30, people[0]),
        (5, 1, people[1]),
    ):
        held = await assignments.read_holders(session, task_id, shanghai_noon(month, day))
        assert held["responsible_person"] == holder_id
    assert await parties(session, "responsible_person") == {people[1]}
    facts = (
        await session.scalars(
            select(AuditEvent.facts).where(AuditEvent.verb == "task.reassigned").order_by(AuditEvent.id)
        )
    ).all()
    assert [(each["part"], each["was_id"], each["to_id"]) for each in facts] == [
        ("responsible_person", str(cast.person_id), str(people[0])),
        ("responsible_person", str(people[0]), str(people[1])),
    ]


async def test_a_responsibility_that_nobody_had_is_given(
    session: AsyncSession, here: Place, cast: Cast, task_id: UUID
) -> None:
    leader_id = await make_official(session, here.actor, cast.unit_id, position="principal_leader")
    await hold_clock(session, here.actor, at=shanghai_noon(4, 1))
    await reassign_task(
        session, office(here), task_id, responsibility="principal_leader", official_id=leader_id, reason=REASON
    )
    told = [
        row
        for row in await assignments.list_assignments(session, here.actor, task_id)
        if row["part"] == "principal_leader"
    ]
    assert [(row["official_id"], row["since_at"]) for row in told] == [(leader_id, shanghai_noon(4, 1))]
    before = await assignments.read_holders(session, task_id, shanghai_noon(3, 31))
    assert before["principal_leader"] is None


async def test_a_responsibility_is_kept_where_another_task_of_the_item_gives_it(
    session: AsyncSession, here: Place, cast: Cast
) -> None:
    item_id = await make_item(session, here.actor)
    await decompose_item(session, here.actor, item_id, tasks=[plan_task(cast), plan_task(cast, goal="又一目标")])
    tasks = await session.scalars(text("SELECT id FROM task ORDER BY no"))
    other_id = await make_official(session, here.actor, cast.unit_id)
    for task_id, left in zip(tasks.all(), ({cast.person_id, other_id}, {other_id}), strict=True):
        await reassign_task(
            session, office(here), task_id, responsibility="responsible_person", official_id=other_id, reason=REASON
        )
        assert await parties(session, "responsible_person") == left


async def test_another_unit_takes_over_with_its_people(
    session: AsyncSession, here: Place, cast: Cast, task_id: UUID
) -> None:
    new = await make_unit(session, here.actor)
    person_id = await make_official(session, here.actor, new)
    leaders = [
        await make_official(session, here.actor, new, position=each)
        for each in ("principal_leader", "leader_in_charge")
    ]
    old_unit, new_unit = (Actor(here.actor.jurisdiction_id, Role.UNIT, unit_id=id_) for id_ in (cast.unit_id, new))
    await amend_task(session, office(here), task_id, 1, reason=REASON, supporting_unit_ids=[new])
    await reassign_unit(session, office(here), task_id, unit_id=new, responsible_person_id=person_id, reason=REASON)
    task = await queries.get_task(session, new_unit, task_id)
    assert (task["responsible_unit_id"], task["responsible_person_id"]) == (new, person_id)
    assert [task["principal_leader_id"], task["leader_in_charge_id"]] == leaders
    assert task["supporting_unit_ids"] == []
    assert await get_item(session, new_unit, task["item_id"])
    with pytest.raises(NotFound):
        await queries.get_task(session, old_unit, task_id)


async def test_sharers_come_and_go(session: AsyncSession, here: Place, task_id: UUID) -> None:
    clerk = office(here)
    helping = [await make_unit(session, here.actor) for _ in range(2)]
    liaison_id = await make_official(session, here.actor, helping[0], position="county_leader")
    helper = Actor(here.actor.jurisdiction_id, Role.UNIT, unit_id=helping[0])
    with pytest.raises(NotFound):
        await queries.get_task(session, helper, task_id)
    wanted: dict[str, Any] = {"liaison_leader_ids": [liaison_id, liaison_id], "supporting_unit_ids": helping}
    await amend_task(session, clerk, task_id, 1, reason=REASON, **wanted)
    task = await queries.get_task(session, helper, task_id)
    assert (task["liaison_leader_ids"], task["supporting_unit_ids"]) == (
        [str(liaison_id)],
        [str(id_) for id_ in helping],
    )
    assert (task["version"], await parties(session, "liaison_leader")) == (2, {liaison_id})
    await hold_clock(session, here.actor, at=shanghai_noon(4, 1))
    await amend_task(session, clerk, task_id, 2, reason=REASON, supporting_unit_ids=helping[1:])
    told = await assignments.list_assignments(session, clerk, task_id)
    assert [(row["unit_id"], row["until_at"]) for row in told if row["part"] == "supporting_unit"] == [
        (helping[0], shanghai_noon(4, 1)),
        (helping[1], None),
    ]
    assert (await queries.get_task(session, clerk, task_id))["liaison_leader_ids"] == [str(liaison_id)]
    assert await parties(session, "supporting_unit") == {helping[1]}
    with pytest.raises(NotFound):
        await queries.get_task(session, helper, task_id)
    with pytest.raises(Stale):
        await amend_task(session, clerk, task_id, 2, reason=REASON, supporting_unit_ids=[])


async def test_who_cannot_take_over_is_refused(session: AsyncSession, here: Place, cast: Cast, task_id: UUID) -> None:
    gone = await make_official(session, here.actor, cast.unit_id)
    await amend_official(session, here.actor, gone, 1, changes={"left_on": date(2016, 2, 1)})
    stranger = (await make_cast(session, here.actor)).person_id
    cases: list[tuple[str, UUID, type[Refusal]]] = [
        ("responsible_person", cast.person_id, errors.AlreadyAssigned),
        ("responsible_person", stranger, errors.PersonOfAnotherUnit),
        ("principal_leader", stranger, errors.PersonOfAnotherUnit),
        ("leader_in_charge", gone, UnknownOfficial),
        ("lead_leader", cast.person_id, errors.LeaderNotOfCounty),
        ("lead_leader", new_id(), UnknownOfficial),
    ]
    for responsibility, official_id, refusal in cases:
        with pytest.raises(refusal):
            await reassign_task(
                session, office(here), task_id, responsibility=responsibility, official_id=official_id, reason=REASON
            )
    for unit_id, person_id, refusal in (
        (cast.unit_id, cast.person_id, errors.AlreadyAssigned),
        (new_id(), cast.person_id, UnknownUnit),
        (await make_unit(session, here.actor), cast.person_id, errors.PersonOfAnotherUnit),
    ):
        with pytest.raises(refusal):
            await reassign_unit(
                session, office(here), task_id, unit_id=unit_id, responsible_person_id=person_id, reason=REASON
            )
    for over, refusal in (
        ({"liaison_leader_ids": [cast.person_id]}, errors.LeaderNotOfCounty),
        ({"supporting_unit_ids": [cast.unit_id]}, errors.UnitSupportsItself),
        ({"supporting_unit_ids": [new_id()]}, UnknownUnit),
    ):
        with pytest.raises(refusal):
            await amend_task(session, office(here), task_id, 1, reason=REASON, **over)
    assert (await session.execute(text("SELECT count(*) FROM assignment"))).scalar_one() == 0


async def test_what_is_closed_stays_as_it_was(session: AsyncSession, here: Place, cast: Cast, task_id: UUID) -> None:
    item_id = (await queries.get_task(session, here.actor, task_id))["item_id"]
    await item_changes.mark_closed(session, here.actor, await get_for_update(session, here.actor, item_id))
    other_id = await make_official(session, here.actor, cast.unit_id)
    with pytest.raises(ItemClosed):
        await reassign_task(
            session, office(here), task_id, responsibility="responsible_person", official_id=other_id, reason=REASON
        )
    with pytest.raises(ItemClosed):
        await amend_task(session, office(here), task_id, 1, reason=REASON, supporting_unit_ids=[])


async def test_the_history_is_never_changed(session: AsyncSession, here: Place, cast: Cast, task_id: UUID) -> None:
    other_id = await make_official(session, here.actor, cast.unit_id)
    await reassign_task(
        session, office(here), task_id, responsibility="responsible_person", official_id=other_id, reason=REASON
    )
    with pytest.raises(DBAPIError, match="assignment"):
        await session.execute(text("UPDATE assignment SET reason = '另一原因'"))
