from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.schemas.fields import Answer, Body, DecimalText, FullDate, Id, Line, Moment, Prose, Year
from supervision.identity.models import UnitKind
from supervision.items.models import ItemKind
from supervision.scoring.states import DeductionState

RuleCode = Annotated[
    str, Field(pattern=r"^[a-z]{1,30}(_[a-z]{1,30}){0,3}$", max_length=60, examples=["meeting_criticism"])
]
Article = Annotated[int, Field(ge=1, le=15, description="article of the annex")]


class ReadingOut(Answer):
    matter: str = Field(max_length=200)
    source: str = Field(max_length=1000, description="the source's words")
    adopted: str = Field(max_length=1000)


class RuleOut(Answer):
    code: RuleCode
    article: Article
    fact: str = Field(max_length=1000)
    points: DecimalText
    late_item_kind: ItemKind | None = Field(description="items of this kind that are late fall under the rule")


class ScoringPolicyLine(Answer):
    id: Id
    effective_on: FullDate
    base: DecimalText
    floor: DecimalText
    adopted_by: str = Field(max_length=200)


class ScoringPolicyPage(Answer):
    data: list[ScoringPolicyLine] = Field(max_length=100)
    next: Id | None


class ScoringPolicyOut(ScoringPolicyLine):
    rules: list[RuleOut] = Field(max_length=100)
    readings: list[ReadingOut] = Field(max_length=100)


class ProposeDeduction(Body):
    unit_id: Id
    rule_code: RuleCode
    fact_on: FullDate
    reason: Prose
    item_id: Id | None = None
    event: Line | None = Field(
        default=None, description="facts of one event count once, by the highest; left out, it is an event of its own"
    )


class Decide(Body):
    reason: Prose


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
    state: DeductionState
    proposed_by: Id | None = Field(description="none: the house found it by itself")
    proposed_at: datetime
    decided_by: Id | None
    decided_at: datetime | None
    decision: str | None = Field(max_length=4000, description="why it was refused or reversed")
    version: int = Field(ge=1)


class DeductionPage(Answer):
    data: list[DeductionOut] = Field(max_length=100)
    next: Id | None


class ScorePart(Answer):
    deduction_id: Id
    rule_code: RuleCode
    article: Article
    points: DecimalText
    fact_on: FullDate
    reason: str = Field(max_length=4000)
    is_covered: bool = Field(description="a higher deduction for the same event counts in its place")


class ScoreOut(Answer):
    unit_id: Id
    unit: str = Field(max_length=200)
    kind: UnitKind
    base: DecimalText
    deducted: DecimalText
    score: DecimalText
    mean_of_kind: DecimalText = Field(description="2 decimals, half up")
    parts: list[ScorePart] = Field(max_length=10_000)


class ScoresOut(Answer):
    year: Year
    as_of: Moment
    data: list[ScoreOut] = Field(max_length=10_000)
