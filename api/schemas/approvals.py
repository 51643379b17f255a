from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.fields import Answer, Body, Id, PageOf, Prose
from supervision.approvals.states import ProposalKind, ProposedStepState
from supervision.foundation.two_persons import Asked


class ProposedStepOut(Answer):
    """What somebody wants done; it is done once another person has approved it."""

    id: Id
    kind: ProposalKind = Field(description="the operation by which it was proposed")
    subject_id: Id | None = Field(description="the thing that it is about, where it has an id")
    content: dict[str, object] = Field(description="what was sent, and is done as it was sent")
    state: ProposedStepState
    proposed_by: Id | None
    proposed_at: datetime
    decided_by: Id | None
    decided_at: datetime | None
    reason: str | None = Field(max_length=4000, description="why it was refused")
    version: int = Field(ge=1)


class ProposedStepPage(PageOf[ProposedStepOut]):
    pass


class RefuseProposal(Body):
    reason: Prose


OperationName = Annotated[str, Field(max_length=100)]


class SetTwoPersonSteps(Body):
    operations: list[
        Literal[
            "countersign_notice",
            "issue_notice",
            "issue_circular",
            "publish",
            "verify_deduction",
            "write_document_template",
        ]
    ] = Field(max_length=6, description="all of them: what is left out is asked no more")


class TwoPersonStepOut(Answer):
    operation: OperationName
    other_than: list[OperationName] = Field(
        max_length=20, description="whoever took one of these may not take it; none: it is proposed instead"
    )
    reason: str = Field(max_length=200)
    asked: Asked = Field(description="everywhere, or where the county wants it")
    is_asked: bool


class TwoPersonSteps(Answer):
    data: list[TwoPersonStepOut] = Field(max_length=100)
    next: None
