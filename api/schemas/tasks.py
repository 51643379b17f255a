from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from api.schemas.fields import (
    Answer,
    Body,
    DecimalText,
    FullDate,
    GivenPlace,
    Id,
    Line,
    Name,
    PageOf,
    Prose,
)
from supervision.items.states import Responsibility
from supervision.tasks.models import Comparator
from supervision.tasks.states import ExtensionState, MilestoneState


class IndicatorIn(Body):
    name: Name
    comparator: Comparator
    target: DecimalText
    target_high: DecimalText | None = Field(default=None, description="with `between` only")
    unit_of_measure: Line = Field(examples=["万人"])


class TaskIn(Body):
    goal: Prose
    lead_leader_id: Id
    responsible_unit_id: Id
    responsible_person_id: Id
    principal_leader_id: Id | None = Field(
        default=None, description="first responsible; the unit's principal leader in post, if left out"
    )
    leader_in_charge_id: Id | None = Field(
        default=None, description="primarily responsible; the unit's leader in charge in post, if left out"
    )
    liaison_leader_ids: list[Id] = Field(default=[], max_length=20)
    supporting_unit_ids: list[Id] = Field(default=[], max_length=50)
    parent_no: GivenPlace | None = Field(default=None, description="the place in this list of the task it is part of")
    indicators: list[IndicatorIn] = Field(max_length=50)


class DecomposeItem(Body):
    tasks: list[TaskIn] = Field(min_length=1, max_length=50)


class IndicatorOut(Answer):
    id: Id
    name: str = Field(max_length=200)
    comparator: Comparator
    target: DecimalText
    target_high: DecimalText | None
    unit_of_measure: str = Field(max_length=200)


class TaskOut(Answer):
    id: Id
    item_id: Id
    no: int = Field(ge=1, le=99_999)
    goal: str = Field(max_length=4000)
    lead_leader_id: Id
    responsible_unit_id: Id
    responsible_person_id: Id
    principal_leader_id: Id | None = Field(description="first responsible (第一责任人)")
    leader_in_charge_id: Id | None = Field(description="primarily responsible (主要责任人)")
    liaison_leader_ids: list[Id] = Field(max_length=1000)
    supporting_unit_ids: list[Id] = Field(max_length=1000)
    parent_id: Id | None
    indicators: list[IndicatorOut] = Field(max_length=50)
    created_at: datetime
    version: int = Field(ge=1)


class TaskPage(PageOf[TaskOut]):
    pass


class AmendTask(Body):
    """Who shares in a task from now on; what is left out stays as it is."""

    liaison_leader_ids: list[Id] | None = Field(default=None, max_length=20)
    supporting_unit_ids: list[Id] | None = Field(default=None, max_length=50)
    reason: Prose


class ReassignTask(Body):
    responsibility: Literal["lead_leader", "responsible_person", "principal_leader", "leader_in_charge"] = Field(
        alias="part"
    )
    official_id: Id
    reason: Prose


class ReassignUnit(Body):
    unit_id: Id
    responsible_person_id: Id
    reason: Prose


class TaskPart(StrEnum):
    """The part that a unit or an official has in a task (§2(1), §5(1))."""

    # What is a responsibility elsewhere has this name in the document.
    RESPONSIBLE_UNIT = Responsibility.RESPONSIBLE_UNIT
    LEAD_LEADER = Responsibility.LEAD_LEADER
    RESPONSIBLE_PERSON = Responsibility.RESPONSIBLE_PERSON
    PRINCIPAL_LEADER = Responsibility.PRINCIPAL_LEADER
    LEADER_IN_CHARGE = Responsibility.LEADER_IN_CHARGE
    LIAISON_LEADER = Responsibility.LIAISON_LEADER
    SUPPORTING_UNIT = Responsibility.SUPPORTING_UNIT


class AssignmentOut(Answer):
    part: TaskPart
    unit_id: Id | None
    official_id: Id | None
    since_at: datetime
    until_at: datetime | None = Field(description="none: they have it now")
    reason: str | None = Field(max_length=4000, description="why it ended")
    assigned_by: Id | None = Field(description="who ended it")


class AssignmentList(Answer):
    data: list[AssignmentOut] = Field(max_length=10_000)
    next: None


class RecordDeparture(Body):
    on: FullDate = Field(description="the last day in post")
    successor_id: Id | None = Field(default=None, description="needed while open tasks are left behind")
    reason: Prose


class SetMilestone(Body):
    name: Name = Field(examples=["主体完工"])
    due_on: FullDate
    expected: Prose = Field(description="what is to be seen by then")


class ReachMilestone(Body):
    reached_on: FullDate
    progress: Prose = Field(description="the visible progress (形象进度)")


class MilestoneOut(Answer):
    id: Id
    task_id: Id
    name: str = Field(max_length=200)
    due_on: FullDate
    expected: str = Field(max_length=4000)
    state: MilestoneState
    set_by: Id | None
    set_at: datetime
    reached_on: FullDate | None
    progress: str | None = Field(max_length=4000)
    reached_by: Id | None
    reached_at: datetime | None


class MilestonePage(PageOf[MilestoneOut]):
    pass


class AskExtension(Body):
    until_on: FullDate
    reason: Prose


class DecideExtension(Body):
    verdict: Literal["granted", "refused"]
    until_on: FullDate | None = Field(default=None, description="if granted until another day than was asked for")
    decision: Prose = Field(description="the grounds")


class ExtensionOut(Answer):
    id: Id
    item_id: Id
    state: ExtensionState
    asked_by: Id | None
    asked_at: datetime
    until_on: FullDate
    reason: str = Field(max_length=4000)
    decided_by: Id | None
    decided_at: datetime | None
    decision: str | None = Field(max_length=4000)
    version: int = Field(ge=1)


class ExtensionPage(PageOf[ExtensionOut]):
    pass
