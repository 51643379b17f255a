from datetime import datetime

from pydantic import Field

from api.schemas.fields import Answer, Body, Id, PageOf, Reason
from supervision.publication.states import CommentState, CommentUse


class TakeUpComment(Body):
    use: CommentUse
    item_id: Id | None = Field(default=None, description="an opinion needs it")
    note: Reason = Field(description="what is to be looked into; the public does not read it")


class CommentOut(Answer):
    """What somebody of the public wrote of an entry, and what was made of it."""

    id: Id
    entry_id: Id = Field(description="as feeds and portal name it")
    text: str = Field(max_length=1000)
    received_at: datetime
    has_contact: bool
    state: CommentState
    decided_by: Id | None
    decided_at: datetime | None
    reason: str | None = Field(max_length=1000, description="of a refusal; its author reads it")
    taken_up_as: CommentUse | None
    item_id: Id | None
    taken_up_note: str | None = Field(max_length=1000)
    taken_up_by: Id | None
    taken_up_at: datetime | None
    version: int = Field(ge=1)


class CommentContactOut(Answer):
    id: Id
    contact: str = Field(max_length=100)


class CommentPage(PageOf[CommentOut]):
    pass
