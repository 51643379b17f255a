"""A file may come in a form and have a name; what its name says, its bytes must be."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from prometheus_client import REGISTRY

from supervision.foundation import settings
from tests.factories.identity import Caller
from tests.factories.inspections import PDF, office_file
from tests.factories.stores import choose
from tests.places import Callers, Place

NAMED = "东风路现场照片.pdf"
JPEG = b"\xff\xd8\xff\xe0 and so on"


@pytest.fixture
async def unit(callers: Callers, here: Place) -> Caller:
    return await callers(here, "unit")


async def send(caller: Caller, raw: bytes, name: str | None = None, *, language: str = "zh-CN") -> httpx.Response:
    params = {"secrecy": "internal"} | ({} if name is None else {"name": name})
    headers = {"Content-Type": "application/octet-stream", "Accept-Language": language}
    return await caller.post("/v1/attachments", params=params, content=raw, headers=headers)


async def send_form(caller: Caller, *parts: tuple[str, tuple[str | None, bytes]], **params: str) -> httpx.Response:
    return await caller.post("/v1/attachments", params={"secrecy": "internal", **params}, files=list(parts))


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def count(name: str, outcome: str) -> float:
    return REGISTRY.get_sample_value(name, {"outcome": outcome}) or 0


async def test_a_form_and_a_body_are_the_same_attachment(unit: Caller) -> None:
    made = await send_form(unit, ("file", (NAMED, PDF)))
    assert made.status_code == 201, made.text
    assert (made.json()["name"], made.json()["media_type"], made.json()["size"]) == (NAMED, "application/pdf", len(PDF))
    found = await unit.get(made.headers["Location"])
    assert found.content == PDF
    assert found.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{quote(NAMED)}"
    assert found.headers["X-Content-Type-Options"] == "nosniff"
    assert found.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    raw = await send(unit, PDF, "改了名.pdf")
    assert (raw.json()["id"], raw.json()["name"]) == (made.json()["id"], NAMED), "the first name stays"


async def test_what_came_without_a_name_gets_the_first_that_comes(unit: Caller) -> None:
    made = await send(unit, PDF)
    assert made.json()["name"] is None
    named = (await unit.get(made.headers["Location"])).headers["Content-Disposition"]
    assert named == f"attachment; filename*=UTF-8''{quote('附件' + made.json()['sha256'][:8])}.pdf"
    assert (await send(unit, PDF, NAMED)).json()["name"] == NAMED


@pytest.mark.parametrize(
    ("raw", "sent", "kept", "saved"),
    [
        (PDF, "C:\\照片\\现场.PDF", "现场.PDF", "现场.PDF"),
        (PDF, "../../etc/报告.pdf", "报告.pdf", "报告.pdf"),
        (JPEG, "现场\u200b.jpeg", "现场.jpeg", "现场.jpeg"),
        (PDF, "报告", "报告", "报告.pdf"),
        ("单位,数值\n".encode(), "进度.csv", "进度.csv", "进度.csv"),
        (office_file("word/document.xml"), "v1.2 报告.docx", "v1.2 报告.docx", "v1.2 报告.docx"),
    ],
)
async def test_names_are_kept_without_their_folders(unit: Caller, raw: bytes, sent: str, kept: str, saved: str) -> None:
    made = await send(unit, raw, sent)
    assert (made.status_code, made.json()["name"]) == (201, kept)
    found = await unit.get(made.headers["Location"])
    assert found.headers["Content-Disposition"].endswith(f"''{quote(saved)}")


@pytest.mark.parametrize("name", ["现场.jpg", "现场.pdf.exe", "a\u202efdp.exe", "报告.", "报告.doc"])
async def test_a_name_that_says_otherwise_is_refused(unit: Caller, name: str) -> None:
    for answer in (await send(unit, PDF, name), await send_form(unit, ("file", (name, PDF)))):
        assert told(answer) == (422, "attachment_named_otherwise")
    assert "内容是 PDF" in (await send(unit, PDF, name)).json()["detail"]
    english = (await send(unit, PDF, name, language="en")).json()["detail"]
    assert ".pdf" in english
    assert name not in english


@pytest.mark.parametrize("name", [" ", "\u200b", "..", "folder/", "a\tb.pdf", "长" * 198 + ".pdf"])
async def test_a_name_that_cannot_be_used_is_refused(unit: Caller, name: str) -> None:
    answer = await send_form(unit, ("file", ("named.pdf", PDF)), name=name)
    assert told(answer) == (422, "attachment_name_unreadable")


@pytest.mark.parametrize(
    "parts",
    [
        [("file", ("a.pdf", PDF)), ("file", ("b.pdf", PDF))],
        [("files", ("a.pdf", PDF))],
        [("file", (None, PDF))],
        [("file", ("a.pdf", PDF)), ("remark", (None, b"text"))],
    ],
)
async def test_a_form_holds_one_file(unit: Caller, parts: list[tuple[str, tuple[str | None, bytes]]]) -> None:
    assert told(await send_form(unit, *parts)) == (422, "attachment_form_unreadable")


@pytest.mark.parametrize("media_type", ["multipart/form-data", "multipart/form-data; boundary=b"])
async def test_what_is_no_form_is_refused(unit: Caller, media_type: str) -> None:
    headers = {"Content-Type": media_type}
    answer = await unit.post("/v1/attachments", params={"secrecy": "internal"}, content=PDF, headers=headers)
    assert told(answer) == (422, "attachment_form_unreadable")


async def test_a_form_is_sent_once_under_its_key(unit: Caller) -> None:
    boundary = "x" * 16
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'.encode()
        + PDF
        + f"\r\n--{boundary}--\r\n".encode()
    )
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}", "Idempotency-Key": "one"}
    answers = [
        await unit.post("/v1/attachments", params={"secrecy": "internal"}, content=body, headers=headers)
        for _ in range(2)
    ]
    assert [each.status_code for each in answers] == [201, 201]
    assert answers[1].headers["Idempotent-Replayed"] == "true"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "kept").mkdir()
    scan = "sh -c 'if grep -q HARMFUL; then exit 1; else exit 0; fi'"
    choose(monkeypatch, tmp_path, scan_command=scan, attachment_store=f"file://{tmp_path / 'kept'}")
    yield tmp_path / "kept"
    settings.current.cache_clear()


def files_in(folder: Path) -> list[Path]:
    return list(folder.rglob("*"))


async def test_what_says_that_it_is_classified_never_lies_in_the_store(unit: Caller, folder: Path) -> None:
    for params in ({"secrecy": "机密"}, {}):
        headers = {"Content-Type": "application/pdf"}
        answer = await unit.post("/v1/attachments", params=params, content=PDF, headers=headers)
        assert told(answer) == (422, "invalid")
    assert files_in(folder) == []


async def test_uploads_and_scans_are_counted(unit: Caller, folder: Path) -> None:
    assert folder
    uploads = {each: count("ducha_uploads_total", each) for each in ("kept", "attachment_infected", "attachment_empty")}
    scans = {each: count("ducha_scans_total", each) for each in ("clean", "infected")}
    for raw in (PDF, PDF + b"HARMFUL", b""):
        await send(unit, raw)
    for outcome, before in uploads.items():
        assert count("ducha_uploads_total", outcome) == before + 1
    for outcome, before in scans.items():
        assert count("ducha_scans_total", outcome) == before + 1
