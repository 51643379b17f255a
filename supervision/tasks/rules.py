from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from typing import NotRequired, TypedDict
from uuid import UUID

from supervision.foundation.errors import FieldError
from supervision.foundation.texts import fold
from supervision.identity.errors import UnknownOfficial
from supervision.items.states import Responsibility
from supervision.tasks.errors import LeaderNotOfCounty, PersonOfAnotherUnit
from supervision.tasks.states import COUNTY_RESPONSIBILITIES

# A task of an item is at the first level.
DEEPEST = 5

# What may be wrong with a task: what is wrong, and what would be right.
WRONG_WITH_TASK: Mapping[str, tuple[str, str]] = {
    "unknown_unit": (
        "没有此单位。请先登记单位，或核对编号。",
        "There is no such unit. Register it first, or check the id.",
    ),
    "unknown_official": (
        "没有此在职人员。请先登记人员，或核对编号。",
        "There is no such official in post. Register the official first, or check the id.",
    ),
    "not_a_county_leader": (
        "牵头领导须为县领导。请改填县领导。",
        "The lead leader must be a county leader. Name one.",
    ),
    "person_of_another_unit": (
        "责任人不属于责任单位。请改填该单位的在职人员。",
        "The responsible person is of another unit. Name an official of the responsible unit.",
    ),
    "leader_of_another_unit": (
        "第一责任人、主要责任人须是责任单位的人员。请改填该单位的在职人员。",
        "Who is first or primarily responsible is of the responsible unit. Name an official of it.",
    ),
    "liaison_not_of_county": (
        "联系领导须为县领导。请改填县领导。",
        "A liaison leader must be a county leader. Name one.",
    ),
    "unit_supports_itself": (
        "配合单位不能是责任单位本身。请改填其他单位。",
        "The responsible unit cannot support itself. Name another unit.",
    ),
    "unfit_parent": (
        "上级任务须是本次分解中序号在前的任务。",
        "A parent is a task that stands earlier in the same decomposition.",
    ),
    "tree_too_deep": (
        f"任务层级不得超过 {DEEPEST} 级。",
        f"Tasks go {DEEPEST} levels deep at most.",
    ),
    "between_without_two_ends": (
        "比较方式为“介于”时，须同时填写目标值和目标上限。",
        "The comparator between needs both ends: target and target_high.",
    ),
    "target_high_without_between": (
        "仅比较方式为“介于”时可填写目标上限，请删去或更改比较方式。",
        "Only the comparator between takes target_high; leave it out, or change the comparator.",
    ),
    "target_high_below_target": (
        "目标上限低于目标值。请核对两个数值。",
        "target_high lies below target. Check both figures.",
    ),
    "repeated_indicator": (
        "同一任务的指标不得同名。请为其中一个改名。",
        "A task names two indicators alike. Rename one of them.",
    ),
}


class IndicatorPlan(TypedDict):
    """A goal made measurable: comparator `at_least`, `at_most`, or `between` target and target_high."""

    name: str
    comparator: str
    target: Decimal
    target_high: Decimal | None
    unit_of_measure: str


class TaskPlan(TypedDict):
    """What a task is to be: its goal, those who answer for it or help, its place in the tree, and its indicators.

    The leaders who are first and primarily responsible are those of the unit where none are named.
    """

    goal: str
    lead_leader_id: UUID
    responsible_unit_id: UUID
    responsible_person_id: UUID
    principal_leader_id: NotRequired[UUID | None]
    leader_in_charge_id: NotRequired[UUID | None]
    liaison_leader_ids: NotRequired[list[UUID]]
    supporting_unit_ids: NotRequired[list[UUID]]
    parent_no: NotRequired[int | None]
    indicators: list[IndicatorPlan]


@dataclass(frozen=True, slots=True)
class OfficialFacts:
    """What decides whether an official may answer for a task."""

    unit_id: UUID
    is_county_leader: bool


def find_problems(
    plans: list[TaskPlan], *, units: AbstractSet[UUID], officials: Mapping[UUID, OfficialFacts]
) -> Iterator[FieldError]:
    """Compare tasks that are planned with the units and the officials in post that exist."""
    depths: list[int] = []
    for number, plan in enumerate(plans):
        place = f"/body/tasks/{number}"
        depths.append(_depth(plan, depths))
        if depths[-1] == 0:
            yield _problem(f"{place}/parent_no", "unfit_parent")
        elif depths[-1] > DEEPEST:
            yield _problem(f"{place}/parent_no", "tree_too_deep")
        for name, code in _wrong_with_people(plan, units, officials):
            yield _problem(f"{place}/{name}", code)
        names: set[str] = set()
        for index, indicator in enumerate(plan["indicators"]):
            here = f"{place}/indicators/{index}"
            # All of a task's indicators come at once, so nothing else can bring a twin.
            if fold(indicator["name"]) in names:
                yield _problem(f"{here}/name", "repeated_indicator")
            names.add(fold(indicator["name"]))
            wrong = wrong_with_ends(indicator["comparator"], indicator["target"], indicator["target_high"])
            if wrong is not None:
                yield _problem(f"{here}/target_high", wrong)


def people_of(plan: TaskPlan) -> set[UUID]:
    """Return the officials whom a task names."""
    named = {plan[role] for role in ("lead_leader_id", "responsible_person_id")}
    leaders = {plan.get("principal_leader_id"), plan.get("leader_in_charge_id")}
    return {*named, *(id_ for id_ in leaders if id_ is not None), *plan.get("liaison_leader_ids", [])}


def units_of(plan: TaskPlan) -> set[UUID]:
    """Return the units that a task names."""
    return {plan["responsible_unit_id"], *plan.get("supporting_unit_ids", [])}


def _depth(plan: TaskPlan, before: Sequence[int]) -> int:
    """Return at which level a task stands below those that come before it; 0 where its parent is none of them."""
    parent_no = plan.get("parent_no")
    if parent_no is None:
        return 1
    # A parent that comes earlier can close no cycle.
    return before[parent_no - 1] + 1 if parent_no <= len(before) else 0


def _wrong_with_people(
    plan: TaskPlan, units: AbstractSet[UUID], officials: Mapping[UUID, OfficialFacts]
) -> Iterator[tuple[str, str]]:
    leader = officials.get(plan["lead_leader_id"])
    person = officials.get(plan["responsible_person_id"])
    if leader is None:
        yield "lead_leader_id", "unknown_official"
    elif not leader.is_county_leader:
        yield "lead_leader_id", "not_a_county_leader"
    if plan["responsible_unit_id"] not in units:
        yield "responsible_unit_id", "unknown_unit"
    if person is None:
        yield "responsible_person_id", "unknown_official"
    elif person.unit_id != plan["responsible_unit_id"]:
        yield "responsible_person_id", "person_of_another_unit"
    yield from _wrong_with_others(plan, units, officials)


def _wrong_with_others(
    plan: TaskPlan, units: AbstractSet[UUID], officials: Mapping[UUID, OfficialFacts]
) -> Iterator[tuple[str, str]]:
    leaders = {
        "principal_leader_id": plan.get("principal_leader_id"),
        "leader_in_charge_id": plan.get("leader_in_charge_id"),
    }
    for name, official_id in leaders.items():
        if official_id is not None and official_id not in officials:
            yield name, "unknown_official"
        elif official_id is not None and officials[official_id].unit_id != plan["responsible_unit_id"]:
            yield name, "leader_of_another_unit"
    yield from _wrong_with_sharers(plan, units, officials)


def _wrong_with_sharers(
    plan: TaskPlan, units: AbstractSet[UUID], officials: Mapping[UUID, OfficialFacts]
) -> Iterator[tuple[str, str]]:
    for index, leader_id in enumerate(plan.get("liaison_leader_ids", [])):
        if leader_id not in officials:
            yield f"liaison_leader_ids/{index}", "unknown_official"
        elif not officials[leader_id].is_county_leader:
            yield f"liaison_leader_ids/{index}", "liaison_not_of_county"
    for index, unit_id in enumerate(plan.get("supporting_unit_ids", [])):
        if unit_id not in units:
            yield f"supporting_unit_ids/{index}", "unknown_unit"
        elif unit_id == plan["responsible_unit_id"]:
            yield f"supporting_unit_ids/{index}", "unit_supports_itself"


def _problem(pointer: str, code: str) -> FieldError:
    return FieldError(pointer, code, *WRONG_WITH_TASK[code])


def wrong_with_ends(comparator: str, target: Decimal, target_high: Decimal | None) -> str | None:
    """Return the code of what is wrong with the ends of a goal, or None."""
    if (comparator == "between") != (target_high is not None):
        return "between_without_two_ends" if target_high is None else "target_high_without_between"
    if target_high is not None and target_high < target:
        return "target_high_below_target"
    return None


def check_fit(responsibility: Responsibility, official: OfficialFacts | None, *, unit_id: UUID) -> None:
    """Refuse who cannot take it over: the county's leaders lead and liaise, the unit's own people answer for a task."""
    if official is None:
        raise UnknownOfficial
    if responsibility in COUNTY_RESPONSIBILITIES and not official.is_county_leader:
        raise LeaderNotOfCounty
    if responsibility not in COUNTY_RESPONSIBILITIES and official.unit_id != unit_id:
        raise PersonOfAnotherUnit
