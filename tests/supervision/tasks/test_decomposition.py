from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor, Role
from supervision.foundation.errors import NotFound
from supervision.foundation.ids import new_id
from supervision.foundation.paging import PageRequest
from supervision.identity import service as identity
from supervision.items.models import Party
from supervision.tasks import queries
from supervision.tasks.decomposition import decompose_item
from supervision.tasks.errors import DecompositionRefused, ItemAlreadyDecomposed
from supervision.tasks.models import Task
from supervision.tasks.rules import TaskPlan
from tests.factories.items import make_item
from tests.factories.tasks import Cast, make_cast, plan_indicator, plan_task
from tests.factories.texts import NAME, TWINS
from tests.places import Place


async def test_makes_tasks_indicators_and_parties_at_once(session: AsyncSession, here: Place) -> None:
    cast, item_id = await make_cast(session, here.actor), await make_item(session, here.actor)
    between = plan_indicator(name="增速", comparator="between", target=Decimal("6.5"), target_high=Decimal("7.0"))
    plans = [plan_task(cast, indicators=[plan_indicator(), between]), plan_task(cast, goal="又一目标", indicators=[])]
    await decompose_item(session, here.actor, item_id, tasks=plans)
    rows = (await queries.list_tasks(session, here.actor, PageRequest(), item_id=item_id)).rows
    assert [(row["no"], row["goal"]) for row in rows] == [(1, "城镇新增就业1000万人以上"), (2, "又一目标")]
    first, second = rows[0]["indicators"]
    assert (first["target"], first["target_high"]) == ("1000", None)
    assert (second["target"], second["target_high"], second["comparator"]) == ("6.5", "7", "between")
    assert rows[1]["indicators"] == []
    parties = (await session.execute(select(Party.responsibility, Party.unit_id, Party.official_id))).all()
    assert set(parties) == {
        ("responsible_unit", cast.unit_id, None),
        ("lead_leader", None, cast.leader_id),
        ("responsible_person", None, cast.person_id),
    }
    assert len(parties) == 3


async def test_the_unit_sees_its_item_from_then_on(session: AsyncSession, here: Place) -> None:
    cast, item_id = await make_cast(session, here.actor), await make_item(session, here.actor)
    unit = Actor(here.actor.jurisdiction_id, Role.UNIT, unit_id=cast.unit_id)
    stranger = Actor(here.actor.jurisdiction_id, Role.UNIT, unit_id=(await make_cast(session, here.actor)).unit_id)
    await decompose_item(session, here.actor, item_id, tasks=[plan_task(cast)])
    (task,) = (await queries.list_tasks(session, unit, PageRequest(), unit_id=cast.unit_id)).rows
    assert (await queries.get_task(session, unit, task["id"]))["item_id"] == item_id
    assert (await queries.list_tasks(session, stranger, PageRequest())).rows == []
    with pytest.raises(NotFound):
        await queries.get_task(session, stranger, task["id"])


async def test_refuses_a_second_decomposition(session: AsyncSession, here: Place) -> None:
    cast, item_id = await make_cast(session, here.actor), await make_item(session, here.actor)
    await decompose_item(session, here.actor, item_id, tasks=[plan_task(cast)])
    with pytest.raises(ItemAlreadyDecomposed):
        await decompose_item(session, here.actor, item_id, tasks=[plan_task(cast)])


@pytest.mark.parametrize("twin", TWINS.values(), ids=TWINS.keys())
async def test_an_indicator_written_otherwise_is_the_same(session: AsyncSession, here: Place, twin: str) -> None:
    cast = await make_cast(session, here.actor)
    item_id = await make_item(session, here.actor)
    plan = plan_task(cast, indicators=[plan_indicator(name=name) for name in (NAME, "财政局(A)", twin)])
    with pytest.raises(DecompositionRefused) as refused:
        await decompose_item(session, here.actor, item_id, tasks=[plan])
    problems = [(problem.pointer, problem.code) for problem in refused.value.problems]
    assert problems == [("/body/tasks/0/indicators/2/name", "repeated_indicator")]


WRONG: list[tuple[Callable[[Cast, Cast], TaskPlan], str, str]] = [
    (lambda cast, _: plan_task(cast, lead_leader_id=new_id()), "lead_leader_id", "unknown_official"),
    (lambda cast, _: plan_task(cast, lead_leader_id=cast.person_id), "lead_leader_id", "not_a_county_leader"),
    (lambda cast, _: plan_task(cast, responsible_person_id=new_id()), "responsible_person_id", "unknown_official"),
    (
        lambda cast, other: plan_task(cast, responsible_person_id=other.person_id),
        "responsible_person_id",
        "person_of_another_unit",
    ),
    (
        lambda cast, _: plan_task(cast, indicators=[plan_indicator(), plan_indicator()]),
        "indicators/1/name",
        "repeated_indicator",
    ),
    (
        lambda cast, _: plan_task(cast, indicators=[plan_indicator(comparator="between")]),
        "indicators/0/target_high",
        "between_without_two_ends",
    ),
]


@pytest.mark.parametrize(("plan", "place", "code"), WRONG)
async def test_refuses_what_cannot_be_right(
    session: AsyncSession, here: Place, plan: Callable[[Cast, Cast], TaskPlan], place: str, code: str
) -> None:
    cast, other = await make_cast(session, here.actor), await make_cast(session, here.actor)
    item_id = await make_item(session, here.actor)
    with pytest.raises(DecompositionRefused) as refused:
        await decompose_item(session, here.actor, item_id, tasks=[plan_task(cast), plan(cast, other)])
    assert [(each.pointer, each.code) for each in refused.value.problems] == [(f"/body/tasks/1/{place}", code)]
    assert await session.scalar(select(func.count()).select_from(Task)) == 0


async def test_an_unknown_unit_has_nobody(session: AsyncSession, here: Place) -> None:
    cast, item_id = await make_cast(session, here.actor), await make_item(session, here.actor)
    with pytest.raises(DecompositionRefused) as refused:
        await decompose_item(session, here.actor, item_id, tasks=[plan_task(cast, responsible_unit_id=new_id())])
    assert [each.code for each in refused.value.problems] == ["unknown_unit", "person_of_another_unit"]


async def test_refuses_who_has_left(session: AsyncSession, here: Place) -> None:
    cast, item_id = await make_cast(session, here.actor), await make_item(session, here.actor)
    await identity.amend_official(session, here.actor, cast.person_id, 1, changes={"left_on": date(2016, 1, 1)})
    with pytest.raises(DecompositionRefused) as refused:
        await decompose_item(session, here.actor, item_id, tasks=[plan_task(cast)])
    assert [each.code for each in refused.value.problems] == ["unknown_official"]
