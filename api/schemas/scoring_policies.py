from typing import Annotated, Any

from pydantic import Field

from api.schemas.fields import Answer, Body, DecimalText, FullDate, GivenDays, Id, Line, PageOf, PointsText, Reason
from supervision.items.states import ItemKind
from supervision.scoring.models import Needs

RuleCode = Annotated[
    str, Field(pattern=r"^[a-z]{1,30}(_[a-z]{1,30}){0,3}$", max_length=60, examples=["meeting_criticism"])
]


Days = Annotated[int, Field(ge=0, le=1000)]


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
    needs: Needs = Field(description="beside the reason: the document that criticises, or a verification")


class ScoringPolicyLine(Answer):
    id: Id
    effective_on: FullDate
    base: DecimalText
    floor: DecimalText
    adopted_by: str = Field(max_length=200)
    attention_at: DecimalText = Field(description="points lost in a quarter from which a unit is told to take care")
    warning_at: DecimalText = Field(description="points lost in a quarter from which it is warned")
    severe_at: DecimalText = Field(description="points lost in a quarter from which it is severely warned")
    township_percent: DecimalText = Field(description="of the score enter the annual appraisal")
    department_percent: DecimalText = Field(description="of the score enter the annual appraisal")
    dispute_days: Days = Field(description="to dispute a deduction, from its confirmation")
    ruling_days: Days = Field(description="to rule on a dispute")


class ScoringPolicyPage(PageOf[ScoringPolicyLine]):
    pass


class ScoringPolicyOut(ScoringPolicyLine):
    rules: list[RuleOut] = Field(max_length=100)
    readings: list[ReadingOut] = Field(max_length=100)


class RulePoints(Body):
    code: RuleCode
    points: PointsText


class ReadingIn(Body):
    matter: Line
    source: Reason = Field(description="the source's words")
    adopted: Reason


class AdoptPolicy(Body):
    effective_on: FullDate = Field(description="today or later")
    adopted_by: Line = Field(examples=["县委督查室"])
    base: PointsText | None = Field(default=None, description="what is left out stays as it is on that day")
    floor: PointsText | None = None
    attention_at: PointsText | None = None
    warning_at: PointsText | None = None
    severe_at: PointsText | None = None
    township_percent: PointsText | None = None
    department_percent: PointsText | None = None
    dispute_days: GivenDays | None = None
    ruling_days: GivenDays | None = None
    points: list[RulePoints] = Field(default=[], max_length=100)
    readings: list[ReadingIn] = Field(default=[], max_length=100, description="in place of those of the same matter")

    def changed(self) -> dict[str, Any]:
        """Return what differs from the version before, as the domain takes it."""
        numbers = self.model_dump(exclude_none=True, exclude={"effective_on", "adopted_by", "points", "readings"})
        return {
            "changes": numbers,
            "points": {rule.code: rule.points for rule in self.points},
            "readings": [reading.model_dump() for reading in self.readings],
        }
