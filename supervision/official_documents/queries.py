from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch
from supervision.foundation.paging import Rows
from supervision.official_documents import rules
from supervision.official_documents.default_words import DEFAULTS
from supervision.official_documents.models import DocumentPdf, DocumentTemplate, IssuedDocument
from supervision.official_documents.states import DocumentKind

# As many as are done well within a minute.
_AT_ONCE = 20


async def list_without_pdf(session: AsyncSession) -> list[Row]:
    """List, across all counties, the oldest documents of which no PDF was tried."""
    statement: Rows = (
        select(IssuedDocument.id, IssuedDocument.jurisdiction_id, IssuedDocument.content)
        .outerjoin(DocumentPdf, DocumentPdf.document_id == IssuedDocument.id)
        .where(DocumentPdf.document_id.is_(None))
        .order_by(IssuedDocument.id)
        .limit(_AT_ONCE)
    )
    return await fetch(session, statement)


async def get_document_template(session: AsyncSession, actor: Actor, kind: str) -> dict[str, Any]:
    return next(each for each in await list_document_templates(session, actor) if each["kind"] == kind)


async def list_document_templates(session: AsyncSession, _actor: Actor) -> list[dict[str, Any]]:
    """Tell for each kind in which words it is set, the county's newest or the system's own, and what they may name."""
    statement: Rows = select(DocumentTemplate.kind, DocumentTemplate.version, DocumentTemplate.words)
    newest = statement.ext(distinct_on(DocumentTemplate.kind))
    newest = newest.order_by(DocumentTemplate.kind, DocumentTemplate.version.desc())
    own = {row["kind"]: row for row in await fetch(session, newest)}
    usual = {kind: {"version": 0, "words": asdict(DEFAULTS[kind])} for kind in DocumentKind}
    standing = {**usual, **own}
    return [
        {
            "kind": kind,
            "version": standing[kind]["version"],
            **standing[kind]["words"],
            "fields": sorted(rules.FIELDS[kind] | rules.COMMON),
        }
        for kind in DocumentKind
    ]
