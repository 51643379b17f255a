from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.fields import (
    Answer,
    Body,
    DecimalText,
    FullDate,
    GivenQuarter,
    GivenYear,
    Id,
    Line,
    Moment,
    Name,
    PageOf,
    Prose,
    Year,
)
from api.schemas.scoring_policies import Article, RuleCode
from supervision.identity.models import UnitKind
from supervision.scoring.states import DeductionState, WarningLevel

Attachments = Annotated[list[Id], Field(max_length=20)]
Quarter = Annotated[int, Field(ge=1, le=4)]


class ProposeDeduction(Body):
    unit_id: Id
    rule_code: RuleCode
    fact_on: FullDate
    reason: Prose
    item_id: Id | None = None
    event: Line | None = Field(
        default=None, description="facts of one event count once, by the highest; left out, it is an event of its own"
    )
    document: Line | None = Field(
        default=None,
        description="number or name of the circular, paper or meeting; some rules rest on it",
        examples=["市督通〔2016〕12号"],
    )
    document_on: FullDate | None = None
    attachment_ids: Attachments = Field(default=[], description="evidence, uploaded before")


class VerifyDeduction(Body):
    verification: Prose = Field(description="what was looked into, how, and that it is true")


class Decide(Body):
    reason: Prose


class Dispute(Body):
    grounds: Prose


class RuleOnDispute(Body):
    verdict: Literal[DeductionState.UPHELD, DeductionState.REVERSED]
    reason: Prose


class IssueWarnings(Body):
    year: GivenYear
    quarter: GivenQuarter


class DeductionOut(Answer):
    id: Id
    unit_id: Id
    unit: str = Field(max_length=200)
    rule_code: RuleCode
    article: Article
    item_id: Id | None
    event: str = Field(max_length=200)
    year: Year
    fact_on: FullDate
    points: DecimalText
    reason: str = Field(max_length=4000)
    document: str | None = Field(max_length=200)
    document_on: FullDate | None
    attachment_ids: Attachments
    verified_by: Id | None
    verified_at: datetime | None
    verification: str | None = Field(max_length=4000)
    state: DeductionState
    proposed_by: Id | None = Field(description="none: found by the system itself")
    proposed_at: datetime
    decided_by: Id | None
    decided_at: datetime | None
    decision: str | None = Field(max_length=4000, description="why it was refused, reversed or upheld")
    dispute_until_on: FullDate | None = Field(description="the last day to dispute it")
    disputed_by: Id | None
    disputed_at: datetime | None
    grounds: str | None = Field(max_length=4000, description="on which it is disputed")
    ruling_due_on: FullDate | None = Field(description="the last day to rule on the dispute")
    version: int = Field(ge=1)


class DeductionPage(PageOf[DeductionOut]):
    pass


class ScorePart(Answer):
    deduction_id: Id
    rule_code: RuleCode
    article: Article
    points: DecimalText
    fact_on: FullDate
    reason: str = Field(max_length=4000)
    is_covered: bool = Field(description="a higher deduction for the same event counts in its place")
    covered_by: Id | None = Field(description="the deduction that counts in its place")


class ScoreOut(Answer):
    unit_id: Id
    unit: str = Field(max_length=200)
    kind: UnitKind
    base: DecimalText
    deducted: DecimalText
    corrected: DecimalText = Field(description="given back for a settled year")
    score: DecimalText
    mean_of_kind: DecimalText = Field(description="2 decimals, half up")
    parts: list[ScorePart] = Field(max_length=10_000)


class ScoresOut(Answer):
    year: Year
    as_of: Moment
    data: list[ScoreOut] = Field(max_length=10_000)


class QuarterlyWarningOut(Answer):
    unit_id: Id
    unit: str = Field(max_length=200)
    kind: UnitKind
    points: DecimalText = Field(description="lost in the quarter by the facts' days, as of now")
    level: WarningLevel | None
    issued_level: WarningLevel | None = Field(description="of the warning that was issued, which is never changed")
    issued_points: DecimalText | None
    issued_at: datetime | None


class QuarterlyWarningsOut(Answer):
    year: Year
    quarter: Quarter
    as_of: Moment
    data: list[QuarterlyWarningOut] = Field(max_length=10_000)


class DraftQuarterlyCircular(Body):
    year: GivenYear
    quarter: GivenQuarter
    title: Name
    cut_off_on: FullDate | None = Field(
        default=None, description="the last day that counts for the work; left out: the quarter's last"
    )
