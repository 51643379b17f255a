from typing import Annotated, Any

from fastapi import Query, Request, Response

from api.dependencies import ActorDep, Once, SessionDep
from api.permissions import GROUP, OFFICE, SUPERVISING, UNIT, Scope, may
from api.replies import Later, one, saved_as
from api.router import Router
from api.schemas.documents import AttachmentOut
from api.schemas.fields import Id
from supervision.documents import stores, uploads
from supervision.documents.models import MediaType, Secrecy

router = Router("documents")

_BYTES = {"schema": {"type": "string", "format": "binary", "maxLength": uploads.MAX_BYTES}}
_CONTENT = {str(media_type): _BYTES for media_type in MediaType}
# What the bytes are is told by themselves, so they may come without a name.
_SENT = {"application/octet-stream": _BYTES, "text/csv": _BYTES, **_CONTENT}
_BODY: dict[str, Any] = {"requestBody": {"required": True, "description": "the bytes, 5 MiB at most", "content": _SENT}}


async def _take_in(request: Request) -> None:
    jurisdiction_id = request.state.actor.jurisdiction_id
    request.state.stored_as = await uploads.take_in(jurisdiction_id, await request.body())


@router.post(
    "/attachments",
    permission=may(Scope.PROGRESS_WRITE, OFFICE, GROUP, UNIT),
    response_model=AttachmentOut,
    status_code=201,
    dependencies=[Once],
    takes_in=_take_in,
    openapi_extra=_BODY,
)
async def upload_attachment(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    secrecy: Annotated[Secrecy, Query(description="what is classified may not be sent at all")],
) -> Response:
    """Upload evidence; its bytes decide what it is, and the same bytes of one unit are kept once."""
    sent = {"raw": await request.body(), "stored_as": request.state.stored_as}
    attachment_id = await uploads.upload_attachment(session, actor, secrecy=secrecy, **sent)
    row = await uploads.get_upload(session, actor, attachment_id)
    return one(row, 201, location=f"/v1/attachments/{attachment_id}")


@router.get(
    "/attachments/{attachment_id}",
    permission=may(Scope.PROGRESS_READ, *SUPERVISING),
    response_class=Response,
    responses={200: {"description": "the bytes as they were sent", "content": _CONTENT}},
)
async def get_attachment(attachment_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Download an attachment; a unit reads what it sent and the evidence of conclusions sent to it."""
    found = await uploads.read_upload(session, actor, attachment_id)
    # How it was called where it came from is not kept.
    name = f"附件{found['sha256'][:8]}.{MediaType(found['media_type']).name.lower()}"
    # Said by ourselves: of text nobody knows the charset, and it would be told as UTF-8.
    headers = {"ETag": f'"{found["sha256"]}"', "Content-Type": found["media_type"], **saved_as(name)}

    async def make() -> Response:
        return Response(await stores.bytes_of(found["kept"]), headers=headers)

    return Later(make, headers=headers)
