from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from io import BytesIO
from typing import Any, get_args
from uuid import UUID
from zipfile import ZipFile

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from api.router import permissions
from api.schemas.official_documents import DraftKind
from supervision.audit.models import AuditEvent
from supervision.desk.official_documents import DRAFTS, READINGS
from supervision.foundation.ids import new_id
from supervision.identity import two_person_steps
from supervision.messaging import templates
from supervision.notices import urging
from supervision.notices.models import NoticeDelivery
from supervision.official_documents.docx_file import MEDIA_TYPE
from supervision.official_documents.issued_documents import keep_documents
from supervision.official_documents.models import IssuedDocument
from supervision.official_documents.states import DocumentKind
from supervision.reviews import completion_review
from supervision.reviews.rules import Review
from supervision.scoring.document_facts import warning_facts
from supervision.scoring.models import QuarterlyWarning
from tests.factories import bulletins, notices, publication, reviews
from tests.factories.approvals import approve
from tests.factories.identity import Caller, make_unit
from tests.factories.reviews import PASS, RETURN
from tests.factories.scoring import hold
from tests.factories.signatures import AS_READ
from tests.places import Callers, Place

WORDS = {"kind": "notice", "title": "督查通知", "body": "{text}", "head": "{county}委督查室", "signature": "督查室"}


@pytest.fixture(autouse=True)
async def county(session: AsyncSession, here: Place) -> None:
    await templates.install_defaults(session, here.actor)
    await hold(session, here.actor, datetime(2016, 4, 5, 4, tzinfo=UTC))
    await session.commit()


async def the_only(caller: Caller, **wanted: object) -> dict[str, Any]:
    answer = await caller.get("/v1/official_documents", params={name: str(value) for name, value in wanted.items()})
    assert answer.status_code == 200, answer.text
    (row,) = answer.json()["data"]
    assert (await caller.get(f"/v1/official_documents/{row['id']}")).json() == row
    return dict(row)


def words_of(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == MEDIA_TYPE
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    return ZipFile(BytesIO(answer.content)).read("word/document.xml").decode()


async def content(caller: Caller, document: dict[str, Any]) -> str:
    answer = await caller.get(f"/v1/official_documents/{document['id']}/content")
    assert sha256(answer.content).hexdigest() == document["sha256"]
    assert answer.headers["ETag"] == f'"{document["sha256"]}"'
    return words_of(answer)


async def draft_of(caller: Caller, kind: str, subject: UUID) -> httpx.Response:
    return await caller.get(f"/v1/official_document_drafts/{subject}", params={"kind": kind})


async def test_a_notice_is_a_draft_until_it_is_issued_and_then_kept(
    session: AsyncSession, callers: Callers, here: Place
) -> None:
    unit_id = await make_unit(session, here.actor, name="示例乡人民政府")
    drafted = await notices.make_notice(session, here.actor, unit_ids=[unit_id], text="请于月底前办结。")
    issued = await notices.make_notice(session, here.actor, unit_ids=[unit_id], state="issued")
    await session.commit()
    office, unit = await callers(here, "office"), await callers(here, "unit", unit_id=unit_id)
    draft = await draft_of(office, "notice", drafted)
    assert "请于月底前办结。" in words_of(draft)
    assert "〔2016〕" not in words_of(draft)
    assert "【草稿】" in ZipFile(BytesIO(draft.content)).read("word/header.xml").decode()
    for caller in (office, unit):
        document = await the_only(caller, kind="notice", subject=issued)
        assert (document["number"], document["dated_on"]) == ("督查通知〔2016〕1号", "2016-04-05")
        text = await content(caller, document)
        assert "督查通知〔2016〕1号" in text
        assert "示例乡人民政府：" in text
        assert "2016年4月5日" in text
    refused = await draft_of(office, "notice", issued)
    assert (refused.status_code, refused.json()["code"]) == (409, "document_issued")
    assert (await draft_of(unit, "notice", drafted)).status_code == 404
    assert (await draft_of(office, "slip", drafted)).status_code == 404
    stranger = await callers(here, "unit", unit_id=await make_unit(session, here.actor))
    assert (await stranger.get(f"/v1/official_documents/{document['id']}/content")).status_code == 404
    read = await session.scalars(select(AuditEvent.subject_id).where(AuditEvent.verb == "official_document.read"))
    assert set(map(str, read)) == {document["id"]}


async def test_another_county_finds_nothing(
    session: AsyncSession, callers: Callers, here: Place, elsewhere: Place
) -> None:
    drafted = await notices.make_notice(session, here.actor)
    issued = await notices.make_notice(session, here.actor, state="issued")
    await session.commit()
    document = await the_only(await callers(here, "office"), subject=issued)
    office = await callers(elsewhere, "office")
    assert (await office.get("/v1/official_documents")).json()["data"] == []
    for path in ("", "/content", "/pdf"):
        assert (await office.get(f"/v1/official_documents/{document['id']}{path}")).status_code == 404
    assert (await draft_of(office, "notice", drafted)).status_code == 404


async def test_what_was_issued_cannot_be_changed(session: AsyncSession, here: Place) -> None:
    await notices.make_notice(session, here.actor, state="issued")
    document = (await session.scalars(select(IssuedDocument))).one()
    document.content = b""
    with pytest.raises(DBAPIError, match="permission denied"):
        await session.flush()


async def test_circular_order_urging_and_proposal(session: AsyncSession, callers: Callers, here: Place) -> None:
    unit_id = await make_unit(session, here.actor, name="示例乡人民政府")
    drafter = bulletins.person(here.actor)
    circular = await bulletins.draft(session, drafter)
    await session.commit()
    office = await callers(here, "office")
    assert "2016年3月督查通报" in words_of(await draft_of(office, "circular", circular))
    await bulletins.put_out(session, here.actor, circular)
    order = await bulletins.order(session, drafter, unit_id)
    proposal = await bulletins.propose(session, drafter, unit_id)
    assert "任务长期未推进" in words_of(await draft_of(office, "accountability", proposal))
    await bulletins.send(session, bulletins.person(here.actor), proposal, sent_on=date(2016, 4, 5))
    await notices.make_notice(session, here.actor, state="issued", unit_ids=[unit_id])
    delivery = (await session.scalars(select(NoticeDelivery.id))).one()
    urged = await urging.urge_delivery(session, drafter, delivery, channel="telephone", note="已三次致电。")
    await session.commit()
    told = {
        "circular": (circular, "督查通报〔2016〕1号", "各乡镇、县直各部门："),
        "rectification": (order, "督查整改〔2016〕1号", "2016年4月20日"),
        "urging": (urged, "督查催办〔2016〕1号", "已三次致电。"),
        "accountability": (proposal, "督查问责〔2016〕1号", "县纪委监委："),
    }
    for kind, (subject, number, words) in told.items():
        document = await the_only(office, kind=kind, subject=subject)
        assert document["number"] == number
        text = await content(office, document)
        assert words in text
        assert number in text
    unit = await callers(here, "unit", unit_id=unit_id)
    kinds = {row["kind"] for row in (await unit.get("/v1/official_documents")).json()["data"]}
    assert kinds == {"circular", "rectification", "urging", "notice"}
    publisher = await callers(here, "publisher")
    assert (await publisher.get("/v1/official_documents")).json()["data"] == []


async def test_a_key_reads_no_kind_whose_scope_it_lacks(session: AsyncSession, callers: Callers, here: Place) -> None:
    circular = await bulletins.draft(session, bulletins.person(here.actor))
    await bulletins.put_out(session, here.actor, circular)
    await session.commit()
    key = await callers(here, "office", scopes=frozenset({"items:read"}))
    assert (await key.get("/v1/official_documents")).json()["data"] == []
    assert (await draft_of(key, "circular", circular)).status_code == 404


async def test_a_press_release_comes_from_what_was_published(
    session: AsyncSession, callers: Callers, here: Place
) -> None:
    published = await publication.put_out(session, here.actor)
    await session.commit()
    publisher = await callers(here, "publisher")
    document = await the_only(publisher, kind="press_release", subject=published)
    assert document["number"] is None
    assert "供稿）" in await content(publisher, document)


async def test_a_county_writes_its_own_words(session: AsyncSession, callers: Callers, here: Place) -> None:
    office = await callers(here, "office")
    administrator = await callers(here, "administrator", is_person=True)
    answer = await administrator.post("/v1/document_templates", json=WORDS)
    assert answer.status_code == 201, answer.text
    assert answer.json()["version"] == 1
    listed = (await office.get(answer.headers["Location"])).json()["data"]
    assert answer.json() in listed
    assert {row["kind"]: row["version"] for row in listed if row["version"]} == {"notice": 1}
    issued = await notices.make_notice(session, here.actor, state="issued", text="先读此件。")
    await session.commit()
    text = await content(office, await the_only(office, subject=issued))
    assert "委督查室<" in text
    assert "先读此件。" in text
    assert "现就" not in text
    wrong = await administrator.post("/v1/document_templates", json={**WORDS, "body": "{quarter}"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "unknown_document_field")
    assert wrong.json()["errors"][0]["pointer"] == "/body"
    assert (await office.post("/v1/document_templates", json=WORDS)).status_code == 403


async def test_where_the_county_asks_for_it_another_person_approves_the_words(
    session: AsyncSession, callers: Callers, here: Place, elsewhere: Place
) -> None:
    first, second = [await callers(here, "administrator", is_person=True) for _ in range(2)]
    stranger = await callers(elsewhere, "administrator", is_person=True)
    path = "/v1/document_templates"
    await two_person_steps.set_two_person_steps(session, here.actor, operations=["write_document_template"])
    await session.commit()
    refused = await first.post(path, json=WORDS)
    assert (refused.status_code, refused.json()["code"]) == (403, "document_template_needs_approval")
    assert (await stranger.post(path, json=WORDS)).status_code == 201, "another county asks for nothing"
    wrong = await first.post(f"{path}/proposals", json={**WORDS, "body": "{quarter}"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "unknown_document_field")
    proposed = await first.post(f"{path}/proposals", json=WORDS)
    assert (proposed.status_code, proposed.json()["kind"]) == (201, "propose_document_template")
    assert proposed.json()["content"] == {**WORDS, "copies": "", "recipients": ""}
    assert {row["version"] for row in (await first.get(path)).json()["data"]} == {0}
    assert (await approve(first, proposed)).json()["code"] == "proposer_approves"
    assert (await approve(stranger, proposed)).status_code == 404
    assert (await approve(second, proposed)).status_code == 200
    (standing,) = [row for row in (await first.get(path)).json()["data"] if row["version"]]
    assert (standing["kind"], standing["version"], standing["body"]) == ("notice", 1, "{text}")
    office = await callers(here, "office", is_person=True)
    assert (await office.post(f"{path}/proposals", json=WORDS)).status_code == 403


async def test_each_kind_that_has_drafts_can_be_asked_for(callers: Callers, here: Place) -> None:
    assert set(get_args(DraftKind)) == DRAFTS.keys()
    office = await callers(here, "office")
    assert (await draft_of(office, "urging", new_id())).status_code == 422


READ_BY = {
    "notice": "get_notice",
    "slip": "get_notice",
    "urging": "list_urgings",
    "rework": "get_completion_report",
    "feedback": "get_completion_report",
    "circular": "get_circular",
    "rectification": "get_rectification_order",
    "warning": "get_quarterly_warnings",
    "press_release": "get_publication",
    "accountability": "get_accountability_proposal",
}


@pytest.mark.parametrize("kind", DocumentKind)
async def test_a_document_is_read_by_those_who_may_read_what_it_says(kind: DocumentKind) -> None:
    permission = permissions()[READ_BY[kind]]
    assert (READINGS[kind].scope, READINGS[kind].roles) == (permission.scope, permission.roles)


async def test_warnings_are_documents_numbered_in_a_row(session: AsyncSession, callers: Callers, here: Place) -> None:
    units = [await make_unit(session, here.actor) for _ in range(2)]
    rows = [
        {"id": new_id(), "unit_id": unit_id, "year": 2016, "quarter": 1, "level": "warning", "points": Decimal("6.5")}
        for unit_id in units
    ]
    issued = [{**row, "issued_at": datetime(2016, 4, 5, 4, tzinfo=UTC), "issued_by": None} for row in rows]
    session.add_all(QuarterlyWarning(**row) for row in issued)
    documents = [warning_facts(row, unit="示例局", quarter="2016年第一季度", level="预警") for row in issued]
    await keep_documents(session, here.actor, documents)
    await session.commit()
    listed = (await (await callers(here, "office")).get("/v1/official_documents")).json()["data"]
    assert {row["number"] for row in listed} == {"督查预警〔2016〕1号", "督查预警〔2016〕2号"}
    unit = await callers(here, "unit", unit_id=units[0])
    document = await the_only(unit, kind="warning")
    assert document["subject_id"] == str(rows[0]["id"])
    assert "累计扣6.5分" in await content(unit, document)
    assert (await (await callers(here, "leader")).get("/v1/official_documents")).json()["data"] == []


@pytest.mark.parametrize(
    ("review", "kind", "words"), [(RETURN, "rework", "1. 道路恢复通车"), (PASS, "feedback", "已按要求办结。")]
)
async def test_a_completion_review_is_a_return_or_a_feedback_opinion(
    session: AsyncSession, callers: Callers, here: Place, review: dict[str, Any], kind: str, words: str
) -> None:
    duty = await reviews.make_duty(session, here.actor)
    report_id = await reviews.report(session, here.actor, duty.unit_id, duty.task_ids[0])
    judged = Review(**{**review, "rework_until_on": date(2199, 12, 31) if kind == "rework" else None})
    await completion_review.review_completion(session, reviews.person(here.actor), report_id, AS_READ, judged)
    await session.commit()
    unit = await callers(here, "unit", unit_id=duty.unit_id)
    document = await the_only(unit, kind=kind, subject=report_id)
    assert words in await content(unit, document)
