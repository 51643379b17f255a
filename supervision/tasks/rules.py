from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypedDict
from uuid import UUID

from supervision.foundation.errors import Problem
from supervision.tasks.errors import ExtensionAlreadyDecided, ExtensionNotLater, ExtensionTooLate, RefusalTakesNoDate
from supervision.tasks.states import FOLLOWS, ExtensionState

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
    """What a task is to be: its goal, the three who answer for it, and its indicators."""

    goal: str
    lead_leader_id: UUID
    responsible_unit_id: UUID
    responsible_person_id: UUID
    indicators: list[IndicatorPlan]


@dataclass(frozen=True, slots=True)
class OfficialFacts:
    """What decides whether an official may answer for a task."""

    unit_id: UUID
    is_county_leader: bool


def find_problems(
    plans: list[TaskPlan], *, units: AbstractSet[UUID], officials: Mapping[UUID, OfficialFacts]
) -> Iterator[Problem]:
    """Compare tasks that are planned with the units and the officials in post that exist."""
    for number, plan in enumerate(plans):
        place = f"/body/tasks/{number}"
        for name, code in _wrong_with_people(plan, units, officials):
            yield _problem(f"{place}/{name}", code)
        names: set[str] = set()
        for index, indicator in enumerate(plan["indicators"]):
            here = f"{place}/indicators/{index}"
            if indicator["name"] in names:
                yield _problem(f"{here}/name", "repeated_indicator")
            names.add(indicator["name"])
            wrong = wrong_with_ends(indicator["comparator"], indicator["target"], indicator["target_high"])
            if wrong is not None:
                yield _problem(f"{here}/target_high", wrong)


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


def _problem(pointer: str, code: str) -> Problem:
    return Problem(pointer, code, *WRONG_WITH_TASK[code])


def wrong_with_ends(comparator: str, target: Decimal, target_high: Decimal | None) -> str | None:
    """Return the code of what is wrong with the ends of a goal, or None."""
    if (comparator == "between") != (target_high is not None):
        return "between_without_two_ends" if target_high is None else "target_high_without_between"
    if target_high is not None and target_high < target:
        return "target_high_below_target"
    return None


def check_may_ask(*, today: date, deadline_on: date, until_on: date) -> None:
    """Refuse an extension that is asked for after the deadline's day, or that would not be later."""
    if today > deadline_on:
        raise ExtensionTooLate(deadline_on=deadline_on)
    _check_later(until_on, deadline_on)


def decide(state: str, verdict: str, *, deadline_on: date, asked_until: date, given_until: date | None) -> date:
    """Return the date that a decision leaves in the extension; refuses a second decision and a date that is unfit."""
    if verdict not in FOLLOWS[ExtensionState(state)]:
        raise ExtensionAlreadyDecided
    if verdict == ExtensionState.REFUSED:
        if given_until is not None:
            raise RefusalTakesNoDate
        return asked_until
    until_on = given_until or asked_until
    _check_later(until_on, deadline_on)
    return until_on


def _check_later(until_on: date, deadline_on: date) -> None:
    if until_on <= deadline_on:
        raise ExtensionNotLater(deadline_on=deadline_on)
