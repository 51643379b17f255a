from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.schemas.fields import Answer, Body, Id, PageOf, Prose
from supervision.publication.states import PublicationState, ReviewVerdict

Word = Annotated[str, Field(pattern=r"^[0-9A-Za-z_]+$", min_length=1, max_length=20)]


class DraftPublication(Body):
    progress_entry_id: Id


class ReviewPublication(Body):
    verdict: ReviewVerdict
    legal_basis: Prose | None = Field(default=None, description="an approval needs it")
    reason: Prose | None = Field(default=None, description="a refusal needs it")


class PublicationOut(Answer):
    id: Id
    progress_entry_id: Id
    tag: str = Field(max_length=400, description="the entry's id in feeds, for ever")
    title: str = Field(max_length=200)
    body: str = Field(max_length=50_000)
    state: PublicationState
    drafted_by: Id | None
    drafted_at: datetime
    reviewed_by: Id | None
    reviewed_at: datetime | None
    verdict: ReviewVerdict | None
    legal_basis: str | None = Field(max_length=4000)
    reason: str | None = Field(max_length=4000)
    published_at: datetime | None
    version: int = Field(ge=1)


class PublishedOut(Answer):
    """What anybody may read of a publication."""

    id: Id
    tag: str = Field(max_length=400, description="the entry's id in feeds, for ever")
    title: str = Field(max_length=200)
    body: str = Field(max_length=50_000)
    published_at: datetime
    version: int = Field(ge=1)


class PublicationPage(PageOf[PublicationOut]):
    pass
