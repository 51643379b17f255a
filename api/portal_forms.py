from collections.abc import Mapping
from hashlib import sha256
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import UploadFile

from api.portal_replies import HEADERS, shown
from supervision.foundation.errors import Conflict, Invalid
from supervision.publication import comments, public_addresses, public_queries
from supervision.publication.errors import TooManyComments
from supervision.publication.portal.comment_pages import read_form

FORM = "application/x-www-form-urlencoded"
# What a browser sends of a form; read here, because the document is for programs.
BODY = {"requestBody": {"required": True, "content": {FORM: {"schema": {"type": "object"}}}}}
_MOST_FIELDS = 20
FILE = {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": {"type": "object"}}}}}
# How large a body may be is bounded before it is read; of a file no more is told than this.
_MOST_BYTES = 5 * 1024 * 1024


async def answer_comment(request: Request, session: AsyncSession, *, jurisdiction: str, entry_id: UUID) -> Response:
    """Keep a comment and lead its author to its page; show the form again, with what is wrong, where it is refused."""
    sent = _read_fields(await request.body())
    await public_queries.enter_by_code(session, jurisdiction)
    fields = {name: sent.get(name, "") for name in ("text", "contact", "question", "answer")}
    comment = comments.SentComment(**fields, address=request.state.address)
    try:
        code = await comments.receive_comment(session, session.info["jurisdiction"], entry_id, comment)
    except (Invalid, Conflict) as refusal:
        is_many = isinstance(refusal, TooManyComments)
        status = HTTPStatus.TOO_MANY_REQUESTS if is_many else HTTPStatus.UNPROCESSABLE_ENTITY
        where: dict[str, Any] = {"jurisdiction_code": jurisdiction, "entry_id": entry_id}
        return shown(await read_form(session, **where, sent=sent, refusal=refusal, status=int(status)))
    address = public_addresses.path_of(public_addresses.portal_handling_address(jurisdiction, code))
    return Response(status_code=303, headers={**HEADERS, "Location": address, "Cache-Control": "no-store"})


async def digest_of_file(request: Request) -> Mapping[str, str]:
    """Return the digest of the file that a form sends, or what is wrong with it; nothing of the file is kept."""
    async with request.form(max_files=1, max_fields=1) as form:
        file = form.get("file")
        content = await file.read() if isinstance(file, UploadFile) else b""
    if not content:
        return {"problem": "没有收到文件。请选择文件后再核对。"}
    if len(content) > _MOST_BYTES:
        return {"problem": "文件超过5 MB，不会是印发的公文。"}
    return {"digest": sha256(content).hexdigest()}


def _read_fields(body: bytes) -> Mapping[str, str]:
    try:
        fields = dict(parse_qsl(body.decode(), max_num_fields=_MOST_FIELDS))
    except ValueError:
        # Neither UTF-8 nor a form: as good as an empty one.
        return {}
    # What no record may hold a form leaves out, and its author sees it so.
    return {name: "".join(each for each in text if each >= " " or each in "\t\r\n") for name, text in fields.items()}
