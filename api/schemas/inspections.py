from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.fields import Answer, Body, FullDate, Id, Name, PageOf, Prose
from supervision.inspections.models import Method, Severity
from supervision.inspections.plans import PlanScope
from supervision.inspections.states import PlanState

Units = Annotated[list[Id], Field(min_length=1, max_length=100)]
ItemIds = Annotated[list[Id], Field(max_length=100)]
Team = Annotated[list[Id], Field(min_length=1, max_length=50, description="officials of the inspection team")]
Methods = Annotated[list[Method], Field(min_length=1, max_length=len(Method))]


class DraftInspectionPlan(Body):
    title: Name
    first_on: FullDate
    last_on: FullDate
    methods: Methods
    unit_ids: Units
    item_ids: ItemIds = Field(default_factory=list)
    official_ids: Team

    def scope(self) -> PlanScope:
        return PlanScope(unit_ids=self.unit_ids, item_ids=self.item_ids, official_ids=self.official_ids)


class AmendInspectionPlan(Body):
    title: Name | None = None
    first_on: FullDate | None = None
    last_on: FullDate | None = None
    methods: Methods | None = None
    unit_ids: Units | None = None
    item_ids: ItemIds | None = None
    official_ids: Team | None = None


class DecideInspectionPlan(Body):
    verdict: Literal[PlanState.APPROVED, PlanState.REFUSED]
    reason: Prose | None = Field(default=None, description="a refusal must give it")


class Overlap(Answer):
    plan_id: Id
    title: str = Field(max_length=200)
    state: PlanState
    first_on: FullDate
    last_on: FullDate
    unit_id: Id


class InspectionPlanOut(Answer):
    id: Id
    title: str = Field(max_length=200)
    first_on: FullDate
    last_on: FullDate
    methods: list[Method] = Field(max_length=len(Method))
    unit_ids: list[Id] = Field(max_length=100)
    item_ids: list[Id] = Field(max_length=100)
    official_ids: list[Id] = Field(max_length=50)
    state: PlanState
    drafted_by: Id | None
    drafted_at: datetime
    decided_by: Id | None
    decided_at: datetime | None
    decision: str | None = Field(max_length=4000)
    carried_out_by: Id | None
    carried_out_at: datetime | None
    version: int = Field(ge=1)
    overlaps: list[Overlap] = Field(
        max_length=1000, description="a warning: other plans for the same unit in the same month; never told to units"
    )


class InspectionPlanPage(PageOf[InspectionPlanOut]):
    pass


class RecordFinding(Body):
    unit_id: Id
    item_id: Id | None = None
    severity: Severity
    text: Prose
    found_on: FullDate
    attachment_ids: list[Id] = Field(default_factory=list, max_length=20, description="evidence, uploaded before")


class FindingOut(Answer):
    id: Id
    plan_id: Id
    unit_id: Id
    item_id: Id | None
    severity: Severity
    text: str = Field(max_length=4000)
    found_on: FullDate
    attachment_ids: list[Id] = Field(max_length=20)
    recorded_by: Id | None
    recorded_at: datetime


class FindingPage(PageOf[FindingOut]):
    pass


class SendConclusion(Body):
    unit_id: Id
    text: Prose


class ConclusionOut(Answer):
    id: Id
    plan_id: Id
    unit_id: Id
    text: str = Field(max_length=4000)
    sent_by: Id | None
    sent_at: datetime
    acknowledged_by: Id | None
    acknowledged_at: datetime | None
    version: int = Field(ge=1)


class ConclusionPage(PageOf[ConclusionOut]):
    pass
