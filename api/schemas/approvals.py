from datetime import datetime

from pydantic import Field

from api.schemas.fields import Answer, Body, Id, PageOf, Prose
from supervision.approvals.states import ProposalKind, ProposedStepState


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
