from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.schemas.fields import Answer, Body, DecimalText, Id, PageOf, Prose, Year
from api.schemas.items import ItemOut
from supervision.desk.archive.sections import SECTIONS
from supervision.desk.archive.timeline import MOST_EVENTS
from supervision.desk.models import RequestKind
from supervision.desk.states import ComplaintState, ComplaintVerdict
from supervision.desk.statistics import Grouping
from supervision.identity.models import UnitKind

Count = Annotated[int, Field(ge=0)]
Month = Annotated[int, Field(ge=1, le=12)]
Word = Annotated[str, Field(pattern=r"^[a-z]+(_[a-z]+)*$", max_length=40)]
_REQUEST = (
    "its id: of an obligation, of a notice's delivery, of a rectification order, of an inspection's plan, "
    "or of the report that was returned"
)


class EventOut(Answer):
    at: datetime
    kind: Word = Field(examples=["completion_report"])
    title: str = Field(max_length=1000)
    text: str | None = Field(max_length=20_000)
    unit: str | None = Field(max_length=200)
    who: str | None = Field(max_length=200, description="the official or front end that acted, as far as one may know")
    id: str = Field(max_length=40, description="of the thing to which this happened")


class ArchiveOut(Answer):
    item: ItemOut
    data: list[EventOut] = Field(max_length=MOST_EVENTS)
    left_out: list[Word] = Field(
        max_length=len(SECTIONS),
        examples=[["scores"]],
        description="the parts that are not told because the caller lacks a scope with which they are read elsewhere",
    )


class UnitBurdenOut(Answer):
    unit_id: Id
    unit: str = Field(max_length=200)
    kind: UnitKind
    obligations: Count = Field(description="progress reports on periods that ended in the month")
    notices: Count
    rectification_orders: Count
    inspections: Count = Field(description="visits that began in the month")
    returned_reports: Count = Field(description="progress, completion and rectification reports to be made again")
    total: Count


class BurdenOut(Answer):
    year: Year
    month: Month
    data: list[UnitBurdenOut] = Field(max_length=10_000)


class FileComplaint(Body):
    about_kind: RequestKind
    about_id: Id = Field(description=_REQUEST)
    earlier_kind: RequestKind | None = Field(default=None, description="what was asked before")
    earlier_id: Id | None = None
    text: Prose


class AnswerComplaint(Body):
    verdict: ComplaintVerdict = Field(description="upheld: the request is withdrawn")
    text: Prose


class ComplaintOut(Answer):
    id: Id
    unit_id: Id
    unit: str = Field(max_length=200)
    about_kind: RequestKind
    about_id: Id
    earlier_kind: RequestKind | None
    earlier_id: Id | None
    text: str = Field(max_length=4000)
    state: ComplaintState
    filed_by: Id | None
    filed_at: datetime
    answer: str | None = Field(max_length=4000)
    answered_by: Id | None
    answered_at: datetime | None
    version: int = Field(ge=1)


class ComplaintPage(PageOf[ComplaintOut]):
    pass


class WorkOut(Answer):
    kind: Word = Field(examples=["obligation"])
    id: Id
    title: str = Field(max_length=4500)
    due_at: datetime | None = Field(description="from this moment on it is late")
    since: datetime = Field(description="since when it waits")
    path: str = Field(max_length=200, examples=["/v1/obligations/0198…"])
    is_late: bool


class WorkPage(PageOf[WorkOut]):
    pass


class WatchOut(Answer):
    item_id: Id
    is_watched: bool
    watched_at: datetime | None


class StatisticOut(Answer):
    key: str = Field(max_length=40, description="a unit's or an official's id, a kind, or a month")
    name: str = Field(max_length=200)
    items: Count
    closed: Count
    closed_share: DecimalText | None = Field(description="percent, 1 decimal, half up")
    on_time_share: DecimalText | None = Field(description="percent of the closed and the overdue, 1 decimal, half up")
    average_days: DecimalText | None = Field(description="from receipt to close-out, 1 decimal, half up")
    returned_share: DecimalText | None = Field(description="percent of the completion reports, 1 decimal, half up")


class StatisticsOut(Answer):
    year: Year
    by: Grouping
    data: list[StatisticOut] = Field(max_length=10_000)
