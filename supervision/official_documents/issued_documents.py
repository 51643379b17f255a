from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.cadence.moments import shanghai_day
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.ids import new_id
from supervision.foundation.numbers import take_next
from supervision.identity.models import Official
from supervision.official_documents import rules
from supervision.official_documents.check_codes import check_address
from supervision.official_documents.composition import compose
from supervision.official_documents.facts import DocumentFacts
from supervision.official_documents.layout import make_docx
from supervision.official_documents.looks import DocumentLook, read_document_look
from supervision.official_documents.models import DocumentCounter, IssuedDocument
from supervision.official_documents.official_text import OfficialText
from supervision.official_documents.rules import Words
from supervision.official_documents.templates import read_words


@dataclass(frozen=True, slots=True)
class _Setting:
    """What documents of one kind have in common: the county's look, the words, and who is called how."""

    look: DocumentLook
    words: Words
    names: Mapping[UUID, str]

    def compose(self, facts: DocumentFacts) -> OfficialText:
        signer = self.names.get(facts.signer_id, "") if facts.signer_id else ""
        return compose(self.look, self.words, facts, signer=signer)


async def keep_document(session: AsyncSession, actor: Actor, facts: DocumentFacts) -> None:
    """Make the document of what is issued in this transaction, and keep its bytes with their digest."""
    await keep_documents(session, actor, [facts])


async def keep_documents(session: AsyncSession, actor: Actor, documents: Sequence[DocumentFacts]) -> None:
    """Make the documents of things of one kind that are issued together, each under its own number."""
    if not documents:
        return
    now = await clock.now(session)
    setting = await _read_setting(session, actor, documents)
    dated_on = documents[0].dated_on or shanghai_day(now)
    kept = []
    for facts in await _number(session, documents, dated_on):
        document_id = new_id()
        text = setting.compose(facts)
        if setting.look.has_document_codes:
            text = replace(text, check_address=check_address(setting.look.code, document_id))
        content = make_docx(text)
        document = IssuedDocument(
            id=document_id,
            kind=facts.kind,
            subject_id=facts.subject_id,
            number=facts.number,
            title=text.title,
            dated_on=dated_on,
            sha256=sha256(content).hexdigest(),
            content=content,
            made_by=actor.person,
            made_at=now,
        )
        kept.append(document)
    session.add_all(kept)
    told = [
        (each.id, {"kind": each.kind, "subject_id": each.subject_id, "number": each.number, "sha256": each.sha256})
        for each in kept
    ]
    await audit.record_each(session, actor, "official_document.issued", told)


async def make_draft(session: AsyncSession, actor: Actor, facts: DocumentFacts) -> bytes:
    """Make the document of what is not issued yet: marked as a draft, without number and day."""
    setting = await _read_setting(session, actor, [facts])
    unsigned = replace(facts, number=None, dated_on=None)
    return make_docx(replace(setting.compose(unsigned), is_draft=True))


async def _read_setting(session: AsyncSession, actor: Actor, documents: Sequence[DocumentFacts]) -> _Setting:
    wanted = {each.signer_id for each in documents if each.signer_id is not None}
    # A program that signs for nobody is no official, and has no name to print.
    found = await session.execute(select(Official.id, Official.name).where(Official.id.in_(wanted)))
    names = {row.id: row.name for row in found} if wanted else {}
    look = await read_document_look(session, actor)
    return _Setting(look, await read_words(session, documents[0].kind), names)


async def _number(session: AsyncSession, documents: Sequence[DocumentFacts], dated_on: date) -> list[DocumentFacts]:
    """Date documents, and give those the next numbers that have none of their own."""
    kind = documents[0].kind
    if kind not in rules.NUMBERS:
        return [replace(each, dated_on=dated_on) for each in documents]
    count = len(documents)
    last = await take_next(session, DocumentCounter, count=count, kind=kind, year=dated_on.year)
    return [
        replace(facts, dated_on=dated_on, number=rules.number_of(kind, dated_on.year, last - count + place))
        for place, facts in enumerate(documents, 1)
    ]
