"""Files that are sent: as the body itself, or as the one file of a form."""

from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from supervision.documents import uploads
from supervision.documents.errors import AttachmentFormUnreadable
from supervision.documents.models import Secrecy

FORM = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Received:
    """A file that was sent, how it is called, and the key under which the store has it by now."""

    raw: bytes
    name: str | None
    stored_as: str | None


async def receive_file(request: Request) -> None:
    """Check, scan and store what was sent, before a connection is taken; the request's state has it afterwards."""
    # What says no level of secrecy that may come is refused in its turn, and must not lie in the store meanwhile.
    if request.query_params.get("secrecy") not in set(Secrecy):
        return
    raw, form_name = await _file_of(request)
    name = request.query_params.get("name", form_name)
    stored_as = await uploads.take_in(request.state.actor.jurisdiction_id, raw, name=name)
    request.state.received = Received(raw, name, stored_as)


async def _file_of(request: Request) -> tuple[bytes, str | None]:
    # Read first, for others ask for the body again, and a form is read from what is at hand.
    raw = await request.body()
    if request.headers["content-type"].partition(";")[0].strip().lower() != FORM:
        return raw, None
    try:
        async with request.form(max_files=1, max_fields=0) as form:
            (file,) = form.getlist("file")
            if isinstance(file, UploadFile):
                return await file.read(), file.filename or None
    except (HTTPException, ValueError):
        pass
    raise AttachmentFormUnreadable
