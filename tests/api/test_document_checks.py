"""Anybody checks a document by the address in its code, and learns nothing else of it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import httpx
import lxml.html
import pytest
from lxml import etree
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.app import DuchaApp
from supervision.documents.models import Secrecy
from supervision.foundation.database import enter
from supervision.foundation.ids import new_id
from supervision.items.models import Item
from supervision.messaging import templates
from supervision.official_documents import pdf_copies
from supervision.official_documents.models import IssuedDocument
from supervision.official_documents.states import DocumentKind
from supervision.publication import drafts, release
from supervision.publication.sources import Source
from tests.factories import bulletins, notices, publication
from tests.factories.identity import make_unit
from tests.factories.items import make_item
from tests.factories.pictures import read_code
from tests.factories.scoring import hold
from tests.factories.signatures import AS_READ
from tests.places import Callers, Place

LOOK = {"name": "示例县督查公开", "colour": "#1f4e79"}
NOTHING_SAID = {"kind": None, "title": None, "page": None, "match": None}
INSIDE = "污水处理厂内部事项"


@pytest.fixture
async def anybody(app: DuchaApp) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ducha.test") as client:
        yield client


@pytest.fixture(autouse=True)
async def county(session: AsyncSession, here: Place) -> None:
    await templates.install_defaults(session, here.actor)
    await hold(session, here.actor, datetime(2016, 4, 20, 4, tzinfo=UTC))
    await session.commit()


async def document_of(session: AsyncSession, place: Place, subject_id: UUID) -> IssuedDocument:
    await enter(session, place.actor.jurisdiction_id)
    return (await session.scalars(select(IssuedDocument).filter_by(subject_id=subject_id))).one()


async def told(anybody: httpx.AsyncClient, document: IssuedDocument, **query: str) -> dict[str, Any]:
    answer = await anybody.get(f"/feeds/330326/documents/{document.id}", params=query)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store"), answer.text
    found: dict[str, Any] = answer.json()
    return found


async def page(anybody: httpx.AsyncClient, document: IssuedDocument, **query: str) -> Any:
    answer = await anybody.get(f"/portal/330326/documents/{document.id}", params=query)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8"), answer.text
    return lxml.html.fromstring(answer.content)


async def test_of_what_is_for_the_inside_only_that_it_is_genuine(
    session: AsyncSession, here: Place, anybody: httpx.AsyncClient
) -> None:
    issued = await notices.make_notice(session, here.actor, state="issued", text=INSIDE)
    document = await document_of(session, here, issued)
    await pdf_copies.keep_pdf(session, document.id, b"%PDF-1.7")
    await session.commit()
    known = await told(anybody, document)
    assert known.pop("pdf_sha256")
    assert known == {
        "id": str(document.id),
        "number": "督查通知〔2016〕1号",
        "dated_on": "2016-04-20",
        "office": "示例县330326督查室",
        "state": "valid",
        "sha256": document.sha256,
        **NOTHING_SAID,
    }
    shown = (await page(anybody, document)).text_content()
    assert all(
        each in shown for each in ("有效", "督查通知〔2016〕1号", "2016年4月20日", document.sha256, "只公开其真伪")
    )
    assert not any(each in shown for each in (INSIDE, document.title, "督查通知书"))


@pytest.mark.parametrize(("content", "match"), [("docx", "docx"), (b"%PDF-1.7", "pdf"), (b"forged", "none")])
async def test_a_file_is_compared_by_its_digest_or_itself(
    session: AsyncSession, here: Place, anybody: httpx.AsyncClient, content: Any, match: str
) -> None:
    issued = await notices.make_notice(session, here.actor, state="issued")
    document = await document_of(session, here, issued)
    await pdf_copies.keep_pdf(session, document.id, b"%PDF-1.7")
    await session.commit()
    sent = document.content if content == "docx" else content
    says = {"docx": "与印发的docx文件逐字节相同", "pdf": "与印发的PDF文件逐字节相同", "none": "不一致"}[match]
    path = f"/portal/330326/documents/{document.id}"
    answer = await anybody.post(path, files={"file": ("手中的文件", sent)})
    assert (answer.status_code, says in answer.text) == (200, True), answer.text
    digest = {"docx": document.sha256, "pdf": (await told(anybody, document))["pdf_sha256"], "none": "0" * 64}[match]
    assert (await told(anybody, document, sha256=digest))["match"] == match
    spaced = f" {digest[:32].upper()} {digest[32:].upper()} "
    assert says in (await page(anybody, document, sha256=spaced)).text_content()


async def test_what_is_no_digest_and_no_file_is_said_so(
    session: AsyncSession, here: Place, anybody: httpx.AsyncClient
) -> None:
    document = await document_of(session, here, await notices.make_notice(session, here.actor, state="issued"))
    await session.commit()
    path = f"/portal/330326/documents/{document.id}"
    for answer, status, says in (
        (await anybody.get(path, params={"sha256": "abc"}), 422, "摘要须为64位"),
        (await anybody.post(path, files={"file": ("", b"")}), 422, "没有收到文件"),
        (await anybody.post(path, files={"file": ("大", bytes(5 * 1024 * 1024 + 1))}), 422, "超过5 MB"),
        (await anybody.post(path, files={"file": ("更大", bytes(7 * 1024 * 1024))}), 413, "无法显示这个页面"),
        (await anybody.post(path, data={"file": "x"}), 415, "无法显示这个页面"),
    ):
        assert (answer.status_code, says in answer.text) == (status, True), answer.text
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert (await anybody.get(f"/feeds/330326/documents/{document.id}", params={"sha256": "abc"})).status_code == 422


async def test_another_county_never_issued_it(
    session: AsyncSession, here: Place, elsewhere: Place, anybody: httpx.AsyncClient
) -> None:
    document = await document_of(session, here, await notices.make_notice(session, here.actor, state="issued"))
    await session.commit()
    for code, document_id in ((elsewhere.code, document.id), (here.code, new_id())):
        for place in ("feeds", "portal"):
            assert (await anybody.get(f"/{place}/{code}/documents/{document_id}")).status_code == 404


async def test_a_press_release_is_valid_then_replaced_then_withdrawn(
    session: AsyncSession, here: Place, anybody: httpx.AsyncClient
) -> None:
    first = await publication.put_out(session, here.actor)
    document = await document_of(session, here, first)
    await session.commit()
    portal = f"http://127.0.0.1:8000/portal/330326/publications/{first}"
    known = await told(anybody, document)
    assert (known["state"], known["kind"], known["page"]) == ("valid", "press_release", portal)
    assert known["title"] in document.title
    assert (await page(anybody, document)).xpath("//a[text()='查看公开的内容']/@href") == [portal[21:]]
    await enter(session, here.actor.jurisdiction_id)
    correction = await publication.put_out_correction(session, here.actor, first)
    await session.commit()
    known = await told(anybody, document)
    assert (known["state"], known["kind"], known["title"], known["page"]) == ("replaced", None, None, portal)
    assert "已更正" in (await page(anybody, document)).text_content()
    newer = await document_of(session, here, correction)
    await session.commit()
    assert (await told(anybody, newer))["title"] == "更正后的标题"
    await enter(session, here.actor.jurisdiction_id)
    await publication.withdraw(session, here.actor, correction)
    await session.commit()
    for each in (document, newer):
        known = await told(anybody, each)
        assert {name: known[name] for name in NOTHING_SAID} == NOTHING_SAID
        assert known["state"] == "withdrawn"
    assert "已撤回" in (await page(anybody, newer)).text_content()


async def test_an_order_is_called_as_it_was_published_and_not_once_it_is_a_secret(
    session: AsyncSession, here: Place, anybody: httpx.AsyncClient
) -> None:
    drafter = bulletins.person(here.actor)
    item_id = await make_item(session, here.actor)
    unit_id = await make_unit(session, here.actor)
    order = await bulletins.order(session, drafter, unit_id, item_id=item_id)
    document = await document_of(session, here, order)
    await session.commit()
    assert {name: (await told(anybody, document))[name] for name in NOTHING_SAID} == NOTHING_SAID
    await enter(session, here.actor.jurisdiction_id)
    source = Source(rectification_order_id=order)
    published = await drafts.draft_publication(session, publication.person(here.actor), source)
    await publication.approve(session, here.actor, published)
    await release.publish(session, publication.person(here.actor), published, AS_READ)
    await session.commit()
    known = await told(anybody, document)
    assert (known["kind"], known["page"][-36:]) == (DocumentKind.RECTIFICATION, str(published))
    await enter(session, here.actor.jurisdiction_id)
    await session.execute(update(Item).values(secrecy=Secrecy.WORK_SECRET).where(Item.id == item_id))
    await session.commit()
    assert {name: (await told(anybody, document))[name] for name in NOTHING_SAID} == NOTHING_SAID


async def test_a_county_that_wants_codes_has_them_on_what_is_issued_from_then_on(
    session: AsyncSession, here: Place, callers: Callers, anybody: httpx.AsyncClient
) -> None:
    before = await document_of(session, here, await notices.make_notice(session, here.actor, state="issued"))
    await session.commit()
    assert not pictures(before.content)
    administrator = await callers(here, "administrator")
    given = {**LOOK, "has_document_codes": True, "office": "中共示例县委督查室"}
    answer = await administrator.put("/v1/portal_look", json=given, headers={"If-Match": '"0"'})
    assert (answer.status_code, answer.json()["office"]) == (200, "中共示例县委督查室")
    await enter(session, here.actor.jurisdiction_id)
    drafted = await notices.make_notice(session, here.actor)
    issued = await document_of(session, here, await notices.make_notice(session, here.actor, state="issued"))
    await session.commit()
    (code,) = pictures(issued.content)
    address = read_code(code)
    assert address == f"http://127.0.0.1:8000/portal/330326/documents/{issued.id}"
    assert (await anybody.get(address)).status_code == 200
    text = ZipFile(BytesIO(issued.content)).read("word/document.xml").decode()
    assert "中共示例县委督查室文件" in text
    assert '<wp:extent cx="864000" cy="864000"/>' in text
    office = await callers(here, "office")
    draft = await office.get(f"/v1/official_document_drafts/{drafted}", params={"kind": "notice"})
    assert not pictures(draft.content), "what is not issued cannot be checked"


def pictures(docx: bytes) -> list[bytes]:
    package = ZipFile(BytesIO(docx))
    related = etree.fromstring(package.read("word/_rels/document.xml.rels"))
    kept = [each.get("Target") for each in related if str(each.get("Type")).endswith("/image")]
    assert sorted(f"word/{each}" for each in kept) == [each for each in package.namelist() if "/media/" in each]
    return [package.read(f"word/{each}") for each in kept]
