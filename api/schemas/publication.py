from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from api.schemas.fields import Answer, Body, Id, Line, PageOf, Paper, Prose, Reason
from supervision.publication.candidate_tests import CandidateTest
from supervision.publication.states import Channel, PublicationState, ReviewVerdict

Word = Annotated[str, Field(pattern=r"^[0-9A-Za-z_]+$", min_length=1, max_length=20)]
Month = Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", max_length=7)]


class DraftPublication(Body):
    """Exactly one source."""

    progress_entry_id: Id | None = None
    circular_id: Id | None = None
    rectification_order_id: Id | None = None
    name_basis: Prose | None = Field(default=None, description="why persons may be named; without it posts are shown")


class AmendPublication(Body):
    """What is left out stays."""

    title: Line | None = None
    body: Paper | None = None
    name_basis: Prose | None = None


class Redaction(Body):
    passage: Prose = Field(description="left out wherever it stands in title and body")
    ground: Reason


class ReviewPublication(Body):
    verdict: ReviewVerdict
    legal_basis: Prose | None = Field(default=None, description="an approval needs it")
    reason: Prose | None = Field(default=None, description="a refusal needs it")
    redactions: list[Redaction] = Field(default=[], max_length=20)


class CorrectPublication(Body):
    title: Line
    body: Paper
    note: Reason = Field(description="what is put right; the public reads it")


class RedactionOut(Answer):
    passage: str = Field(max_length=4000)
    ground: str = Field(max_length=1000)


class PublicationOut(Answer):
    id: Id
    entry_id: Id = Field(description="id of the first edition, by which the public knows the entry")
    edition: int = Field(ge=1)
    channel: Channel
    progress_entry_id: Id | None
    circular_id: Id | None
    rectification_order_id: Id | None
    tag: str = Field(max_length=400, description="the entry's id in feeds, for ever")
    title: str = Field(max_length=400)
    body: str = Field(max_length=100_000)
    note: str | None = Field(max_length=1000, description="of a correction: what it puts right")
    name_basis: str | None = Field(max_length=4000)
    redactions: list[RedactionOut] = Field(max_length=20)
    fact_on: date
    publish_by_on: date = Field(description="20 working days after the fact")
    is_late: bool = Field(description="not public, or not made public, by `publish_by_on`")
    state: PublicationState
    drafted_by: Id | None
    drafted_at: datetime
    reviewed_by: Id | None
    reviewed_at: datetime | None
    verdict: ReviewVerdict | None
    legal_basis: str | None = Field(max_length=4000)
    reason: str | None = Field(max_length=4000)
    published_at: datetime | None
    withdrawn_by: Id | None
    withdrawn_at: datetime | None
    withdrawal_reason: str | None = Field(max_length=1000)
    version: int = Field(ge=1)


class CandidateReason(Answer):
    test: CandidateTest
    zh: str = Field(max_length=400)
    en: str = Field(max_length=400)


class CandidateOut(Answer):
    """What the record offers for publication; `id` is that of the progress entry, circular or rectification order."""

    id: Id
    channel: Channel
    title: str = Field(max_length=200)
    fact_on: date
    publish_by_on: date
    is_late: bool
    reasons: list[CandidateReason] = Field(max_length=3)


class PublicationCountsOut(Answer):
    drafted: int = Field(ge=0)
    approved: int = Field(ge=0)
    refused: int = Field(ge=0)
    published: int = Field(ge=0)
    replaced: int = Field(ge=0)
    withdrawn: int = Field(ge=0)
    late: int = Field(ge=0, description="drafted or approved, and past `publish_by_on`")
    published_late: int = Field(ge=0)
    candidates: int = Field(ge=0)
    late_candidates: int = Field(ge=0)


class PublishedOut(Answer):
    """What anybody may read of a publication."""

    id: Id
    tag: str = Field(max_length=400, description="the entry's id in feeds, for ever")
    channel: Channel
    edition: int = Field(ge=1)
    title: str = Field(max_length=400)
    body: str = Field(max_length=100_000)
    published_at: datetime
    updated_at: datetime
    version: int = Field(ge=1)


class PublicationPage(PageOf[PublicationOut]):
    pass


class CandidatePage(PageOf[CandidateOut]):
    pass
