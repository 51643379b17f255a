from datetime import datetime

from pydantic import Field

from api.schemas.fields import Answer, Body, Flag, FullDate, Id, Line, Name, PageOf, Percent, Prose, Year
from supervision.documents.models import Secrecy
from supervision.items.states import AuthorityKind, ItemKind, ItemState


class RegisterItem(Body):
    kind: ItemKind
    title: Name
    source: Line = Field(examples=["县委办公室通知"])
    authority_kind: AuthorityKind | None = Field(default=None, description="what it rests on; usual for its kind")
    authority_name: Name | None = Field(
        default=None, description="which meeting, document or leader; the source, unless told"
    )
    authority_number: Line | None = Field(default=None, description="the document's number", examples=["2016年第3号"])
    authority_on: FullDate | None = Field(default=None, description="the day of the meeting, document or instruction")
    authority_body: Line | None = Field(default=None, description="the body that issued it")
    authority_official_id: Id | None = Field(default=None, description="the leader, if an official of the county")
    secrecy: Secrecy = Field(default=Secrecy.INTERNAL, description="what is classified is refused")
    received_on: FullDate
    deadline_on: FullDate | None = Field(default=None, description="needed, unless it is standing work")
    is_standing: Flag = Field(
        default=False, description="standing work has no deadline, is never late, and goes on until it is terminated"
    )


class AmendItem(Body):
    title: Name | None = None
    source: Line | None = None
    authority_kind: AuthorityKind | None = None
    authority_name: Name | None = None
    authority_number: Line | None = None
    authority_on: FullDate | None = None
    authority_body: Line | None = None
    authority_official_id: Id | None = None
    secrecy: Secrecy | None = None
    reason: Prose


class ItemOut(Answer):
    id: Id
    kind: ItemKind
    year: Year
    number: str = Field(max_length=40, examples=["领办2026-012"])
    title: str = Field(max_length=200)
    source: str = Field(max_length=200)
    authority_kind: AuthorityKind | None
    authority_name: str | None = Field(max_length=200)
    authority_number: str | None = Field(max_length=200)
    authority_on: FullDate | None
    authority_body: str | None = Field(max_length=200)
    authority_official_id: Id | None
    secrecy: Secrecy
    is_standing: bool
    received_on: FullDate
    deadline_on: FullDate = Field(description="of standing work the end of its ledger's year")
    first_deadline_on: FullDate
    registered_by: Id | None
    registered_at: datetime
    clerk_id: Id | None = Field(description="whose item it is")
    state: ItemState
    suspended_on: FullDate | None
    closed_on: FullDate | None = Field(description="the day on which it ended, in whichever way")
    merged_into_id: Id | None
    split_from_id: Id | None
    version: int = Field(ge=1)


class ItemPage(PageOf[ItemOut]):
    pass


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
