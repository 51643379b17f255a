"""A county's look: set by its administrator, readable, and seen on its pages."""

import struct
from base64 import b64encode
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api.app import DuchaApp
from supervision.foundation import settings
from supervision.foundation.database import enter
from supervision.publication.portal.colours import DARK_GROUND, GROUND, contrast, is_readable, lightened
from tests.factories.publication import render
from tests.places import Callers, Place

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 64, 64) + b"\x08\x06\0\0\0\0\0\0\0"
LOOK: dict[str, Any] = {
    "name": "示例县督查公开",
    "colour": "#8c1d18",
    "site_code": "3303260001",
    "office": "中共示例县委督查室",
    "has_document_codes": True,
}
PATH = "/v1/portal_look"


def with_emblem(content: bytes) -> dict[str, Any]:
    return {**LOOK, "emblem_png": b64encode(content).decode()}


async def test_set_by_the_administrator_and_seen_on_the_pages_and_in_the_feeds(
    session: AsyncSession, here: Place, callers: Callers, app: DuchaApp
) -> None:
    administrator = await callers(here, "administrator")
    usual = await administrator.get(PATH)
    assert (usual.json()["version"], usual.json()["colour"], usual.headers["etag"]) == (0, "#1f4e79", '"0"')
    given = with_emblem(PNG)
    changed = await administrator.put(PATH, json=given, headers={"If-Match": usual.headers["etag"]})
    assert (changed.status_code, changed.json()) == (200, {**given, "version": 1})
    stale = await administrator.put(PATH, json=LOOK, headers={"If-Match": usual.headers["etag"]})
    assert stale.status_code == 412
    await enter(session, here.actor.jurisdiction_id)
    await render(session, here.actor)
    await session.commit()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ducha.test") as anybody:
        page = (await anybody.get("/portal/330326")).text
        emblem = await anybody.get("/portal/330326/emblem.png")
        feeds = [(await anybody.get(f"/feeds/330326/all.{media}")).text for media in ("atom", "json", "rss")]
        style = (await anybody.get("/portal/330326/portal.css")).text
    assert ("示例县督查公开" in page, 'content="3303260001"' in page) == (True, True)
    assert "中共示例县委督查室主办" in page
    address = f"{settings.current().public_url}/portal/330326/emblem.png"
    assert all("示例县督查公开" in feed and address in feed for feed in feeds)
    assert (emblem.content, emblem.headers["content-type"]) == (PNG, "image/png")
    assert "--accent: #8c1d18" in style
    told = await session.scalar(text("SELECT facts ->> 'colour' FROM audit_event WHERE verb = 'portal_look.set'"))
    assert told == "#8c1d18"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({**LOOK, "colour": "#ffd54f"}, "colour_not_readable"),
        ({**LOOK, "colour": "#787878"}, "colour_not_readable"),
        ({**LOOK, "colour": "red"}, "invalid"),
        (with_emblem(b"<svg/>"), "not_an_emblem"),
        (with_emblem(PNG + bytes(64 * 1024 + 1 - len(PNG))), "not_an_emblem"),
        (with_emblem(PNG.replace(struct.pack(">I", 64), struct.pack(">I", 5000))), "not_an_emblem"),
        (with_emblem(PNG.replace(struct.pack(">I", 64), struct.pack(">I", 0))), "not_an_emblem"),
        ({**LOOK, "emblem_png": "%%%"}, "invalid"),
        ({**LOOK, "site_code": "1"}, "invalid"),
        ({**LOOK, "office": "督" * 31}, "invalid"),
    ],
)
async def test_refused_looks(here: Place, callers: Callers, given: dict[str, Any], code: str) -> None:
    administrator = await callers(here, "administrator")
    answer = await administrator.put(PATH, json=given, headers={"If-Match": '"0"'})
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_another_county_keeps_its_look(here: Place, elsewhere: Place, callers: Callers) -> None:
    own, other = [await callers(place, "administrator") for place in (here, elsewhere)]
    assert (await own.put(PATH, json=LOOK, headers={"If-Match": '"0"'})).status_code == 200
    assert (await other.get(PATH)).json()["version"] == 0
    office = await callers(here, "office")
    assert (await office.put(PATH, json=LOOK, headers={"If-Match": '"1"'})).status_code == 403


def test_colours_are_measured_as_wcag_does() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48
    assert (is_readable("#1f4e79"), is_readable("#777777"), is_readable("#000000")) == (True, False, True)
    for colour in ("#000000", "#8c1d18", "#1f4e79", "#0000ff"):
        assert contrast(colour, GROUND) >= 4.5
        assert contrast(lightened(colour), DARK_GROUND) >= 5.5
