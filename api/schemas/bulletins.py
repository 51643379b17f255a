from datetime import datetime

from pydantic import Field

from api.schemas.fields import Answer, Body, FullDate, Id, Line, PageOf, Prose, Reason
from supervision.bulletins.states import (
    FollowUpState,
    ProposalState,
    RectificationState,
    RectificationVerdict,
    TracedPart,
)


class OrderRectification(Body):
    unit_id: Id
    matter: Reason
    limit_on: FullDate
    item_id: Id | None = None


class ReportRectification(Body):
    text: Prose


class VerifyRectification(Body):
    verdict: RectificationVerdict
    finding: Prose


class RectificationOrderLine(Answer):
    id: Id
    unit_id: Id
    item_id: Id | None
    matter: str = Field(max_length=1000)
    limit_on: FullDate
    state: RectificationState
    ordered_by: Id | None
    ordered_at: datetime
    closed_at: datetime | None
    version: int = Field(ge=1)


class RectificationOrderPage(PageOf[RectificationOrderLine]):
    pass


class RectificationReportOut(Answer):
    round: int = Field(ge=1)
    text: str = Field(max_length=4000)
    reported_by: Id | None
    reported_at: datetime
    verdict: RectificationVerdict | None
    finding: str | None = Field(max_length=4000)
    verified_by: Id | None
    verified_at: datetime | None


class RectificationOrderOut(RectificationOrderLine):
    reports: list[RectificationReportOut] = Field(max_length=1000)


class LogFollowUp(Body):
    medium: Line = Field(examples=["县电视台"])
    matter: Reason
    asked_on: FullDate
    item_id: Id | None = None


class ConcludeFollowUp(Body):
    outcome: Prose
    concluded_on: FullDate


class FollowUpOut(Answer):
    id: Id
    item_id: Id | None
    matter: str = Field(max_length=1000)
    medium: str = Field(max_length=200)
    asked_on: FullDate
    logged_by: Id | None
    logged_at: datetime
    state: FollowUpState
    outcome: str | None = Field(max_length=4000)
    concluded_on: FullDate | None
    version: int = Field(ge=1)


class FollowUpPage(PageOf[FollowUpOut]):
    pass


class ProposeAccountability(Body):
    unit_id: Id
    official_id: Id | None = None
    task_id: Id | None = Field(default=None, description="the task that is traced back to those who answer for it")
    fact_on: FullDate | None = Field(
        default=None, description="as that day began they answered for it; now, if left out"
    )
    facts: Prose


class SendProposal(Body):
    deciding_body: Line = Field(examples=["县纪委监委"])
    sent_on: FullDate


class NoteAnswer(Body):
    answer: Prose
    answered_on: FullDate


class TracedPersonOut(Answer):
    part: TracedPart
    official_id: Id


class ProposalOut(Answer):
    id: Id
    unit_id: Id
    official_id: Id | None
    task_id: Id | None
    fact_on: FullDate | None
    facts: str = Field(max_length=4000)
    state: ProposalState
    proposed_by: Id | None
    proposed_at: datetime
    deciding_body: str | None = Field(max_length=200)
    sent_on: FullDate | None
    answer: str | None = Field(max_length=4000)
    answered_on: FullDate | None
    traced: list[TracedPersonOut] = Field(max_length=1000)
    version: int = Field(ge=1)


class ProposalPage(PageOf[ProposalOut]):
    pass
