from datetime import datetime
from enum import StrEnum

from pydantic import Field

from api.schemas.fields import Answer, Body, FullDate, Id, Line, PageOf, Prose
from supervision.bulletins.states import ProposalState
from supervision.items.states import Responsibility


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


class TracedPart(StrEnum):
    """The three who answer for a task (annex art. 3, §5(1)): first, primarily, directly."""

    # What is a responsibility elsewhere has this name in the document.
    PRINCIPAL_LEADER = Responsibility.PRINCIPAL_LEADER
    LEADER_IN_CHARGE = Responsibility.LEADER_IN_CHARGE
    RESPONSIBLE_PERSON = Responsibility.RESPONSIBLE_PERSON


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
