from typing import Annotated

from fastapi import Query, Request, Response

from api.dependencies import ActorDep, MassPageDep, SessionDep
from api.permissions import AUDITOR, OFFICE, Scope, may, person_may
from api.replies import many, one
from api.router import Router
from api.schemas.fields import Digits
from api.schemas.messaging import HandleReply, ReplyOut, ReplyPage
from supervision.messaging import replies
from supervision.messaging.replies import ReplyView

router = Router("messaging")


@router.get("/replies", permission=may(Scope.MESSAGES_READ, OFFICE, AUDITOR), response_model=ReplyPage)
async def list_replies(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: MassPageDep,
    view: Annotated[
        ReplyView, Query(description="`unhandled`: what a person must read; acknowledgements need nobody")
    ] = ReplyView.ALL,
) -> Response:
    """List what officials sent back by SMS, newest first."""
    return many(request, await replies.list_replies(session, actor, wanted, view=view))


@router.get("/replies/{reply_id}", permission=may(Scope.MESSAGES_READ, OFFICE, AUDITOR), response_model=ReplyOut)
async def get_reply(reply_id: Digits, session: SessionDep, actor: ActorDep) -> Response:
    """Read one reply."""
    return one(await replies.get_reply(session, actor, int(reply_id)))


@router.post(
    "/replies/{reply_id}/handling", permission=person_may(Scope.MESSAGES_WRITE, OFFICE), response_model=ReplyOut
)
async def handle_reply(reply_id: Digits, body: HandleReply, session: SessionDep, actor: ActorDep) -> Response:
    """Record that somebody has read a reply, and what was done about it; once."""
    await replies.handle(session, actor, int(reply_id), note=body.note)
    return one(await replies.get_reply(session, actor, int(reply_id)))
