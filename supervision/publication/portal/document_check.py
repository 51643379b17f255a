"""Whether a paper that somebody holds is an official document of the county, for anybody who asks.

Of what is for the inside only that it is genuine is told; its title is told only as far as the public reads it anyway.
"""

import re
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from supervision.foundation.driver import Row, fetch_one
from supervision.foundation.errors import or_not_found
from supervision.official_documents.models import DocumentPdf, IssuedDocument
from supervision.official_documents.states import DocumentKind
from supervision.publication import public_addresses as addresses
from supervision.publication.models import Publication
from supervision.publication.portal.contents import IS_SHOWN, NEWEST_FIRST
from supervision.publication.portal.page_templates import render
from supervision.publication.portal.public_pages import ServedPage
from supervision.publication.portal.site import read_site
from supervision.publication.public_queries import enter_by_code
from supervision.publication.states import DocumentState, FileMatch, PublicationState

_DIGEST = re.compile(r"[0-9a-f]{64}")
_STATES = {
    PublicationState.REPLACED: DocumentState.REPLACED,
    PublicationState.WITHDRAWN: DocumentState.WITHDRAWN,
}
# The publication that a press release is, and the one by which the public reads what the document says.
_own = aliased(Publication)


async def check_document(
    session: AsyncSession, *, jurisdiction_code: str, document_id: UUID, sha256: str | None = None
) -> dict[str, Any]:
    """Enter a county by its code and tell anybody what may be known of a document; refuses what it never issued."""
    await enter_by_code(session, jurisdiction_code)
    row = await _read_document(session, document_id)
    state = _STATES.get(row["own_state"], DocumentState.VALID)
    # The edition that replaced it says in its own title what is right.
    is_public = state is DocumentState.VALID and row["entry_id"] is not None
    return {
        "id": document_id,
        "number": row["number"],
        "dated_on": row["dated_on"],
        "office": (await read_site(session)).source,
        "state": state,
        "kind": row["kind"] if is_public else None,
        "title": row["title"] if is_public else None,
        "page": addresses.portal_entry_address(jurisdiction_code, row["entry_id"]) if row["entry_id"] else None,
        "sha256": row["sha256"],
        "pdf_sha256": row["pdf_sha256"],
        "match": _match(row, sha256) if sha256 else None,
    }


async def show_check(
    session: AsyncSession, *, jurisdiction_code: str, document_id: UUID, digest: str = "", problem: str = ""
) -> ServedPage:
    """Enter a county and show what may be known of a document, and whether a file with this digest is the one."""
    wanted = "".join(digest.split()).lower()
    if wanted and not _DIGEST.fullmatch(wanted):
        wanted, problem = "", "摘要须为64位十六进制数字（SHA-256）。请核对后重新填写。"
    document = await check_document(
        session, jurisdiction_code=jurisdiction_code, document_id=document_id, sha256=wanted or None
    )
    content = render("document.html", await read_site(session), document=document, sent=digest, problem=problem)
    return ServedPage(content=content, status=422 if problem else 200)


async def _read_document(session: AsyncSession, document_id: UUID) -> Row:
    shows = or_(
        Publication.entry_id == _own.entry_id,
        Publication.circular_id == IssuedDocument.subject_id,
        Publication.rectification_order_id == IssuedDocument.subject_id,
    )
    statement = (
        select(
            IssuedDocument.kind,
            IssuedDocument.number,
            IssuedDocument.dated_on,
            IssuedDocument.sha256,
            DocumentPdf.sha256.label("pdf_sha256"),
            _own.state.label("own_state"),
            Publication.entry_id,
            # As it was reviewed for the public, which the document's own title was not.
            Publication.title,
        )
        .outerjoin(DocumentPdf, DocumentPdf.document_id == IssuedDocument.id)
        .outerjoin(_own, and_(IssuedDocument.kind == DocumentKind.PRESS_RELEASE, _own.id == IssuedDocument.subject_id))
        .outerjoin(Publication, and_(shows, IS_SHOWN))
        .where(IssuedDocument.id == document_id)
        .order_by(*NEWEST_FIRST)
        .limit(1)
    )
    return or_not_found(await fetch_one(session, statement))


def _match(row: Row, sha256: str) -> FileMatch:
    matches = {row["pdf_sha256"]: FileMatch.PDF, row["sha256"]: FileMatch.DOCX}
    return matches.get(sha256, FileMatch.NONE)
