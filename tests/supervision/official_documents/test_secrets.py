"""No work secret and no personal telephone number gets into a document, in whatever text of the record it stands."""

import re
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.bulletins import circular_drafts
from supervision.documents.models import Secrecy
from supervision.foundation.actors import Actor
from supervision.foundation.ids import new_id
from supervision.items.models import Item
from supervision.messaging import templates as messages
from supervision.notices import urging
from supervision.notices.models import NoticeDelivery
from supervision.official_documents import looks, rules, templates
from supervision.official_documents.composition import compose
from supervision.official_documents.default_words import DEFAULTS
from supervision.official_documents.facts import DocumentFacts
from supervision.official_documents.issued_documents import keep_document
from supervision.official_documents.layout import make_docx
from supervision.official_documents.letterhead import Letterhead
from supervision.official_documents.looks import DocumentLook
from supervision.official_documents.models import IssuedDocument
from supervision.official_documents.pdf import make_pdfs
from supervision.official_documents.rules import Words
from supervision.official_documents.states import DocumentKind
from supervision.publication.errors import PersonalNumberNotPublished, WorkSecretNotPublished
from supervision.reviews import completion_review
from supervision.reviews.rules import Review
from supervision.scoring.document_facts import warning_facts
from supervision.tasks.models import Task
from tests.factories import bulletins, notices, publication, reviews
from tests.factories.identity import make_unit
from tests.factories.items import make_item
from tests.factories.official_documents import poppler, require_office_programs
from tests.factories.scoring import add_item, hold
from tests.factories.signatures import AS_READ
from tests.places import Place

NUMBER, MASKED = "13812345678", "138****5678"
NUMBERS = (NUMBER, "138 1234 5678", "138-1234-5678", "+8613812345678", "１３８１２３４５６７８", "138\u200b12345678")
SECRET = "深井涌水险情"
TEXT = f"{SECRET}，请与{NUMBER}联系"
# What a paper on a work secret still says: numbers, days, rounds, and whom it concerns.
SHOWN = {
    *("item_number", "limit", "notice", "delivered", "reported", "round", "until", "cut_off", "quarter", "points"),
    *("level", "unit", "person", "traced", "county", "office", "number", "date", "signer", "recipients"),
    "correction",
}
Make = Callable[[AsyncSession, Actor, UUID], Awaitable[UUID]]


def text_of(docx: bytes) -> str:
    package = ZipFile(BytesIO(docx))
    parts = [package.read(name).decode() for name in package.namelist() if name.endswith(".xml")]
    return "".join(re.sub(r"<[^>]+>", "", part) for part in parts)


def words_with(text: str, kind: DocumentKind) -> Words:
    """Write words that name every field of a kind, with a text in each element."""
    everything = "".join(f"{{{name}}}" for name in sorted(rules.FIELDS[kind] | rules.COMMON)) + text
    return Words(**{each.name: everything for each in fields(Words)})


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("kind", DocumentKind)
def test_every_field_and_every_word_is_masked(kind: DocumentKind, number: str) -> None:
    planted = f"，{number}，"
    shown = Letterhead(planted, "#1f4e79", None)
    look = DocumentLook("330326", planted, planted, has_document_codes=False, letterhead=shown)
    values = dict.fromkeys(rules.FIELDS[kind], planted)
    facts = DocumentFacts(kind=kind, subject_id=new_id(), values=values, recipients=planted, number=planted)
    text = text_of(make_docx(compose(look, words_with(planted, kind), facts, signer=planted)))
    text = text.translate(str.maketrans("１２３４５６７８", "12345678"))
    assert MASKED in text
    assert NUMBER not in re.sub(r"\D", "", text)


@pytest.mark.parametrize("kind", DocumentKind)
def test_of_a_work_secret_only_what_is_listed_is_shown(kind: DocumentKind) -> None:
    look = DocumentLook("330326", "示例县", "督查室", has_document_codes=False, letterhead=None)
    values = {name: f"《{name}》" for name in rules.FIELDS[kind]}
    facts = DocumentFacts(kind=kind, subject_id=new_id(), values=values, is_secret=True)
    text = text_of(make_docx(compose(look, words_with("", kind), facts, signer="")))
    assert set(re.findall("《(.+?)》", text)) <= SHOWN
    assert values.keys() - set(re.findall("《(.+?)》", text)) == values.keys() - SHOWN


async def _notice(session: AsyncSession, actor: Actor, unit_id: UUID, kind: str = "notice") -> UUID:
    item_id = await make_item(session, actor, title=TEXT, secrecy=Secrecy.WORK_SECRET)
    facts: dict[str, Any] = {"item_id": item_id, "unit_ids": [unit_id], "kind": kind, "text": TEXT}
    return await notices.make_notice(session, actor, state="issued", **facts)


async def _slip(session: AsyncSession, actor: Actor, unit_id: UUID) -> UUID:
    return await _notice(session, actor, unit_id, "slip")


async def _urging(session: AsyncSession, actor: Actor, unit_id: UUID) -> UUID:
    notice_id = await _notice(session, actor, unit_id)
    delivery_id = (await session.scalars(select(NoticeDelivery.id).filter_by(notice_id=notice_id))).one()
    return await urging.urge_delivery(session, notices.somebody(actor), delivery_id, channel="telephone", note=TEXT)


async def _secret_task(session: AsyncSession, actor: Actor) -> tuple[UUID, UUID]:
    duty = await reviews.make_duty(session, actor)
    item_id = await session.scalar(
        update(Task).values(goal=TEXT).where(Task.id == duty.task_ids[0]).returning(Task.item_id)
    )
    await session.execute(update(Item).values(secrecy=Secrecy.WORK_SECRET, title=TEXT).where(Item.id == item_id))
    return duty.unit_id, duty.task_ids[0]


async def _reviewed(session: AsyncSession, actor: Actor, review: dict[str, Any]) -> UUID:
    unit_id, task_id = await _secret_task(session, actor)
    report_id = await reviews.report(session, actor, unit_id, task_id, TEXT)
    said: dict[str, Any] = {name: TEXT for name in ("opinion", "feedback_opinion") if name in review}
    said["criteria"] = [{"criterion": TEXT, "is_met": each["is_met"], "note": TEXT} for each in review["criteria"]]
    judged = Review(**{**review, **said})
    await completion_review.review_completion(session, reviews.person(actor), report_id, AS_READ, judged)
    return report_id


async def _rework(session: AsyncSession, actor: Actor, _unit_id: UUID) -> UUID:
    return await _reviewed(session, actor, {**reviews.RETURN, "rework_until_on": date(2199, 12, 31)})


async def _feedback(session: AsyncSession, actor: Actor, _unit_id: UUID) -> UUID:
    return await _reviewed(session, actor, {**reviews.PASS, "feedback_to": f"县委办（{NUMBER}）"})


async def _circular(session: AsyncSession, actor: Actor, unit_id: UUID) -> UUID:
    facts: dict[str, Any] = {"title": TEXT, "deadline_on": date(2016, 3, 2), "secrecy": Secrecy.WORK_SECRET}
    item_id = await make_item(session, actor, **facts)
    drafter = bulletins.person(actor)
    circular_id = await bulletins.draft(session, drafter, title=TEXT)
    await circular_drafts.criticise(session, drafter, circular_id, unit_id=unit_id, item_id=item_id, reason=TEXT)
    await bulletins.put_out(session, actor, circular_id)
    return circular_id


async def _rectification(session: AsyncSession, actor: Actor, unit_id: UUID) -> UUID:
    item_id = await make_item(session, actor, title=TEXT, secrecy=Secrecy.WORK_SECRET)
    return await bulletins.order(session, bulletins.person(actor), unit_id, item_id=item_id, matter=TEXT)


async def _warning(session: AsyncSession, actor: Actor, _unit_id: UUID) -> UUID:
    row = {"id": new_id(), "points": Decimal(5), "issued_at": datetime(2016, 4, 5, 4, tzinfo=UTC), "issued_by": None}
    facts = warning_facts(row, unit=f"示例乡（{NUMBER}）", quarter="2016年第一季度", level="预警")
    await keep_document(session, actor, facts)
    return facts.subject_id


async def _press_release(session: AsyncSession, actor: Actor, _unit_id: UUID) -> UUID:
    secret = await add_item(session, secrecy=Secrecy.WORK_SECRET)
    with pytest.raises(WorkSecretNotPublished):
        await publication.put_out(session, actor, item_id=secret, goal=TEXT)
    with pytest.raises(PersonalNumberNotPublished):
        await publication.put_out(session, actor, goal=f"值班电话{NUMBER}")
    return await publication.put_out(session, actor, goal="修复示例村水毁道路")


async def _accountability(session: AsyncSession, actor: Actor, _unit_id: UUID) -> UUID:
    unit_id, task_id = await _secret_task(session, actor)
    proposer = bulletins.person(actor)
    proposal_id = await bulletins.propose(session, proposer, unit_id, facts=TEXT, task_id=task_id)
    await bulletins.send(session, bulletins.person(actor), proposal_id, sent_on=date(2016, 4, 5))
    return proposal_id


MAKE: dict[DocumentKind, Make] = {
    DocumentKind.NOTICE: _notice,
    DocumentKind.SLIP: _slip,
    DocumentKind.URGING: _urging,
    DocumentKind.REWORK: _rework,
    DocumentKind.FEEDBACK: _feedback,
    DocumentKind.CIRCULAR: _circular,
    DocumentKind.RECTIFICATION: _rectification,
    DocumentKind.WARNING: _warning,
    DocumentKind.PRESS_RELEASE: _press_release,
    DocumentKind.ACCOUNTABILITY: _accountability,
}


async def test_what_is_planted_in_every_text_of_the_record_is_in_no_document(
    session: AsyncSession, here: Place, tmp_path: Path
) -> None:
    assert MAKE.keys() == set(DocumentKind)
    await messages.install_defaults(session, here.actor)
    await hold(session, here.actor, datetime(2016, 4, 5, 4, tzinfo=UTC))
    look = {"name": f"示例县{NUMBER}", "colour": "#1f4e79", "emblem": None, "office": f"督查室{NUMBER}"}
    await looks.write_look(session, here.actor, 0, {**look, "site_code": None, "has_document_codes": False})
    made: dict[str, bytes] = {}
    for kind, make in MAKE.items():
        words = replace(DEFAULTS[kind], copies=f"县委办公室（{NUMBER}）。")
        await templates.write_document_template(session, here.actor, kind=kind, words=words)
        unit_id = await make_unit(session, here.actor, name=f"{kind}乡（{NUMBER}）")
        subject_id = await make(session, here.actor, unit_id)
        document = (await session.scalars(select(IssuedDocument).filter_by(kind=kind, subject_id=subject_id))).one()
        made[kind] = document.content
        told = f"{document.title}{text_of(document.content)}"
        assert (SECRET in told, NUMBER in told, MASKED in told) == (False, False, True), kind
    require_office_programs()
    for name, pdf in (await make_pdfs(str(shutil.which("soffice")), made, seconds=120)).items():
        (tmp_path / "document.pdf").write_bytes(pdf)
        told = "".join(poppler("pdftotext", tmp_path / "document.pdf", "-").split())
        assert (SECRET in told, NUMBER in told, MASKED in told) == (False, False, True), name
