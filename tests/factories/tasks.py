import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor, system
from supervision.foundation.paging import PageRequest
from supervision.tasks import decomposition, queries
from supervision.tasks.rules import IndicatorPlan, TaskPlan
from tests.factories.identity import make_official, make_unit
from tests.factories.items import make_item

HEADER = (
    "序号",
    "目标",
    "指标",
    "比较",
    "目标值",
    "目标上限",
    "单位",
    "责任单位",
    "牵头领导",
    "责任人",
    "时限",
    "来源",
)


@dataclass(frozen=True)
class Cast:
    """Those who answer for a task: a county leader, a unit, and one of its people."""

    leader_id: UUID
    unit_id: UUID
    person_id: UUID


async def make_cast(session: AsyncSession, actor: Actor, **names: str) -> Cast:
    """Make a cast under the names given: county, leader, unit, person."""
    office_id = await make_unit(session, actor, **_name(names, "county"), kind="other")
    leader_id = await make_official(
        session, actor, office_id, **_name(names, "leader"), post="副县长", position="county_leader"
    )
    unit_id = await make_unit(session, actor, **_name(names, "unit"))
    person_id = await make_official(session, actor, unit_id, **_name(names, "person"), post="科长")
    return Cast(leader_id, unit_id, person_id)


def _name(names: Mapping[str, str], part: str) -> dict[str, str]:
    return {"name": names[part]} if part in names else {}


def plan_indicator(**over: Any) -> IndicatorPlan:
    usual = {
        "name": "城镇新增就业",
        "comparator": "at_least",
        "target": Decimal(1000),
        "target_high": None,
        "unit_of_measure": "万人",
    }
    return cast(IndicatorPlan, {**usual, **over})


def plan_task(who: Cast, **over: Any) -> TaskPlan:
    usual = {
        "goal": "城镇新增就业1000万人以上",
        "lead_leader_id": who.leader_id,
        "responsible_unit_id": who.unit_id,
        "responsible_person_id": who.person_id,
        "indicators": [plan_indicator()],
    }
    return cast(TaskPlan, {**usual, **over})


async def make_task(
    session: AsyncSession, actor: Actor, who: Cast | None = None, *, item_id: UUID | None = None, **over: Any
) -> UUID:
    """Make an item of one task, or decompose the given one, and return the task's id."""
    chosen = who or await make_cast(session, actor)
    decomposed_id = item_id or await make_item(session, actor)
    await decomposition.decompose_item(session, actor, decomposed_id, tasks=[plan_task(chosen, **over)])
    found = await queries.list_tasks(session, system(actor.jurisdiction_id), PageRequest(), item_id=decomposed_id)
    task_id: UUID = found.rows[0]["id"]
    return task_id


def ledger_row(**over: str) -> dict[str, str]:
    """Return a row of a ledger's sheet that is as it should be, but for what is given."""
    row = {
        "序号": "1",
        "目标": "城镇新增就业1000万人以上",
        "指标": "城镇新增就业",
        "比较": "at_least",
        "目标值": "1000",
        "目标上限": "",
        "单位": "万人",
        "责任单位": "人力资源社会保障局",
        "牵头领导": "示例县领导甲",
        "责任人": "示例经办甲",
        "时限": "2016-12-31",
        "来源": "",
    }
    return {**row, **over}


def to_csv(rows: Iterable[Mapping[str, str]]) -> bytes:
    target = io.StringIO()
    writer = csv.DictWriter(target, HEADER)
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue().encode()


def many_rows(count: int) -> list[dict[str, str]]:
    return [ledger_row(序号=str(no), 目标=f"示例目标{no}") for no in range(1, count + 1)]
