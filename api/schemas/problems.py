from datetime import datetime

from pydantic import Field

from api.schemas.fields import Answer, Body, Flag, FullDate, Id, Name, PageOf, Prose
from supervision.problems.models import EntryKind
from supervision.problems.states import Level, ProblemState


class OpenProblem(Body):
    title: Name
    text: Prose
    responsible_unit_id: Id
    unit_ids: list[Id] = Field(
        min_length=1, max_length=100, description="all units concerned, the responsible one among them"
    )
    is_major: Flag = False
    is_for_conference: Flag = Field(
        default=False, description="a major one goes straight before the joint conference; the office's to say"
    )
    finding_id: Id | None = None
    item_id: Id | None = Field(default=None, description="if none is given, the finding's")


class FileProblemPlan(Body):
    text: Prose


class EscalateProblem(Body):
    reason: Prose
    lead_leader_id: Id | None = Field(default=None, description="needed from unit to leaders, and only there")
    liaison_leader_ids: list[Id] = Field(default_factory=list, max_length=20)


class DecideProblem(Body):
    text: Prose
    due_on: FullDate = Field(description="until when the decision is to be carried out")
    decided_on: FullDate | None = Field(default=None, description="the conference's day; today if left out")


class FollowUpProblem(Body):
    text: Prose


class ResolveProblem(Body):
    text: Prose


class ProblemOut(Answer):
    id: Id
    title: str = Field(max_length=200)
    text: str = Field(max_length=4000)
    finding_id: Id | None
    item_id: Id | None
    responsible_unit_id: Id
    unit_ids: list[Id] = Field(max_length=100)
    lead_leader_id: Id | None
    liaison_leader_ids: list[Id] = Field(max_length=20)
    is_major: bool
    level: Level
    state: ProblemState
    due_on: FullDate | None = Field(description="of the decision that stands")
    opened_by: Id | None
    opened_at: datetime
    resolved_by: Id | None
    resolved_at: datetime | None
    version: int = Field(ge=1)


class ProblemPage(PageOf[ProblemOut]):
    pass


class ProblemEntryOut(Answer):
    id: Id
    kind: EntryKind
    level: Level
    text: str = Field(max_length=4000)
    unit_id: Id | None = Field(description="the unit that entered it, if one did")
    decided_on: FullDate | None
    due_on: FullDate | None
    entered_by: Id | None
    entered_at: datetime


class ProblemEntryPage(PageOf[ProblemEntryOut]):
    pass
