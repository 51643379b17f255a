from datetime import datetime
from typing import Literal

from pydantic import Field

from api.schemas.fields import Answer, Body, DecimalText, FullDate, Id, Line, Prose
from supervision.tasks.models import Comparator
from supervision.tasks.states import ExtensionState


class IndicatorIn(Body):
    name: Line
    comparator: Comparator
    target: DecimalText
    target_high: DecimalText | None = Field(default=None, description="with `between` only")
    unit_of_measure: Line = Field(examples=["万人"])


class TaskIn(Body):
    goal: Prose
    lead_leader_id: Id
    responsible_unit_id: Id
    responsible_person_id: Id
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
    indicators: list[IndicatorOut] = Field(max_length=50)
    created_at: datetime
    version: int = Field(ge=1)


class TaskPage(Answer):
    data: list[TaskOut] = Field(max_length=100)
    next: Id | None


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


class ExtensionPage(Answer):
    data: list[ExtensionOut] = Field(max_length=100)
    next: Id | None
