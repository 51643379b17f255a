from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.ids import new_id
from supervision.foundation.paging import PageRequest
from supervision.items.models import Party
from supervision.tasks import queries
from supervision.tasks.decomposition import decompose_item
from supervision.tasks.errors import DecompositionRefused
from supervision.tasks.merge_and_split import Portion, split_item
from supervision.tasks.models import Task
from supervision.tasks.rules import DEEPEST
from tests.factories.identity import make_official, make_unit
from tests.factories.items import make_item
from tests.factories.tasks import Cast, make_cast, make_task, plan_task
from tests.places import Place


async def decompose(session: AsyncSession, here: Place, cast: Cast, parents: list[int | None]) -> list[dict[str, Any]]:
    plans = [plan_task(cast, goal=f"示例目标{no}", parent_no=parent) for no, parent in enumerate(parents, 1)]
    item_id = await make_item(session, here.actor)
    await decompose_item(session, here.actor, item_id, tasks=plans)
    return (await queries.list_tasks(session, here.actor, PageRequest(), item_id=item_id)).rows


async def test_a_task_may_be_part_of_an_earlier_one(session: AsyncSession, here: Place) -> None:
    rows = await decompose(session, here, await make_cast(session, here.actor), [None, 1, 1, 2, None])
    no_of = {row["id"]: row["no"] for row in rows}
    assert [no_of.get(row["parent_id"]) for row in rows] == [None, 1, 1, 2, None]


@pytest.mark.parametrize(
    ("parents", "place", "code"),
    [
        ([1], 0, "unfit_parent"),
        ([None, 3, None], 1, "unfit_parent"),
        ([None, *range(1, DEEPEST)], None, None),
        ([None, *range(1, DEEPEST + 1)], DEEPEST, "tree_too_deep"),
    ],
)
async def test_the_tree_has_no_cycle_and_ends(
    session: AsyncSession, here: Place, parents: list[int | None], place: int | None, code: str | None
) -> None:
    cast = await make_cast(session, here.actor)
    if code is None:
        assert len(await decompose(session, here, cast, parents)) == len(parents)
        return
    with pytest.raises(DecompositionRefused) as refused:
        await decompose(session, here, cast, parents)
    assert (refused.value.problems[0].pointer, refused.value.problems[0].code) == (
        f"/body/tasks/{place}/parent_no",
        code,
    )


@pytest.fixture
async def cast(session: AsyncSession, here: Place) -> Cast:
    return await make_cast(session, here.actor)


async def test_the_units_leaders_in_post_answer_unless_others_are_named(
    session: AsyncSession, here: Place, cast: Cast
) -> None:
    principal, in_charge, second = [
        await make_official(session, here.actor, cast.unit_id, position=position)
        for position in ("principal_leader", "leader_in_charge", "leader_in_charge")
    ]
    usual = await queries.get_task(session, here.actor, await make_task(session, here.actor, cast))
    assert (usual["principal_leader_id"], usual["leader_in_charge_id"]) == (principal, in_charge)
    named = await make_task(session, here.actor, cast, leader_in_charge_id=second)
    assert (await queries.get_task(session, here.actor, named))["leader_in_charge_id"] == second


async def test_all_who_have_a_part_are_parties(session: AsyncSession, here: Place, cast: Cast) -> None:
    principal = await make_official(session, here.actor, cast.unit_id, position="principal_leader")
    helping = await make_unit(session, here.actor)
    shared: dict[str, Any] = {"liaison_leader_ids": [cast.leader_id, cast.leader_id], "supporting_unit_ids": [helping]}
    task = await queries.get_task(session, here.actor, await make_task(session, here.actor, cast, **shared))
    assert (task["liaison_leader_ids"], task["supporting_unit_ids"]) == ([str(cast.leader_id)], [str(helping)])
    rows = await session.execute(select(Party.responsibility, Party.unit_id, Party.official_id))
    assert {tuple(row) for row in rows} == {
        ("responsible_unit", cast.unit_id, None),
        ("lead_leader", None, cast.leader_id),
        ("responsible_person", None, cast.person_id),
        ("principal_leader", None, principal),
        ("liaison_leader", None, cast.leader_id),
        ("supporting_unit", helping, None),
    }


async def test_unfit_sharers_and_leaders_are_told_each_by_its_place(
    session: AsyncSession, here: Place, cast: Cast
) -> None:
    stranger = (await make_cast(session, here.actor)).person_id
    nobody: UUID = new_id()
    cases: dict[str, tuple[Any, str]] = {
        "principal_leader_id": (stranger, "leader_of_another_unit"),
        "leader_in_charge_id": (nobody, "unknown_official"),
        "liaison_leader_ids/0": ([cast.person_id], "liaison_not_of_county"),
        "liaison_leader_ids/1": ([cast.leader_id, nobody], "unknown_official"),
        "supporting_unit_ids/0": ([cast.unit_id], "unit_supports_itself"),
        "supporting_unit_ids/1": ([await make_unit(session, here.actor), nobody], "unknown_unit"),
    }
    for place, (value, code) in cases.items():
        plan = plan_task(cast, **{place.split("/")[0]: value})
        with pytest.raises(DecompositionRefused) as refused:
            await decompose_item(session, here.actor, await make_item(session, here.actor), tasks=[plan])
        (problem,) = refused.value.problems
        assert (problem.pointer, problem.code) == (f"/body/tasks/0/{place}", code)


async def test_a_split_cuts_the_tree_and_takes_the_sharers_along(
    session: AsyncSession, here: Place, cast: Cast
) -> None:
    item_id, helping = await make_item(session, here.actor), await make_unit(session, here.actor)
    plans = [
        plan_task(cast),
        plan_task(cast, goal="其一", parent_no=1, supporting_unit_ids=[helping]),
        plan_task(cast, goal="其二", parent_no=2),
        plan_task(cast, goal="其三", parent_no=1),
    ]
    await decompose_item(session, here.actor, item_id, tasks=plans)
    first, second, third, fourth = (
        row["id"] for row in (await queries.list_tasks(session, here.actor, PageRequest(), item_id=item_id)).rows
    )
    portions: list[Portion] = [{"title": "另立事项", "task_ids": [second, third]}]
    (new_id,) = await split_item(session, here.actor, item_id, portions=portions, reason="分头督办")
    parent_of = {row.id: row.parent_id for row in await session.execute(select(Task.id, Task.parent_id))}
    assert parent_of == {first: None, second: None, third: second, fourth: first}
    supporting = select(Party.unit_id).where(Party.item_id == new_id, Party.responsibility == "supporting_unit")
    assert list(await session.scalars(supporting)) == [helping]
