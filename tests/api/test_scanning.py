"""What a scanner finds harmful, or cannot look at, is not kept; nothing of the database waits for it."""

import asyncio
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import settings
from tests.factories.identity import Caller
from tests.factories.inspections import PDF
from tests.factories.stores import choose
from tests.places import Callers, Committed, Place

BAD = PDF + b"HARMFUL"
FINDS = "sh -c 'if grep -q HARMFUL; then exit 1; else exit 0; fi'"


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    yield
    settings.current.cache_clear()


@pytest.fixture
async def office(callers: Callers, here: Place) -> Caller:
    return await callers(here, "office")


async def upload(caller: Caller, raw: bytes, *, language: str = "en") -> httpx.Response:
    headers = {"Content-Type": "application/pdf", "Accept-Language": language}
    return await caller.post("/v1/attachments", params={"secrecy": "internal"}, content=raw, headers=headers)


async def count_kept(session: AsyncSession, folder: Path) -> tuple[int, int]:
    rows = await session.scalar(text("SELECT count(*) FROM attachment"))
    return rows or 0, files_in(folder)


def files_in(folder: Path) -> int:
    return len([each for each in folder.rglob("*") if each.is_file()])


@asynccontextmanager
async def clamd(path: Path, *, answer: bytes | None = None) -> AsyncIterator[None]:
    """Speak clamd's INSTREAM: find HARMFUL, or say always the same."""

    async def scan(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readexactly(10) == b"zINSTREAM\0"
        raw = b""
        while size := struct.unpack("!L", await reader.readexactly(4))[0]:
            raw += await reader.readexactly(size)
        found = b"stream: Harmful.Test FOUND\0" if b"HARMFUL" in raw else b"stream: OK\0"
        writer.write(found if answer is None else answer)
        writer.close()

    async with await asyncio.start_unix_server(scan, path):
        yield


async def test_what_a_command_finds_is_refused(
    session: AsyncSession, office: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kept").mkdir()
    choose(monkeypatch, tmp_path, scan_command=FINDS, attachment_store=f"file://{tmp_path / 'kept'}")
    for language, words in (("en", "scanner found"), ("zh-CN", "病毒扫描")):
        answer = await upload(office, BAD, language=language)
        assert (answer.status_code, answer.json()["code"]) == (422, "attachment_infected")
        assert words in answer.json()["detail"]
    assert await count_kept(session, tmp_path / "kept") == (0, 0)
    assert (await upload(office, PDF)).status_code == 201
    assert await count_kept(session, tmp_path / "kept") == (1, 1)


@pytest.mark.parametrize("command", ["sh -c 'exit 2'", "/nowhere/scan", "sh -c 'kill -9 $$'", "sh -c '"])
async def test_a_command_that_does_not_answer_takes_nothing(
    session: AsyncSession, office: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    (tmp_path / "kept").mkdir()
    choose(monkeypatch, tmp_path, scan_command=command, attachment_store=f"file://{tmp_path / 'kept'}")
    answer = await upload(office, PDF)
    assert (answer.status_code, answer.json()["code"]) == (503, "scanner_unavailable")
    assert answer.headers["Retry-After"] == "5"
    assert await count_kept(session, tmp_path / "kept") == (0, 0)


async def test_what_clamd_finds_is_refused(office: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    choose(monkeypatch, tmp_path, scan_socket=str(tmp_path / "clamd"))
    assert (await upload(office, PDF)).json()["code"] == "scanner_unavailable", "nobody listens"
    async with clamd(tmp_path / "clamd"):
        assert (await upload(office, BAD + bytes(200_000))).json()["code"] == "attachment_infected"
        assert (await upload(office, PDF + bytes(200_000))).status_code == 201


@pytest.mark.parametrize("answer", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"stream: OK, or so\0"])
async def test_a_clamd_that_does_not_answer_takes_nothing(
    office: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    choose(monkeypatch, tmp_path, scan_socket=str(tmp_path / "clamd"))
    async with clamd(tmp_path / "clamd", answer=answer):
        refused = await upload(office, PDF)
    assert (refused.status_code, refused.json()["code"]) == (503, "scanner_unavailable")


async def test_who_may_not_upload_starts_no_scan(
    callers: Callers, here: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(monkeypatch, tmp_path, scan_command=f"touch {tmp_path / 'scanned'}")
    leader = await callers(here, "leader")
    assert (await upload(leader, PDF)).status_code == 403
    leader.headers["Authorization"] = "Bearer nobody"
    assert (await upload(leader, PDF)).status_code == 401
    assert files_in(tmp_path) == 1, "only the keys of the bucket"


async def test_no_connection_is_held_meanwhile(
    committed: Committed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = f"sh -c 'touch {tmp_path}/begun; until test -e {tmp_path}/go; do sleep 0.05; done'"
    choose(monkeypatch, tmp_path, scan_command=waits)
    office = await committed.callers(await committed.found("330326"), "office")
    uploading = asyncio.create_task(upload(office, PDF))
    async with asyncio.timeout(60):
        while not exists(tmp_path / "begun"):  # noqa: ASYNC110 - another process makes the file
            await asyncio.sleep(0.02)
    async with committed.owner() as session:
        held = await session.scalar(
            text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'"
            )
        )
    touch(tmp_path / "go")
    assert (await uploading).status_code == 201
    assert held == 0


def exists(path: Path) -> bool:
    return path.exists()


def touch(path: Path) -> None:
    path.touch()
