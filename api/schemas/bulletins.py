from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.fields import Answer, Body, FullDate, Id, Line, Name, PageOf, Paper, Prose, Reason
from supervision.bulletins.states import (
    CircularKind,
    CircularState,
    FollowUpState,
    RectificationState,
    RectificationVerdict,
)

Count = Annotated[int, Field(ge=0)]
Share = Annotated[
    str,
    Field(pattern=r"^\d{1,3}\.\d$", max_length=5, description="percent, 1 decimal, half up", examples=["66.7"]),
]


class DraftCircular(Body):
    month: FullDate = Field(description="the month's first day")
    title: Name
    cut_off_on: FullDate | None = Field(
        default=None, description="the last day that counts; left out: the month's last, as far as it has come"
    )


class AmendCircular(Body):
    title: Name | None = None
    text: Paper | None = None


class Commend(Body):
    unit_id: Id
    reason: Reason


class Criticise(Body):
    unit_id: Id | None = Field(default=None, description="either a unit or an official is criticised")
    official_id: Id | None = None
    item_id: Id | None = None
    reason: Reason


class CircularLine(Answer):
    id: Id
    kind: CircularKind
    month: FullDate = Field(description="the first day of the month or quarter")
    title: str = Field(max_length=200)
    cut_off_on: FullDate
    state: CircularState
    number: str | None = Field(max_length=40, examples=["督查通报〔2016〕3号"])
    drafted_by: Id | None
    drafted_at: datetime
    checked_by: Id | None
    checked_at: datetime | None
    issued_by: Id | None
    issued_at: datetime | None
    issued_on: FullDate | None
    reason: str | None = Field(max_length=1000, description="why it was returned or discarded")
    version: int = Field(ge=1)


class CircularPage(PageOf[CircularLine]):
    pass


class CircularCounts(Answer):
    items_open: Count
    items_overdue: Count
    overdue_percent: Share | None = Field(description="of the open items; none if there are none")
    tasks: Count
    reports_due: Count
    reports_on_time: Count
    reports_late: Count
    reports_missing: Count
    on_time_percent: Share | None = Field(description="of the reports due; none if none were")


class LaggardOut(Answer):
    item_id: Id
    number: str = Field(max_length=40)
    title: str = Field(max_length=200)
    deadline_on: FullDate
    units: list[Annotated[str, Field(max_length=200)]] = Field(max_length=1000)


class CommendationOut(Answer):
    unit_id: Id
    unit: str = Field(max_length=200)
    reason: str = Field(max_length=1000)


class CriticismOut(Answer):
    id: Id
    unit_id: Id = Field(description="the unit, or the official's unit")
    unit: str = Field(max_length=200)
    official_id: Id | None
    official: str | None = Field(max_length=200)
    item_id: Id | None
    reason: str = Field(max_length=1000)


class WarnedOut(Answer):
    unit_id: Id
    unit: str = Field(max_length=200)
    level: Literal["attention", "warning", "severe"]


class CircularOut(CircularLine):
    counts: CircularCounts
    laggards: list[LaggardOut] = Field(max_length=10_000, description="items past their deadline and not finished")
    warned: list[WarnedOut] = Field(max_length=10_000, description="in a quarter's circular; it is no criticism")
    text: str = Field(max_length=10_000_000)
    commendations: list[CommendationOut] = Field(max_length=10_000)
    criticisms: list[CriticismOut] = Field(max_length=10_000)


class OrderRectification(Body):
    unit_id: Id
    matter: Reason
    limit_on: FullDate
    item_id: Id | None = None


class ReportRectification(Body):
    text: Prose


class VerifyRectification(Body):
    verdict: RectificationVerdict
    finding: Prose


class RectificationOrderLine(Answer):
    id: Id
    unit_id: Id
    item_id: Id | None
    matter: str = Field(max_length=1000)
    limit_on: FullDate
    state: RectificationState
    ordered_by: Id | None
    ordered_at: datetime
    closed_at: datetime | None
    version: int = Field(ge=1)


class RectificationOrderPage(PageOf[RectificationOrderLine]):
    pass


class RectificationReportOut(Answer):
    round: int = Field(ge=1)
    text: str = Field(max_length=4000)
    reported_by: Id | None
    reported_at: datetime
    verdict: RectificationVerdict | None
    finding: str | None = Field(max_length=4000)
    verified_by: Id | None
    verified_at: datetime | None


class RectificationOrderOut(RectificationOrderLine):
    reports: list[RectificationReportOut] = Field(max_length=1000)


class LogFollowUp(Body):
    medium: Line = Field(examples=["县电视台"])
    matter: Reason
    asked_on: FullDate
    item_id: Id | None = None


class ConcludeFollowUp(Body):
    outcome: Prose
    concluded_on: FullDate


class FollowUpOut(Answer):
    id: Id
    item_id: Id | None
    matter: str = Field(max_length=1000)
    medium: str = Field(max_length=200)
    asked_on: FullDate
    logged_by: Id | None
    logged_at: datetime
    state: FollowUpState
    outcome: str | None = Field(max_length=4000)
    concluded_on: FullDate | None
    version: int = Field(ge=1)


class FollowUpPage(PageOf[FollowUpOut]):
    pass
