from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from api.schemas.fields import (
    Answer,
    Body,
    DecimalText,
    Digits,
    FullDate,
    Id,
    MassPageOf,
    Moment,
    PageOf,
    Percent,
    Prose,
    Year,
)
from supervision.progress.completion import MOST_ROWS
from supervision.progress.rules import CompletionVerdict, Covers, DigestKind, Light
from supervision.progress.states import ObligationState, ReportChannel, ReportState
from supervision.tasks.models import Comparator

# A figure may be any number of times its target, so a percentage is longer than what can be sent as one.
PercentText = Annotated[
    Decimal,
    WithJsonSchema(
        {"type": "string", "pattern": r"^-?(0|[1-9]\d{0,20})(\.\d)?$", "maxLength": 24, "examples": ["131.4"]}
    ),
]


def _true_or_false(value: Any) -> Any:
    if value in ("true", "false"):
        return value == "true"
    raise PydanticCustomError("bool_type", "not true or false")


# In a query everything is text, and only these two words are what the schema promises.
QueryFlag = Annotated[bool, BeforeValidator(_true_or_false)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]


class ReportFigure(Body):
    indicator_id: Id
    value: DecimalText = Field(description="in the indicator's unit of measure")


class ReportEntry(Body):
    task_id: Id
    percent: Percent
    text: Prose
    figures: list[ReportFigure] = Field(default=[], max_length=50)


class ReportProgress(Body):
    entries: list[ReportEntry] = Field(min_length=1, max_length=MOST_ROWS, description="one for each task of the unit")


class EnterReport(ReportProgress):
    received_at: Moment = Field(description="when it truly came in; this decides whether it is late")
    channel: Literal["paper", "telephone", "fax"]


class ReturnReport(Body):
    reason: Prose
    until_on: FullDate = Field(description="the last day on which a supplement is not late")


class ObligationOut(Answer):
    id: Id
    unit_id: Id
    period_first: FullDate
    period_last: FullDate
    covers: Covers = Field(description="all tasks; where instructions are reported weekly, key work or instructions")
    due_at: datetime = Field(description="the first moment at which a report is late")
    state: ObligationState
    fulfilled_at: datetime | None
    marked_late_at: datetime | None
    waived_at: datetime | None
    waived_reason: str | None = Field(max_length=4000)
    times_returned: Count = Field(description="how often a report on it was returned for supplement")
    version: int = Field(ge=1)


class ObligationPage(PageOf[ObligationOut]):
    pass


class FigureOut(Answer):
    indicator_id: Id
    value: DecimalText


class EntryOut(Answer):
    id: Id
    task_id: Id
    percent: Percent
    text: str = Field(max_length=4000)
    figures: list[FigureOut] = Field(max_length=50)


class ReportSummary(Answer):
    id: Id
    obligation_id: Id
    unit_id: Id
    reported_by: Id | None = Field(description="the official, or the client where none was named")
    received_at: datetime
    is_late: bool
    channel: ReportChannel
    entered_by: Id | None = Field(description="who in the office entered what did not come by the system")
    entered_at: datetime | None
    state: ReportState = Field(description="what was returned counts no longer")
    returned_by: Id | None
    returned_at: datetime | None
    return_reason: str | None = Field(max_length=4000)
    supplement_until_on: FullDate | None
    version: int = Field(ge=1)


class ReportOut(ReportSummary):
    entries: list[EntryOut] = Field(max_length=MOST_ROWS)


class ReportPage(PageOf[ReportSummary]):
    pass


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
