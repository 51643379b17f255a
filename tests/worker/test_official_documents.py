"""The worker copies issued documents as PDF where LibreOffice is set, each once."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from supervision.foundation import settings
from supervision.foundation.database import enter
from tests.factories.notices import make_notice
from tests.factories.official_documents import require_office_programs
from tests.factories.scoring import hold
from tests.places import Callers, Committed, Place
from worker.jobs.official_documents import copy_as_pdf
from worker.runner import Runner

Use = Callable[..., None]


@pytest.fixture
async def runner(committed: Committed) -> Runner:
    return Runner(committed.worker, {})


@pytest.fixture
async def county(committed: Committed) -> Place:
    place = await committed.found("330326")
    async with committed.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        await hold(session, place.actor, datetime(2016, 4, 5, 4, tzinfo=UTC))
        await make_notice(session, place.actor, state="issued")
        await session.commit()
    return place


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Iterator[Use]:
    def read_anew(program: str | None, seconds: float = 60) -> None:
        if program is None:
            monkeypatch.delenv("DUCHA_LIBREOFFICE", raising=False)
        else:
            monkeypatch.setenv("DUCHA_LIBREOFFICE", program)
        monkeypatch.setenv("DUCHA_LIBREOFFICE_SECONDS", str(seconds))
        settings.current.cache_clear()

    yield read_anew
    monkeypatch.undo()
    settings.current.cache_clear()


async def copies(committed: Committed) -> list[tuple[bool, str | None]]:
    async with committed.owner() as session:
        rows = await session.execute(text("SELECT content IS NOT NULL AS is_made, failure FROM document_pdf"))
        return [(row.is_made, row.failure) for row in rows]


async def test_a_pdf_is_made_once(committed: Committed, county: Place, runner: Runner, use: Use) -> None:
    require_office_programs()
    use(shutil.which("soffice"))
    for _ in range(2):
        await copy_as_pdf(runner)
        assert await copies(committed) == [(True, None)]
    callers: Callers = committed.callers
    office = await callers(county, "office")
    (document,) = (await office.get("/v1/official_documents")).json()["data"]
    answer = await office.get(f"/v1/official_documents/{document['id']}/pdf")
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["ETag"] == f'"{document["pdf_sha256"]}"'


async def test_nothing_is_made_where_no_program_is_set(
    committed: Committed, county: Place, runner: Runner, use: Use
) -> None:
    del county
    use(None)
    await copy_as_pdf(runner)
    use("/nowhere/soffice")
    await copy_as_pdf(runner)
    assert await copies(committed) == []


async def test_what_takes_too_long_is_given_up(
    committed: Committed, county: Place, runner: Runner, use: Use, tmp_path: Path
) -> None:
    del county
    slow = tmp_path / "soffice"
    slow.write_text("#!/bin/sh\nsleep 60\n")
    slow.chmod(0o755)
    use(str(slow), 0.2)
    await copy_as_pdf(runner)
    assert await copies(committed) == [(False, "LibreOffice made nothing of it in time")]
