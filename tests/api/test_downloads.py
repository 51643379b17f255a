"""Every file that is sent away says under which name to save it."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from urllib.parse import unquote

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from api.app import DuchaApp
from supervision.messaging import templates
from tests.contract.requests import operations
from tests.factories.identity import Caller, make_unit
from tests.factories.inspections import PDF
from tests.factories.items import make_item
from tests.factories.notices import make_notice
from tests.factories.official_documents import copy_as_pdf
from tests.factories.scoring import adopt, hold
from tests.places import Callers, Place

NAMED = re.compile(r"attachment; filename\*=UTF-8''([A-Za-z0-9%._-]+)")


@pytest.fixture
async def office(session: AsyncSession, callers: Callers, here: Place) -> Caller:
    await adopt(session, here.actor)
    await hold(session, here.actor, datetime(2017, 5, 1, tzinfo=UTC))
    await make_unit(session, here.actor)
    await session.commit()
    return await callers(here, "office")


async def an_archive(office: Caller, callers: Callers, session: AsyncSession, here: Place) -> httpx.Response:
    del callers
    item_id = await make_item(session, here.actor)
    await session.commit()
    return await office.get(f"/v1/items/{item_id}/archive.zip")


async def an_attachment(office: Caller, callers: Callers, session: AsyncSession, here: Place) -> httpx.Response:
    del callers, session, here
    headers = {"Content-Type": "application/pdf"}
    made = await office.post("/v1/attachments", params={"secrecy": "public"}, content=PDF, headers=headers)
    return await office.get(made.headers["Location"])


async def a_settlement(office: Caller, callers: Callers, session: AsyncSession, here: Place) -> httpx.Response:
    del session
    await office.post("/v1/settlements/2016")
    await (await callers(here, "group")).post("/v1/settlements/2016/confirmation")
    return await office.get("/v1/settlements/2016/export")


async def issued(office: Caller, session: AsyncSession, here: Place) -> str:
    await templates.install_defaults(session, here.actor)
    await make_notice(session, here.actor, state="issued", kind="slip")
    await copy_as_pdf(session)
    await session.commit()
    (document,) = (await office.get("/v1/official_documents")).json()["data"]
    return f"/v1/official_documents/{document['id']}"


async def a_document(office: Caller, callers: Callers, session: AsyncSession, here: Place) -> httpx.Response:
    del callers
    return await office.get(f"{await issued(office, session, here)}/content")


async def a_pdf(office: Caller, callers: Callers, session: AsyncSession, here: Place) -> httpx.Response:
    del callers
    return await office.get(f"{await issued(office, session, here)}/pdf")


async def a_draft(office: Caller, callers: Callers, session: AsyncSession, here: Place) -> httpx.Response:
    del callers
    notice_id = await make_notice(session, here.actor)
    await session.commit()
    return await office.get(f"/v1/official_document_drafts/{notice_id}", params={"kind": "notice"})


FILES: dict[str, tuple[Callable[[Caller, Callers, AsyncSession, Place], Awaitable[httpx.Response]], str]] = {
    "download_archive": (an_archive, r"领办2016-001\.zip"),
    "download_official_document": (a_document, r"督查抄告单\.docx"),
    "download_official_pdf": (a_pdf, r"督查抄告单\.pdf"),
    "preview_official_document": (a_draft, r"草稿\.docx"),
    "get_attachment": (an_attachment, r"附件[0-9a-f]{8}\.pdf"),
    "export_settlement": (a_settlement, r"2016年度督促检查指标\.xlsx"),
}


def test_all_of_them_are_tried(app: DuchaApp) -> None:
    sent = {
        each.name: each.facts["responses"]["200"]
        for each in operations(app.openapi())
        for content in each.facts["responses"].get("200", {}).get("content", {}).values()
        if content["schema"].get("format") == "binary"
    }
    assert sent.keys() == FILES.keys()
    assert all("Content-Disposition" in response["headers"] for response in sent.values())


@pytest.mark.parametrize("operation", FILES)
async def test_a_file_has_a_name(
    office: Caller, callers: Callers, session: AsyncSession, here: Place, operation: str
) -> None:
    fetch, expected = FILES[operation]
    answer = await fetch(office, callers, session, here)
    assert answer.status_code == 200, answer.text
    named = NAMED.fullmatch(answer.headers["Content-Disposition"])
    assert named
    assert re.fullmatch(expected, unquote(named[1]))
