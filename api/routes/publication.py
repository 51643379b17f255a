from collections.abc import Mapping
from datetime import UTC
from email.utils import format_datetime
from typing import Annotated, Any

from fastapi import Path, Query, Request, Response

from api.dependencies import ActorDep, Once, PageDep, SessionDep, VersionDep
from api.permissions import AUDITOR, GROUP, OFFICE, PUBLIC, PUBLISHER, Scope, may, person_may
from api.public_answers import EVERYBODYS
from api.replies import many, one
from api.router import Router
from api.schemas.fields import GiveReason, Id
from api.schemas.progress import QueryFlag
from api.schemas.publication import (
    AmendPublication,
    CandidatePage,
    CorrectPublication,
    DraftPublication,
    Month,
    PublicationCountsOut,
    PublicationOut,
    PublicationPage,
    PublishedOut,
    ReviewPublication,
    Word,
)
from supervision.publication import (
    candidates,
    drafts,
    feeds,
    public_queries,
    publication_review,
    queries,
    release,
    withdrawal,
)
from supervision.publication.sources import Source
from supervision.publication.states import Channel, PublicationState

Code = Annotated[Word, Path(description="code of the jurisdiction (GB/T 2260)", examples=["330326"])]
Feed = Annotated[Word, Path(description="`progress`, `circulars`, `exposure` or `all`", examples=["progress"])]
PROBLEM = {"$ref": "#/components/schemas/ProblemDetails"}
router = Router("publication", prefix="")


@router.get(
    "/v1/publications",
    permission=may(Scope.PUBLICATION_READ, OFFICE, GROUP, PUBLISHER, AUDITOR),
    response_model=PublicationPage,
)
async def list_publications(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    state: Annotated[PublicationState | None, Query()] = None,
    channel: Annotated[Channel | None, Query()] = None,
    is_late: Annotated[QueryFlag | None, Query(description="past its 20 working days, or published after them")] = None,
) -> Response:
    """List publications in whatever state."""
    found = await queries.list_publications(session, actor, wanted, state=state, channel=channel, is_late=is_late)
    return many(request, found)


@router.get(
    "/v1/publication_candidates",
    permission=may(Scope.PUBLICATION_READ, OFFICE, GROUP, PUBLISHER, AUDITOR),
    response_model=CandidatePage,
)
async def list_publication_candidates(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    channel: Annotated[Channel | None, Query()] = None,
) -> Response:
    """List what the record offers: fit to publish, measurable and visibly progressing, each with why."""
    return many(request, await candidates.list_candidates(session, actor, wanted, channel=channel))


@router.get(
    "/v1/publication_counts",
    permission=may(Scope.PUBLICATION_READ, OFFICE, GROUP, PUBLISHER, AUDITOR),
    response_model=PublicationCountsOut,
)
async def count_publications(session: SessionDep, actor: ActorDep) -> Response:
    """Count publications by state, what is offered, and what is late."""
    counted = await queries.count_publications(session, actor)
    return one({**counted, **await candidates.count_candidates(session, actor)})


@router.post(
    "/v1/publications",
    permission=may(Scope.PUBLICATION_WRITE, OFFICE, PUBLISHER),
    response_model=PublicationOut,
    status_code=201,
    dependencies=[Once],
)
async def draft_publication(body: DraftPublication, session: SessionDep, actor: ActorDep) -> Response:
    """Draft a publication from one thing of the record; persons are shown by post, by name only with a basis."""
    facts = body.model_dump()
    name_basis = facts.pop("name_basis")
    publication_id = await drafts.draft_publication(session, actor, Source(**facts), name_basis=name_basis)
    row = await queries.get_publication(session, actor, publication_id)
    return one(row, 201, location=f"/v1/publications/{publication_id}")


@router.get(
    "/v1/publications/{publication_id}",
    permission=may(Scope.PUBLICATION_READ, OFFICE, GROUP, PUBLISHER, AUDITOR),
    response_model=PublicationOut,
)
async def get_publication(publication_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one publication."""
    return one(await queries.get_publication(session, actor, publication_id))


@router.patch(
    "/v1/publications/{publication_id}",
    permission=may(Scope.PUBLICATION_WRITE, OFFICE, PUBLISHER),
    response_model=PublicationOut,
)
async def amend_publication(
    publication_id: Id, body: AmendPublication, session: SessionDep, actor: ActorDep, version: VersionDep
) -> Response:
    """Change the text of a draft that is not reviewed; its drafter may."""
    changes = body.model_dump(exclude_unset=True, exclude_none=True)
    await drafts.amend_publication(session, actor, publication_id, version, changes=changes)
    return one(await queries.get_publication(session, actor, publication_id))


@router.post(
    "/v1/publications/{publication_id}/review",
    permission=person_may(Scope.PUBLICATION_WRITE, OFFICE, PUBLISHER),
    signs=True,
    response_model=PublicationOut,
)
async def review_publication(
    publication_id: Id, body: ReviewPublication, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Approve a draft, without the passages to be left out, or refuse it; somebody other than its drafter must."""
    await publication_review.review_publication(session, actor, publication_id, version, **body.model_dump())
    return one(await queries.get_publication(session, actor, publication_id))


@router.post(
    "/v1/publications/{publication_id}/release",
    permission=person_may(Scope.PUBLICATION_WRITE, OFFICE, PUBLISHER),
    signs=True,
    response_model=PublicationOut,
)
async def publish(publication_id: Id, version: VersionDep, session: SessionDep, actor: ActorDep) -> Response:
    """Publish what was approved; from then on it is frozen, and the feeds show it as soon as they are rendered."""
    await release.publish(session, actor, publication_id, version)
    return one(await queries.get_publication(session, actor, publication_id))


@router.post(
    "/v1/publications/{publication_id}/corrections",
    permission=may(Scope.PUBLICATION_WRITE, OFFICE, PUBLISHER),
    response_model=PublicationOut,
    status_code=201,
    dependencies=[Once],
)
async def draft_correction(
    publication_id: Id, body: CorrectPublication, session: SessionDep, actor: ActorDep, version: VersionDep
) -> Response:
    """Draft the next edition of what is published; it is reviewed and released like any other draft."""
    facts = body.model_dump()
    correction_id = await drafts.draft_correction(session, actor, publication_id, version, **facts)
    row = await queries.get_publication(session, actor, correction_id)
    return one(row, 201, location=f"/v1/publications/{correction_id}")


@router.post(
    "/v1/publications/{publication_id}/withdraw",
    permission=person_may(Scope.PUBLICATION_WRITE, OFFICE, PUBLISHER),
    signs=True,
    response_model=PublicationOut,
)
async def withdraw_publication(
    publication_id: Id, body: GiveReason, session: SessionDep, actor: ActorDep, version: VersionDep
) -> Response:
    """Withdraw what is published, all its editions; a tombstone stays in the feeds, and its address answers 410."""
    await withdrawal.withdraw_publication(session, actor, publication_id, version, **body.model_dump())
    return one(await queries.get_publication(session, actor, publication_id))


def _served(feed: Mapping[str, Any], media: str) -> Response:
    headers = {
        "ETag": feed["etag"],
        "Last-Modified": format_datetime(feed["modified_at"].astimezone(UTC), usegmt=True),
        "Cache-Control": EVERYBODYS,
    }
    return Response(feed["content"], headers=headers, media_type=feeds.MEDIA_TYPES[media])


def _documented(*formats: feeds.FeedFormat) -> dict[int | str, dict[str, Any]]:
    text, json = {"schema": {"type": "string", "maxLength": 10_000_000}}, {"schema": {"type": "object"}}
    content = {feeds.MEDIA_TYPES[media]: json if media is feeds.FeedFormat.JSON else text for media in formats}
    return {200: {"description": "Atom 1.0 (RFC 4287), JSON Feed 1.1 or RSS 2.0", "content": content}}


@router.get(
    "/feeds/{jurisdiction}/{channel}.{media}",
    permission=PUBLIC,
    response_class=Response,
    responses=_documented(*feeds.FeedFormat),
)
async def get_feed(
    session: SessionDep,
    jurisdiction: Code,
    channel: Feed,
    media: Annotated[Word, Path(description="`atom`, `json` or `rss`", examples=["atom"])],
) -> Response:
    """Give a public feed as it was rendered when something was last published."""
    feed = await public_queries.get_feed(session, jurisdiction_code=jurisdiction, channel=channel, media=media)
    return _served(feed, media)


@router.get(
    "/feeds/{jurisdiction}/archives/{channel}/{month}.atom",
    permission=PUBLIC,
    response_class=Response,
    responses=_documented(feeds.FeedFormat.ATOM),
)
async def get_feed_archive(
    session: SessionDep,
    jurisdiction: Code,
    channel: Feed,
    month: Annotated[Month, Path(description="a month that is over", examples=["2016-04"])],
) -> Response:
    """Give what a feed published in a month, once that is over (RFC 5005); only a withdrawal changes its entries."""
    media = feeds.FeedFormat.ATOM
    facts = {"jurisdiction_code": jurisdiction, "channel": channel, "month": month}
    return _served(await public_queries.get_feed(session, media=media, **facts), media)


@router.get(
    "/feeds/{jurisdiction}/entries/{publication_id}",
    permission=PUBLIC,
    response_model=PublishedOut,
    responses={410: {"description": "Withdrawn", "content": {"application/problem+json": {"schema": PROBLEM}}}},
)
async def get_published(session: SessionDep, jurisdiction: Code, publication_id: Id) -> Response:
    """Give what an entry of a public feed shows now; 410 once it was withdrawn."""
    row = await public_queries.get_published(session, jurisdiction_code=jurisdiction, entry_id=publication_id)
    answer = one(row)
    answer.headers["Cache-Control"] = EVERYBODYS
    return answer
