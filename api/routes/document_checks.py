from typing import Annotated, Any

from fastapi import Path, Query, Request, Response

from api.dependencies import SessionDep
from api.permissions import PUBLIC
from api.portal_forms import FILE, digest_of_file
from api.portal_replies import shown
from api.replies import one
from api.router import Router
from api.schemas.fields import Id
from api.schemas.official_documents import Digest, DocumentCheckOut
from api.schemas.publication import Word
from supervision.publication.portal import document_check

Code = Annotated[Word, Path(description="code of the jurisdiction (GB/T 2260)", examples=["330326"])]
router = Router("official documents", prefix="")


@router.get("/feeds/{jurisdiction}/documents/{document_id}", permission=PUBLIC, response_model=DocumentCheckOut)
async def check_document(
    session: SessionDep,
    jurisdiction: Code,
    document_id: Id,
    sha256: Annotated[Digest | None, Query(description="of a file that is to be compared")] = None,
) -> Response:
    """Tell anybody whether a document was issued and still holds, and whether a file is the one."""
    facts: dict[str, Any] = {"jurisdiction_code": jurisdiction, "document_id": document_id, "sha256": sha256}
    answer = one(await document_check.check_document(session, **facts))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.get("/portal/{jurisdiction}/documents/{document_id}", permission=PUBLIC, include_in_schema=False)
async def show_document_check(
    session: SessionDep,
    jurisdiction: Code,
    document_id: Id,
    sha256: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Show whoever scanned the code of a document what may be known of it."""
    facts: dict[str, Any] = {"jurisdiction_code": jurisdiction, "document_id": document_id, "digest": sha256}
    return shown(await document_check.show_check(session, **facts))


@router.post(
    "/portal/{jurisdiction}/documents/{document_id}", permission=PUBLIC, include_in_schema=False, openapi_extra=FILE
)
async def compare_document(request: Request, session: SessionDep, jurisdiction: Code, document_id: Id) -> Response:
    """Show whether a file is the one that was issued; it is read once and forgotten."""
    facts: dict[str, Any] = {"jurisdiction_code": jurisdiction, "document_id": document_id}
    facts.update(await digest_of_file(request))
    return shown(await document_check.show_check(session, **facts))
