from datetime import datetime

from pydantic import Field

from api.schemas.fields import Answer, Body, FullDate, Id, Line, Percent, Year
from supervision.items.models import ItemKind
from supervision.items.states import ItemState


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
