from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import Field, WithJsonSchema

from api.schemas.fields import Answer, DecimalText, Digits, FullDate, Id, MassPageOf, PageOf, Percent, Year
from api.schemas.progress import Count
from supervision.progress.completion import MOST_ROWS
from supervision.progress.rules import CompletionVerdict, DigestKind, Light
from supervision.tasks.models import Comparator

# A figure may be any number of times its target, so a percentage is longer than what can be sent as one.
PercentText = Annotated[
    Decimal,
    WithJsonSchema(
        {"type": "string", "pattern": r"^-?(0|[1-9]\d{0,20})(\.\d)?$", "maxLength": 24, "examples": ["131.4"]}
    ),
]


class CompletionRow(Answer):
    no: int = Field(ge=1, le=1_000_000, description="the row's number in the ledger")
    item_id: Id
    item_number: str = Field(max_length=40)
    task_id: Id
    goal: str = Field(max_length=4000)
    unit_id: Id
    unit: str = Field(max_length=200)
    indicator_id: Id
    indicator: str = Field(max_length=200)
    comparator: Comparator
    target: DecimalText
    target_high: DecimalText | None
    unit_of_measure: str = Field(max_length=40)
    figure: DecimalText | None = Field(description="the latest one reported")
    figure_received_at: datetime | None
    verdict: CompletionVerdict = Field(description="no_figure: nothing was reported, which is not a missed goal")
    percent: PercentText | None = Field(
        description="one decimal, rounded half up; none where the target is not positive"
    )


class CompletionOut(Answer):
    year: Year
    met: Count
    not_met: Count
    no_figure: Count
    data: list[CompletionRow] = Field(max_length=MOST_ROWS)


class DigestCounts(Answer):
    units: Count
    on_time: Count
    late: Count
    missing: Count
    tasks: Count
    mean_percent: PercentText | None


class DigestOut(Answer):
    id: Id
    kind: DigestKind
    period_first: FullDate
    period_last: FullDate
    made_at: datetime
    counts: DigestCounts
    text: str = Field(max_length=1_000_000)
    leaders_broadcast_id: Id | None = Field(description="none where each leader is written to about their own")
    officials_broadcast_id: Id | None


class DigestPage(PageOf[DigestOut]):
    pass


class QuarterlyLookOut(Answer):
    id: Digits
    year: Year
    quarter: int = Field(ge=1, le=4)
    task_id: Id
    item_id: Id
    item_number: str = Field(max_length=40)
    goal: str = Field(max_length=4000)
    unit_id: Id
    percent: Percent | None = Field(description="the last one reported, if any")
    reported_at: datetime | None
    deadline_on: FullDate
    light: Light
    looked_on: FullDate = Field(description="at this day's end it stood so")


class QuarterlyLookPage(MassPageOf[QuarterlyLookOut]):
    pass
