from typing import Annotated

from fastapi import Query, Request, Response

from api.dependencies import ActorDep, PageDep, SessionDep, VersionDep
from api.permissions import AUDITOR, OFFICE, PUBLISHER, Scope, may, person_may
from api.replies import many, one
from api.router import Router
from api.schemas.comments import CommentContactOut, CommentOut, CommentPage, TakeUpComment
from api.schemas.fields import GiveReason, Id
from supervision.publication import comment_contacts, comment_queries, comments
from supervision.publication.states import CommentState, CommentUse

router = Router("publication")


@router.get(
    "/comments",
    permission=may(Scope.PUBLICATION_READ, OFFICE, PUBLISHER, AUDITOR),
    response_model=CommentPage,
)
async def list_comments(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    state: Annotated[CommentState | None, Query()] = None,
    taken_up_as: Annotated[CommentUse | None, Query()] = None,
) -> Response:
    """List what the public wrote of entries; those that wait are the moderation queue."""
    return many(
        request, await comment_queries.list_comments(session, actor, wanted, state=state, taken_up_as=taken_up_as)
    )


@router.get(
    "/comments/{comment_id}",
    permission=may(Scope.PUBLICATION_READ, OFFICE, PUBLISHER, AUDITOR),
    response_model=CommentOut,
)
async def get_comment(comment_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one comment."""
    return one(await comment_queries.get_comment(session, actor, comment_id))


@router.get(
    "/comments/{comment_id}/contact",
    permission=may(Scope.PUBLICATION_READ, OFFICE),
    response_model=CommentContactOut,
)
async def get_comment_contact(comment_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read how the author of a comment can be reached, which the audit records."""
    return one(await comment_contacts.read_contact(session, actor, comment_id))


@router.post(
    "/comments/{comment_id}/approve",
    permission=person_may(Scope.PUBLICATION_WRITE, OFFICE, PUBLISHER),
    signs=True,
    response_model=CommentOut,
)
async def approve_comment(comment_id: Id, session: SessionDep, actor: ActorDep, version: VersionDep) -> Response:
    """Let the public see a comment on its entry's page; one that names an official or tells of a secret never is."""
    await comments.approve_comment(session, actor, comment_id, version)
    return one(await comment_queries.get_comment(session, actor, comment_id))


@router.post(
    "/comments/{comment_id}/refuse",
    permission=person_may(Scope.PUBLICATION_WRITE, OFFICE, PUBLISHER),
    signs=True,
    response_model=CommentOut,
)
async def refuse_comment(
    comment_id: Id, body: GiveReason, session: SessionDep, actor: ActorDep, version: VersionDep
) -> Response:
    """Keep a comment from the public, or take it down; its author reads the reason."""
    await comments.refuse_comment(session, actor, comment_id, version, **body.model_dump())
    return one(await comment_queries.get_comment(session, actor, comment_id))


@router.post(
    "/comments/{comment_id}/take_up",
    permission=person_may(Scope.PUBLICATION_WRITE, OFFICE),
    signs=True,
    response_model=CommentOut,
)
async def take_up_comment(
    comment_id: Id, body: TakeUpComment, session: SessionDep, actor: ActorDep, version: VersionDep
) -> Response:
    """Make of a comment a clue for an inspection, or an opinion on an item, whether or not it is public."""
    await comments.take_up_comment(session, actor, comment_id, version, **body.model_dump())
    return one(await comment_queries.get_comment(session, actor, comment_id))
