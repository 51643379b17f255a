from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Query, Request, Response

from api.dependencies import ActorDep, Once, PageDep, SessionDep
from api.permissions import ADMINISTRATOR, AUDITOR, OFFICE, WORKING, Scope, may, person_may
from api.replies import all_of, many, one, saved_as
from api.router import Router
from api.schemas.approvals import ProposedStepOut
from api.schemas.fields import Id
from api.schemas.official_documents import (
    DocumentTemplateOut,
    DocumentTemplates,
    DraftKind,
    OfficialDocumentOut,
    OfficialDocumentPage,
    WriteDocumentTemplate,
)
from supervision.approvals import queries as approval_queries
from supervision.approvals import service as approvals
from supervision.approvals.states import ProposalKind
from supervision.desk import official_documents
from supervision.official_documents import queries, templates
from supervision.official_documents.docx_file import MEDIA_TYPE
from supervision.official_documents.states import DocumentKind

router = Router("official documents")

# Who may read the thing that a document says is asked for each kind, by its scope and role, in the desk.
_READING = may(Scope.ITEMS_READ, *WORKING)
_READING_WORDS = may(Scope.IDENTITY_READ, OFFICE, AUDITOR, ADMINISTRATOR)
_PDF = "application/pdf"
_BYTES = {"type": "string", "format": "binary", "maxLength": 10 * 1024 * 1024}


def _file(media_type: str, description: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"description": description, "content": {media_type: {"schema": _BYTES}}}}


@router.get("/official_documents", permission=_READING, response_model=OfficialDocumentPage)
async def list_official_documents(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    kind: Annotated[DocumentKind | None, Query()] = None,
    subject: Annotated[Id | None, Query(description="the notice, circular, publication … that it says")] = None,
) -> Response:
    """List what was issued as an official document, the newest first; each to those who may read what it says."""
    page = await official_documents.list_official_documents(session, actor, wanted, kind=kind, subject_id=subject)
    return many(request, page)


@router.get("/official_documents/{document_id}", permission=_READING, response_model=OfficialDocumentOut)
async def get_official_document(document_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read what was issued, with the digest of its bytes."""
    return one(await official_documents.get_official_document(session, actor, document_id))


@router.get(
    "/official_documents/{document_id}/content",
    permission=_READING,
    response_class=Response,
    responses=_file(MEDIA_TYPE, "the docx as it was issued"),
)
async def download_official_document(document_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Download an official document as it was issued."""
    found = await official_documents.read_content(session, actor, document_id)
    headers = {"ETag": f'"{found["sha256"]}"', **saved_as(f"{found['title']}.docx")}
    return Response(bytes(found["content"]), headers=headers, media_type=MEDIA_TYPE)


@router.get(
    "/official_documents/{document_id}/pdf",
    permission=_READING,
    response_class=Response,
    responses=_file(_PDF, "the PDF that was made of it"),
)
async def download_official_pdf(document_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Download an official document as a PDF, where this installation makes them."""
    found = await official_documents.read_pdf(session, actor, document_id)
    headers = {"ETag": f'"{found["pdf_sha256"]}"', **saved_as(f"{found['title']}.pdf")}
    return Response(bytes(found["content"]), headers=headers, media_type=_PDF)


@router.get(
    "/official_document_drafts/{subject_id}",
    permission=_READING,
    response_class=Response,
    responses=_file(MEDIA_TYPE, "the docx, marked as a draft on every page, without number and day"),
)
async def preview_official_document(
    subject_id: Id, session: SessionDep, actor: ActorDep, kind: Annotated[DraftKind, Query()]
) -> Response:
    """Show as a document what is not issued yet; nothing is kept."""
    content = await official_documents.preview_document(session, actor, kind, subject_id)
    return Response(content, headers=saved_as("草稿.docx"), media_type=MEDIA_TYPE)


@router.get("/document_templates", permission=_READING_WORDS, response_model=DocumentTemplates)
async def list_document_templates(session: SessionDep, actor: ActorDep) -> Response:
    """Tell in which words each kind is set, and which fields they may name."""
    return all_of(await queries.list_document_templates(session, actor))


@router.post(
    "/document_templates",
    permission=person_may(Scope.IDENTITY_WRITE, ADMINISTRATOR),
    response_model=DocumentTemplateOut,
    status_code=201,
    dependencies=[Once],
)
async def write_document_template(body: WriteDocumentTemplate, session: SessionDep, actor: ActorDep) -> Response:
    """Write the next version of a kind's words, for what is issued from now on; some counties have it proposed."""
    await templates.write_document_template(session, actor, kind=body.kind, words=body.words())
    row = await queries.get_document_template(session, actor, body.kind)
    return one(row, 201, location="/v1/document_templates")


@router.post(
    "/document_templates/proposals",
    permission=person_may(Scope.IDENTITY_WRITE, ADMINISTRATOR),
    response_model=ProposedStepOut,
    status_code=201,
    dependencies=[Once],
)
async def propose_document_template(body: WriteDocumentTemplate, session: SessionDep, actor: ActorDep) -> Response:
    """Propose the next version of a kind's words; they stand once another person has approved them."""
    wanted = {"kind": body.kind, **asdict(body.words())}
    proposal_id = await approvals.propose(session, actor, ProposalKind.PROPOSE_DOCUMENT_TEMPLATE, wanted)
    row = await approval_queries.get_proposal(session, actor, proposal_id)
    return one(row, 201, location=f"/v1/proposals/{proposal_id}")
