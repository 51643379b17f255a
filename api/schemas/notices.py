from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.schemas.fields import Answer, Body, FullDate, Id, PageOf, Prose
from supervision.notices.states import DeliveryState, NoticeKind, NoticeState, UrgingChannel

# The limit is measured in days, the calendar in years: four weeks of working days are the most that makes sense.
WorkingDays = Annotated[int, Field(ge=1, le=20)]
Chain = Annotated[
    list[NoticeState],
    Field(min_length=1, max_length=3, examples=[["checked", "issued"]], description="in this order, issued last"),
]
Number = Annotated[str, Field(max_length=40, examples=["督查通知〔2016〕12号"])]


class SetNoticeProcedure(Body):
    kind: NoticeKind
    chain: Chain
    acknowledge_working_days: WorkingDays


class NoticeProcedureOut(Answer):
    kind: NoticeKind
    chain: Chain
    acknowledge_working_days: WorkingDays


class NoticeProcedures(Answer):
    data: list[NoticeProcedureOut] = Field(max_length=2)
    next: None


class DraftNotice(Body):
    kind: NoticeKind
    unit_ids: list[Id] = Field(min_length=1, max_length=100)
    text: Prose = Field(description="what is required of the units")
    limit_on: FullDate = Field(description="the day until which it is to be done")


class AmendNotice(Body):
    text: Prose | None = None
    limit_on: FullDate | None = None


class NoticeOut(Answer):
    id: Id
    kind: NoticeKind
    item_id: Id
    item_number: str = Field(max_length=40)
    number: Number | None = Field(description="given when it is issued, without gaps for each kind and year")
    state: NoticeState
    text: str = Field(max_length=4000)
    limit_on: FullDate
    unit_ids: list[Id] = Field(max_length=100)
    chain: Chain
    acknowledge_working_days: WorkingDays
    reason: str | None = Field(max_length=4000, description="why it was last returned to its drafter")
    drafted_by: Id | None
    drafted_at: datetime
    checked_by: Id | None
    checked_at: datetime | None
    countersigned_by: Id | None
    countersigned_at: datetime | None
    issued_by: Id | None
    issued_at: datetime | None
    version: int = Field(ge=1)


class NoticePage(PageOf[NoticeOut]):
    pass


class NoticeDeliveryOut(Answer):
    id: Id
    notice_id: Id
    kind: NoticeKind
    number: Number
    limit_on: FullDate
    unit_id: Id
    unit: str = Field(max_length=200)
    state: DeliveryState
    delivered_at: datetime
    due_at: datetime = Field(description="the first moment at which an acknowledgement is late")
    acknowledged_by: Id | None
    acknowledged_at: datetime | None


class NoticeDeliveryPage(PageOf[NoticeDeliveryOut]):
    pass


class UrgeDelivery(Body):
    channel: UrgingChannel = Field(description="sms queues a message; a telephone call is logged")
    note: Prose


class UrgingOut(Answer):
    id: Id
    delivery_id: Id
    channel: UrgingChannel
    note: str = Field(max_length=4000)
    urged_by: Id | None
    urged_at: datetime


class UrgingPage(PageOf[UrgingOut]):
    pass
