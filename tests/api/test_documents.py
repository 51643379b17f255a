from hashlib import sha256

import httpx
import pytest

from supervision.foundation.ids import new_id
from tests.factories.identity import Caller
from tests.factories.inspections import PDF, office_file
from tests.places import Callers, Place

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MIB = 1024 * 1024


async def upload(
    caller: Caller, raw: bytes, *, secrecy: str | None = "internal", named: str = "application/pdf"
) -> httpx.Response:
    params = {} if secrecy is None else {"secrecy": secrecy}
    return await caller.post("/v1/attachments", params=params, content=raw, headers={"Content-Type": named})


@pytest.mark.parametrize(
    ("raw", "media_type"),
    [
        (PDF, "application/pdf"),
        (b"\xff\xd8\xff\xe0 and so on", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n and so on", "image/png"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic and so on", "image/heic"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic and so on", "image/heic"),
        ("单位,数值\r\n教育局,3\r\n".encode(), "text/plain"),
        ("单位,数值\n教育局,3\n".encode("gb18030"), "text/plain"),
        (office_file("xl/workbook.xml"), XLSX),
        (office_file("word/document.xml"), DOCX),
    ],
)
async def test_the_bytes_say_what_they_are(callers: Callers, here: Place, raw: bytes, media_type: str) -> None:
    unit = await callers(here, "unit")
    made = await upload(unit, raw, secrecy="public")
    told = made.json()
    assert (made.status_code, told["media_type"], told["secrecy"]) == (201, media_type, "public")
    assert (told["sha256"], told["size"]) == (sha256(raw).hexdigest(), len(raw))
    found = await unit.get(made.headers["Location"])
    assert (found.content, found.headers["Content-Type"]) == (raw, media_type)
    assert found.headers["Content-Disposition"].startswith("attachment;")
    assert found.headers["X-Content-Type-Options"] == "nosniff"
    assert found.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert found.headers["Cache-Control"] == "private, no-cache"
    again = await unit.get(made.headers["Location"], headers={"If-None-Match": found.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "attachment_empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on", "attachment_of_old_format"),
        (b"MZ\x90\x00", "attachment_of_other_type"),
        (b"<html>", "attachment_of_other_type"),
        (b"\xef\xbb\xbf  <!DOCTYPE html>", "attachment_of_other_type"),
        (b"#!/bin/sh\n", "attachment_of_other_type"),
        (b" \n", "attachment_of_other_type"),
        (b"text\x00", "attachment_of_other_type"),
        (b"\x81\xff", "attachment_of_other_type"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom and so on", "attachment_of_other_type"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif and so on", "attachment_of_other_type"),
        (b"PK\x03\x04 no archive", "attachment_of_other_type"),
        (office_file("ppt/presentation.xml"), "attachment_of_other_type"),
        (office_file("word/document.xml", "word/vbaProject.bin"), "attachment_of_other_type"),
        (office_file("word/document.xml", "xl/workbook.xml"), "attachment_of_other_type"),
        (PDF + bytes(5 * MIB), "attachment_too_large"),
    ],
)
async def test_what_is_refused(callers: Callers, here: Place, raw: bytes, code: str) -> None:
    answer = await upload(await callers(here, "office"), raw)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize("secrecy", ["secret", "机密", "", None])
async def test_classified_matter_has_no_place(callers: Callers, here: Place, secrecy: str | None) -> None:
    answer = await upload(await callers(here, "office"), PDF, secrecy=secrecy)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_other_media_types_are_not_read(callers: Callers, here: Place) -> None:
    assert (await upload(await callers(here, "office"), PDF, named="text/html")).status_code == 415


async def test_the_strictest_level_stands(callers: Callers, here: Place) -> None:
    office = await callers(here, "office")
    levels = [
        (await upload(office, PDF, secrecy=secrecy)).json()["secrecy"]
        for secrecy in ("internal", "public", "work_secret", "internal")
    ]
    assert levels == ["internal", "internal", "work_secret", "work_secret"]


async def test_a_unit_reads_its_own(callers: Callers, here: Place, elsewhere: Place) -> None:
    unit, other, office = await callers(here, "unit"), await callers(here, "unit"), await callers(here, "office")
    where = (await upload(unit, PDF)).headers["Location"]
    assert (await office.get(where)).content == PDF
    assert (await other.get(where)).status_code == 404
    assert (await (await callers(elsewhere, "office")).get(where)).status_code == 404
    assert (await office.get(f"/v1/attachments/{new_id()}")).status_code == 404


async def test_the_same_bytes_of_another_unit_are_another_attachment(callers: Callers, here: Place) -> None:
    unit, other, office = await callers(here, "unit"), await callers(here, "unit"), await callers(here, "office")
    made = [await upload(each, PDF, secrecy=level) for each, level in ((unit, "internal"), (other, "work_secret"))]
    assert len({each.headers["Location"] for each in made}) == 2
    assert [each.json()["uploaded_by"] for each in made] == [str(unit.person), str(other.person)]
    assert (await upload(unit, PDF)).headers["Location"] == made[0].headers["Location"]
    assert (await upload(unit, PDF)).json()["secrecy"] == "internal", "another's level is its own"
    assert (await other.get(made[0].headers["Location"])).status_code == 404
    assert (await upload(office, PDF)).json()["id"] not in {each.json()["id"] for each in made}
