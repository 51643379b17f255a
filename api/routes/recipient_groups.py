from fastapi import Request, Response

from api.dependencies import ActorDep, Once, PageDep, SessionDep, VersionDep
from api.permissions import OFFICE, Scope, may
from api.replies import many, one
from api.router import Router
from api.schemas.fields import Id
from api.schemas.recipient_groups import (
    AmendRecipientGroup,
    KeepRecipientGroup,
    RecipientGroupDetail,
    RecipientGroupPage,
)
from supervision.messaging import recipient_groups

router = Router("messaging")


@router.get("/recipient_groups", permission=may(Scope.MESSAGES_READ, OFFICE), response_model=RecipientGroupPage)
async def list_recipient_groups(request: Request, session: SessionDep, actor: ActorDep, wanted: PageDep) -> Response:
    """List the groups of officials that the office tells together."""
    return many(request, await recipient_groups.list_recipient_groups(session, actor, wanted))


@router.get(
    "/recipient_groups/{group_id}", permission=may(Scope.MESSAGES_READ, OFFICE), response_model=RecipientGroupDetail
)
async def get_recipient_group(group_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read a group with its members; those who left are told nothing, as the preview of a broadcast says."""
    return one(await recipient_groups.get_recipient_group(session, actor, group_id))


@router.post(
    "/recipient_groups",
    permission=may(Scope.MESSAGES_WRITE, OFFICE),
    response_model=RecipientGroupDetail,
    status_code=201,
    dependencies=[Once],
)
async def keep_recipient_group(body: KeepRecipientGroup, session: SessionDep, actor: ActorDep) -> Response:
    """Keep a group of officials under a name of its own."""
    group_id = await recipient_groups.keep_recipient_group(session, actor, **body.model_dump())
    row = await recipient_groups.get_recipient_group(session, actor, group_id)
    return one(row, 201, location=f"/v1/recipient_groups/{group_id}")


@router.patch(
    "/recipient_groups/{group_id}", permission=may(Scope.MESSAGES_WRITE, OFFICE), response_model=RecipientGroupDetail
)
async def amend_recipient_group(
    group_id: Id, body: AmendRecipientGroup, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Give a group another name or other members; broadcasts that were confirmed keep their recipients."""
    await recipient_groups.amend_recipient_group(session, actor, group_id, version, **body.model_dump())
    return one(await recipient_groups.get_recipient_group(session, actor, group_id))
