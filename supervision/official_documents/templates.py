from dataclasses import asdict
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.insertion import insert_or_refuse
from supervision.foundation.two_persons import CounterStep
from supervision.identity import two_person_steps
from supervision.official_documents import rules
from supervision.official_documents.default_words import DEFAULTS
from supervision.official_documents.errors import (
    DocumentTemplateNeedsApproval,
    DocumentTemplateWrittenMeanwhile,
    UnknownDocumentField,
)
from supervision.official_documents.models import DocumentTemplate
from supervision.official_documents.rules import Words


async def write_document_template(
    session: AsyncSession, actor: Actor, *, kind: str, words: Words, is_approved: bool = False
) -> UUID:
    """Write the next version of a kind's words, for what is issued from now on.

    Refuses fields of other kinds, and without approval where the county asks for another person.
    """
    step = CounterStep.WRITE_DOCUMENT_TEMPLATE_BY_ANOTHER
    if not is_approved and await two_person_steps.is_asked(session, step):
        raise DocumentTemplateNeedsApproval
    if problems := rules.check_words(kind, words):
        raise UnknownDocumentField(problems=problems)
    last = await session.scalar(select(func.max(DocumentTemplate.version)).where(DocumentTemplate.kind == kind))
    template = DocumentTemplate(
        kind=kind,
        version=(last or 0) + 1,
        words=asdict(words),
        written_by=actor.person,
        written_at=await clock.now(session),
    )
    await insert_or_refuse(
        session, template, uq_document_template_jurisdiction_id_kind_version=DocumentTemplateWrittenMeanwhile
    )
    facts = {"kind": kind, "version": template.version}
    await audit.record(session, actor, "document_template.written", template.id, **facts)
    return template.id


async def read_words(session: AsyncSession, kind: str) -> Words:
    """Return the words that stand for a kind: the county's newest, or those of the system."""
    newest = select(DocumentTemplate.words).where(DocumentTemplate.kind == kind)
    own = await session.scalar(newest.order_by(DocumentTemplate.version.desc()).limit(1))
    return DEFAULTS[kind] if own is None else Words(**own)
