from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.schemas.fields import Answer, Body, DecimalText, GivenYear, Id, PageOf, Prose, Year
from supervision.identity.models import UnitKind
from supervision.scoring.states import CorrectionState, ReopeningState, SettlementState

Revision = Annotated[int, Field(ge=1, le=1000)]


class SettlementRowOut(Answer):
    unit_id: Id
    unit: str = Field(max_length=200)
    kind: UnitKind
    is_inspected: bool = Field(description="if not, the score is the mean of the inspected units of the kind")
    base: DecimalText
    deducted: DecimalText
    corrected: DecimalText = Field(description="given back for a settled year")
    score: DecimalText
    mean_of_kind: DecimalText = Field(description="over the inspected units; 2 decimals, half up")
    percent: DecimalText
    converted: DecimalText = Field(description="points that enter the annual appraisal; 4 decimals, half up")


class SettlementOut(Answer):
    id: Id
    year: Year
    revision: Revision = Field(description="2 and higher: settled anew after it was reopened")
    state: SettlementState
    prepared_by: Id | None
    prepared_at: datetime
    confirmed_by: Id | None
    confirmed_at: datetime | None
    version: int = Field(ge=1)
    data: list[SettlementRowOut] = Field(max_length=10_000)


class ProposeReopening(Body):
    year: GivenYear
    reason: Prose


class ApprovalOut(Answer):
    approved_by: Id | None
    approved_at: datetime


class ReopeningOut(Answer):
    id: Id
    settlement_id: Id
    year: Year
    reason: str = Field(max_length=4000)
    state: ReopeningState
    proposed_by: Id | None
    proposed_at: datetime
    approvals: list[ApprovalOut] = Field(max_length=2, description="by two who did not propose it")
    decided_by: Id | None
    decided_at: datetime | None
    decision: str | None = Field(max_length=4000, description="why it was refused")
    version: int = Field(ge=1)


class ReopeningPage(PageOf[ReopeningOut]):
    pass


class ProposeCorrection(Body):
    deduction_id: Id
    reason: Prose


class CorrectionOut(Answer):
    id: Id
    deduction_id: Id
    unit_id: Id
    unit: str = Field(max_length=200)
    corrects_year: Year = Field(description="the settled year that took the points")
    year: Year = Field(description="the year after, which gives them back")
    points: DecimalText = Field(description="by which the deduction lowered the settled score")
    reason: str = Field(max_length=4000)
    state: CorrectionState
    proposed_by: Id | None
    proposed_at: datetime
    decided_by: Id | None
    decided_at: datetime | None
    decision: str | None = Field(max_length=4000, description="why it was refused")
    version: int = Field(ge=1)


class CorrectionPage(PageOf[CorrectionOut]):
    pass
