from datetime import UTC
from email.utils import format_datetime
from typing import Annotated

from fastapi import Path, Query, Request, Response

from api.dependencies import ActorDep, Once, PageDep, SessionDep, VersionDep
from api.permissions import AUDITOR, GROUP, OFFICE, PUBLIC, PUBLISHER, Scope, may, person_may
from api.replies import many, one
from api.router import Router
from api.schemas.fields import Id
from api.schemas.publication import (
    DraftPublication,
    PublicationOut,
    PublicationPage,
    PublishedOut,
    ReviewPublication,
    Word,
)
from supervision.publication import drafts, feeds, publication_review, queries, release
from supervision.publication.states import PublicationState

Code = Annotated[Word, Path(description="code of the jurisdiction (GB/T 2260)", examples=["330326"])]
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
) -> Response:
    """List publications in whatever state."""
    return many(request, await queries.list_publications(session, actor, wanted, state=state))


@router.post(
    "/v1/publications",
    permission=may(Scope.PUBLICATION_WRITE, OFFICE, PUBLISHER),
    response_model=PublicationOut,
    status_code=201,
    dependencies=[Once],
)
async def draft_publication(body: DraftPublication, session: SessionDep, actor: ActorDep) -> Response:
    """Draft a publication from a progress entry; responsible persons are shown by post, never by name."""
    publication_id = await drafts.draft_publication(session, actor, **body.model_dump())
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


@router.post(
    "/v1/publications/{publication_id}/review",
    permission=person_may(Scope.PUBLICATION_WRITE, OFFICE, PUBLISHER),
    signs=True,
    response_model=PublicationOut,
)
async def review_publication(
    publication_id: Id, body: ReviewPublication, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Approve or refuse a draft; somebody other than its drafter must."""
    await publication_review.review_publication(session, actor, publication_id, version, **body.model_dump())
    return one(await queries.get_publication(session, actor, publication_id))


@router.post(
    "/v1/publications/{publication_id}/release",
    permission=person_may(Scope.PUBLICATION_WRITE, OFFICE, PUBLISHER),
    signs=True,
    response_model=PublicationOut,
)
async def publish(publication_id: Id, version: VersionDep, session: SessionDep, actor: ActorDep) -> Response:
    """Publish what was approved; from then on it is frozen, and the feed shows it."""
    await release.publish(session, actor, publication_id, version)
    return one(await queries.get_publication(session, actor, publication_id))


@router.get(
    "/feeds/{jurisdiction}/{channel}.atom",
    permission=PUBLIC,
    response_class=Response,
    responses={
        200: {
            "description": "Atom 1.0 (RFC 4287)",
            "content": {feeds.MEDIA_TYPE: {"schema": {"type": "string", "maxLength": 10_000_000}}},
        }
    },
)
async def get_feed(
    session: SessionDep,
    jurisdiction: Code,
    channel: Annotated[Word, Path(description="`progress`", examples=["progress"])],
) -> Response:
    """Give a public feed as it was rendered at the last publication."""
    feed = await queries.get_feed(session, jurisdiction_code=jurisdiction, channel=channel)
    headers = {
        "ETag": feed["etag"],
        "Last-Modified": format_datetime(feed["modified_at"].astimezone(UTC), usegmt=True),
        "Cache-Control": "public, no-cache",
    }
    return Response(feed["content"], headers=headers, media_type=feeds.MEDIA_TYPE)


@router.get("/feeds/{jurisdiction}/entries/{publication_id}", permission=PUBLIC, response_model=PublishedOut)
async def get_published(session: SessionDep, jurisdiction: Code, publication_id: Id) -> Response:
    """Give one entry of a public feed, to which the feed's own link leads; published text is frozen."""
    row = await queries.get_published(session, jurisdiction_code=jurisdiction, publication_id=publication_id)
    answer = one(row)
    answer.headers["Cache-Control"] = "public, no-cache"
    return answer
