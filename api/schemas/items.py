from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.schemas.fields import Answer, Body, FullDate, Id, Line, Percent, Year
from supervision.items.models import ItemKind
from supervision.items.states import ItemState
from supervision.tasks.models import Occasion


class RegisterItem(Body):
    kind: ItemKind
    title: Line
    source: Line = Field(examples=["县委办公室通知"])
    received_on: FullDate
    deadline_on: FullDate


class AmendItem(Body):
    title: Line | None = None
    source: Line | None = None


class ItemOut(Answer):
    id: Id
    kind: ItemKind
    year: Year
    number: str = Field(max_length=40, examples=["领办2026-012"])
    title: str = Field(max_length=200)
    source: str = Field(max_length=200)
    received_on: FullDate
    deadline_on: FullDate
    first_deadline_on: FullDate
    registered_by: Id | None
    registered_at: datetime
    state: ItemState
    closed_on: FullDate | None
    version: int = Field(ge=1)


class ItemPage(Answer):
    data: list[ItemOut] = Field(max_length=100)
    next: Id | None


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


class LedgerCheckPage(Answer):
    data: list[LedgerCheckOut] = Field(max_length=100)
    next: Id | None


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


class LedgerEntryPage(Answer):
    data: list[LedgerEntryOut] = Field(max_length=100)
    next: Id | None


class SimilarItemOut(Answer):
    id: Id
    number: str = Field(max_length=40)
    kind: ItemKind
    title: str = Field(max_length=200)
    source: str = Field(max_length=200)
    deadline_on: FullDate
    shared_percent: Percent = Field(description="how much of the title's pairs of characters the item has")
    is_same_source: bool


class SimilarItems(Answer):
    data: list[SimilarItemOut] = Field(max_length=20, description="the likest first")
    next: None
