"""Official documents for those who may read what they say: issued bytes, and drafts of what is not issued yet."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.bulletins import document_facts as bulletins
from supervision.bulletins import policy as bulletin_policy
from supervision.bulletins.models import Circular, RectificationOrder
from supervision.foundation.actors import Actor, Role
from supervision.foundation.driver import Row, fetch_one
from supervision.foundation.errors import or_not_found
from supervision.foundation.paging import Page, PageRequest, Rows, page, where_given
from supervision.notices import document_facts as notices
from supervision.notices import policy as notice_policy
from supervision.notices.models import Notice, NoticeDelivery, Urging
from supervision.official_documents.errors import DocumentIssued
from supervision.official_documents.facts import DocumentFacts
from supervision.official_documents.issued_documents import make_draft
from supervision.official_documents.models import DocumentPdf, IssuedDocument
from supervision.official_documents.states import DocumentKind
from supervision.publication import document_facts as releases
from supervision.publication import policy as publication_policy
from supervision.publication.models import Publication
from supervision.reviews import policy as review_policy
from supervision.reviews.models import CompletionReport
from supervision.scoring import policy as scoring_policy
from supervision.scoring.models import QuarterlyWarning

ReadFacts = Callable[[AsyncSession, Actor, UUID], Awaitable[DocumentFacts]]
IssuedRows = Callable[[Actor], ColumnElement[bool]]
_SUPERVISING = frozenset({Role.OFFICE, Role.GROUP, Role.LEADER, Role.UNIT, Role.AUDITOR})
_COLUMNS = (
    IssuedDocument.id,
    IssuedDocument.kind,
    IssuedDocument.subject_id,
    IssuedDocument.number,
    IssuedDocument.title,
    IssuedDocument.dated_on,
    IssuedDocument.sha256,
    DocumentPdf.sha256.label("pdf_sha256"),
    IssuedDocument.made_by,
    IssuedDocument.made_at,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """With which scope and in which roles the thing itself is read, and which of them are seen."""

    scope: str
    roles: frozenset[Role]
    is_seen: IssuedRows


def _notices(actor: Actor) -> ColumnElement[bool]:
    return IssuedDocument.subject_id.in_(select(Notice.id).where(notice_policy.notices_visible_to(actor)))


def _urgings(actor: Actor) -> ColumnElement[bool]:
    urged = select(Urging.id).join(NoticeDelivery, NoticeDelivery.id == Urging.delivery_id)
    return IssuedDocument.subject_id.in_(urged.where(notice_policy.deliveries_visible_to(actor)))


def _reports(actor: Actor) -> ColumnElement[bool]:
    reports = select(CompletionReport.id).where(review_policy.reports_visible_to(actor))
    return IssuedDocument.subject_id.in_(reports)


def _circulars(actor: Actor) -> ColumnElement[bool]:
    return IssuedDocument.subject_id.in_(select(Circular.id).where(bulletin_policy.circulars_visible_to(actor)))


def _orders(actor: Actor) -> ColumnElement[bool]:
    orders = select(RectificationOrder.id).where(bulletin_policy.orders_visible_to(actor))
    return IssuedDocument.subject_id.in_(orders)


def _warnings(actor: Actor) -> ColumnElement[bool]:
    warnings = select(QuarterlyWarning.id).where(scoring_policy.warnings_visible_to(actor))
    return IssuedDocument.subject_id.in_(warnings)


def _publications(actor: Actor) -> ColumnElement[bool]:
    publications = select(Publication.id).where(publication_policy.publications_visible_to(actor))
    return IssuedDocument.subject_id.in_(publications)


def _all(_actor: Actor) -> ColumnElement[bool]:
    return true()


_NOTICE = Reading("items:read", _SUPERVISING, _notices)
_REPORT = Reading("progress:read", _SUPERVISING, _reports)
READINGS: Mapping[DocumentKind, Reading] = MappingProxyType(
    {
        DocumentKind.NOTICE: _NOTICE,
        DocumentKind.SLIP: _NOTICE,
        DocumentKind.URGING: Reading("items:read", _SUPERVISING, _urgings),
        DocumentKind.REWORK: _REPORT,
        DocumentKind.FEEDBACK: _REPORT,
        DocumentKind.CIRCULAR: Reading("bulletins:read", _SUPERVISING, _circulars),
        DocumentKind.RECTIFICATION: Reading("bulletins:read", _SUPERVISING, _orders),
        DocumentKind.WARNING: Reading("scores:read", _SUPERVISING, _warnings),
        DocumentKind.PRESS_RELEASE: Reading(
            "publication:read", frozenset({Role.OFFICE, Role.GROUP, Role.PUBLISHER, Role.AUDITOR}), _publications
        ),
        DocumentKind.ACCOUNTABILITY: Reading("bulletins:read", _SUPERVISING - {Role.UNIT}, _all),
    }
)
# What can be seen as a document before it is issued; everything else is issued as soon as it is there.
DRAFTS: Mapping[DocumentKind, ReadFacts] = MappingProxyType(
    {
        DocumentKind.NOTICE: notices.read_notice_facts,
        DocumentKind.SLIP: notices.read_notice_facts,
        DocumentKind.CIRCULAR: bulletins.read_circular_facts,
        DocumentKind.PRESS_RELEASE: releases.read_release_facts,
        DocumentKind.ACCOUNTABILITY: bulletins.read_proposal_facts,
    }
)


async def list_official_documents(
    session: AsyncSession,
    actor: Actor,
    request: PageRequest[UUID],
    *,
    kind: str | None = None,
    subject_id: UUID | None = None,
) -> Page:
    """List what was issued, the newest first."""
    statement = where_given(_issued(actor), {IssuedDocument.kind: kind, IssuedDocument.subject_id: subject_id})
    return await page(session, statement, request, identity=IssuedDocument.id, descending=True)


async def get_official_document(session: AsyncSession, actor: Actor, document_id: UUID) -> Row:
    return or_not_found(await fetch_one(session, _issued(actor).where(IssuedDocument.id == document_id)))


async def read_content(session: AsyncSession, actor: Actor, document_id: UUID) -> Row:
    """Read the bytes of a document as it was issued."""
    statement = _issued(actor).add_columns(IssuedDocument.content).where(IssuedDocument.id == document_id)
    return or_not_found(await fetch_one(session, statement))


async def read_pdf(session: AsyncSession, actor: Actor, document_id: UUID) -> Row:
    """Read the PDF of an issued document; refuses where none was made."""
    statement = _issued(actor).add_columns(DocumentPdf.content)
    statement = statement.where(IssuedDocument.id == document_id, DocumentPdf.content.is_not(None))
    return or_not_found(await fetch_one(session, statement))


async def preview_document(session: AsyncSession, actor: Actor, kind: DocumentKind, subject_id: UUID) -> bytes:
    """Make the draft of what is not issued yet; refuses what is issued, and what the actor may not read."""
    reading, read_facts = READINGS[kind], DRAFTS.get(kind)
    is_open = reading.scope in actor.scopes and actor.role in reading.roles
    read = or_not_found(read_facts if is_open else None)
    facts = await read(session, actor, subject_id)
    # A notice is no slip.
    or_not_found(facts if facts.kind == kind else None)
    statement: Rows = select(IssuedDocument.id).filter_by(kind=kind, subject_id=subject_id)
    if facts.dated_on is not None or await fetch_one(session, statement) is not None:
        raise DocumentIssued
    return await make_draft(session, actor, facts)


def _issued(actor: Actor) -> Rows:
    statement: Rows = select(*_COLUMNS).outerjoin(DocumentPdf, DocumentPdf.document_id == IssuedDocument.id)
    return statement.where(documents_visible_to(actor))


def documents_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let those read a document who may read the thing that it says, with the same scope and in the same roles."""
    seen = [
        and_(IssuedDocument.kind == kind, reading.is_seen(actor))
        for kind, reading in READINGS.items()
        if reading.scope in actor.scopes and actor.role in reading.roles
    ]
    return or_(*seen) if seen else false()
