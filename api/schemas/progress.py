from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from api.schemas.fields import Answer, Body, DecimalText, FullDate, Id, Moment, PageOf, Percent, Prose
from supervision.progress.completion import MOST_ROWS
from supervision.progress.rules import Covers
from supervision.progress.states import ObligationState, ReportChannel, ReportState


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
    attachment_ids: list[Id] = Field(default=[], max_length=20, description="photos and papers, uploaded before")


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
    attachment_ids: list[Id] = Field(max_length=20)


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
