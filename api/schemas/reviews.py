from datetime import datetime
from typing import Literal

from pydantic import Field

from api.schemas.fields import Answer, Body, Flag, FullDate, Id, Line, PageOf, Prose
from supervision.reviews.states import CompletionState, WaiverState


class ReportCompletion(Body):
    text: Prose = Field(description="what was done; the task is reported at 100 percent")
    evidence_ids: list[Id] = Field(default=[], max_length=50, description="attachments that were sent before")


class CriterionIn(Body):
    criterion: Line
    is_met: Flag
    note: Prose | None = None


class ReviewCompletion(Body):
    verdict: Literal["passed", "returned"] = Field(description="passed when every criterion is met, and only then")
    criteria: list[CriterionIn] = Field(min_length=1, max_length=20, description="what the task's end is held to")
    opinion: Prose | None = None
    feedback_opinion: Prose | None = Field(default=None, description="a pass needs it (督查反馈意见)")
    feedback_to: Line | None = Field(default=None, description="a pass needs it: superior bodies or leaders")
    rework_until_on: FullDate | None = Field(default=None, description="a return needs it: the new limit")


class CriterionOut(Answer):
    criterion: str = Field(max_length=200)
    is_met: bool
    note: str | None = Field(max_length=4000)


class CompletionReportOut(Answer):
    id: Id
    task_id: Id
    unit_id: Id
    round: int = Field(ge=1)
    text: str = Field(max_length=4000)
    evidence_ids: list[Id] = Field(max_length=50)
    reported_by: Id | None
    received_at: datetime
    state: CompletionState
    criteria: list[CriterionOut] | None = Field(max_length=20)
    opinion: str | None = Field(max_length=4000)
    rework_until_on: FullDate | None
    feedback_opinion: str | None = Field(max_length=4000)
    feedback_to: str | None = Field(max_length=200)
    reviewed_by: Id | None
    reviewed_at: datetime | None
    reopened_at: datetime | None = Field(description="when a look back undid the pass")
    reopening_reason: str | None = Field(max_length=4000)
    version: int = Field(ge=1)


class CompletionReportPage(PageOf[CompletionReportOut]):
    pass


class AskWaiver(Body):
    grounds: Prose


class DecideWaiver(Body):
    verdict: Literal["granted", "refused"]
    decision: Prose = Field(description="the grounds")
    opinion: Prose | None = Field(default=None, description="the setting body's written opinion")
    opinion_reference: Line | None = Field(default=None, description="number or file of that opinion")
    approved_by_id: Id | None = Field(default=None, description="the principal county leader who approved it")


class WaiverOut(Answer):
    id: Id
    task_id: Id
    unit_id: Id
    grounds: str = Field(max_length=4000)
    asked_by: Id | None
    asked_at: datetime
    state: WaiverState
    opinion: str | None = Field(max_length=4000)
    opinion_reference: str | None = Field(max_length=200)
    approved_by_id: Id | None
    decision: str | None = Field(max_length=4000)
    decided_by: Id | None
    decided_at: datetime | None
    reopened_at: datetime | None
    reopening_reason: str | None = Field(max_length=4000)
    version: int = Field(ge=1)


class WaiverPage(PageOf[WaiverOut]):
    pass


class ReopenItem(Body):
    reason: Prose = Field(description="what the look back found")
