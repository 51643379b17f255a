from typing import Annotated, Any

from fastapi import Query, Request, Response

from api.dependencies import ActorDep, Once, SessionDep
from api.permissions import GROUP, OFFICE, SUPERVISING, UNIT, Scope, may
from api.replies import Later, one, saved_as
from api.router import Router
from api.schemas.documents import AttachmentOut
from api.schemas.fields import Id, Name
from api.uploaded_files import FORM, Received, receive_file
from supervision.documents import stores, uploads
from supervision.documents.file_names import download_name
from supervision.documents.models import MediaType, Secrecy

router = Router("documents")

_BYTES = {"schema": {"type": "string", "format": "binary", "maxLength": uploads.MAX_BYTES}}
_CONTENT = {str(media_type): _BYTES for media_type in MediaType}
# What the bytes are is told by themselves, so they may come without a name.
_FORM = {
    "schema": {
        "type": "object",
        "required": ["file"],
        "additionalProperties": False,
        "properties": {"file": _BYTES["schema"]},
    }
}
_SENT = {"application/octet-stream": _BYTES, "text/csv": _BYTES, **_CONTENT, FORM: _FORM}
_TOLD = "the bytes, 5 MiB at most, or a form with them as its only file"
_BODY: dict[str, Any] = {"requestBody": {"required": True, "description": _TOLD, "content": _SENT}}


@router.post(
    "/attachments",
    permission=may(Scope.PROGRESS_WRITE, OFFICE, GROUP, UNIT),
    response_model=AttachmentOut,
    status_code=201,
    dependencies=[Once],
    takes_in=receive_file,
    openapi_extra=_BODY,
)
async def upload_attachment(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    secrecy: Annotated[Secrecy, Query(description="what is classified may not be sent at all")],
    name: Annotated[Name | None, Query(description="how the file is called; a form's file has its own name")] = None,
) -> Response:
    """Upload evidence; its bytes decide what it is, its name may not say otherwise, the same is kept once."""
    received: Received = request.state.received
    attachment_id = await uploads.upload_attachment(
        session,
        actor,
        raw=received.raw,
        secrecy=secrecy,
        name=name or received.name,
        stored_as=received.stored_as,
    )
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
    name = download_name(found["name"], MediaType(found["media_type"]), found["sha256"])
    # Said by ourselves: of text nobody knows the charset, and it would be told as UTF-8.
    headers = {"ETag": f'"{found["sha256"]}"', "Content-Type": found["media_type"], **saved_as(name)}

    async def make() -> Response:
        return Response(await stores.bytes_of(found["kept"]), headers=headers)

    return Later(make, headers=headers)
