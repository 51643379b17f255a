from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.schemas.fields import Answer, Body, FullDate, Id, PageOf, Year
from supervision.ledgers.models import Occasion


class LedgerOut(Answer):
    id: Id
    year: Year
    opened_on: FullDate
    opened_by: Id | None
    closed_on: FullDate | None
    closed_by: Id | None


Items = Annotated[int, Field(ge=0, le=1_000_000)]


class LedgerCheckOut(Answer):
    id: Id
    occasion: Occasion
    checked_on: FullDate
    checked_at: datetime
    checked_by: Id | None
    items: Items
    closed: Items
    unfinished: Items
    overdue: Items = Field(description="unfinished past their deadline")


class LedgerCheckPage(PageOf[LedgerCheckOut]):
    pass


class NewDeadline(Body):
    item_id: Id
    deadline_on: FullDate


class CloseLedger(Body):
    deadlines: list[NewDeadline] = Field(
        default=[], max_length=1000, description="for unfinished items past their deadline; else the next 31 December"
    )


class LedgerEntryOut(Answer):
    id: Id
    no: int = Field(ge=1, le=99_999)
    item_id: Id
    number: str = Field(max_length=40)
    title: str = Field(max_length=200)
    deadline_on: FullDate


class LedgerEntryPage(PageOf[LedgerEntryOut]):
    pass
