"""What no attachment has is taken out of the store; what one has, or may have soon, stays."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from supervision.documents import attachments
from supervision.documents.file_erasure import erase_files
from supervision.documents.models import Secrecy
from supervision.documents.uploads import take_in, upload_attachment
from supervision.foundation import settings
from supervision.foundation.actors import system
from supervision.foundation.database import enter
from supervision.foundation.ids import new_id
from tests.factories.inspections import PDF
from tests.factories.stores import choose
from tests.places import Committed, Place
from worker.jobs.attachments import sweep
from worker.runner import Runner


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "kept").mkdir()
    choose(monkeypatch, tmp_path, attachment_store=f"file://{tmp_path / 'kept'}")
    yield tmp_path / "kept"
    settings.current.cache_clear()


@pytest.fixture
async def runner(committed: Committed, folder: Path) -> Runner:
    assert folder
    return Runner(committed.worker, {})


async def send(committed: Committed, place: Place, raw: bytes, *, is_committed: bool) -> UUID:
    key = await take_in(place.actor.jurisdiction_id, raw)
    async with committed.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        made = await upload_attachment(session, place.actor, raw=raw, secrecy=Secrecy.INTERNAL, stored_as=key)
        if is_committed:
            await session.commit()
    return made


def files(folder: Path) -> set[bytes]:
    return {each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def age(folder: Path, *, hours: float = 25) -> None:
    then = time.time() - 3600 * hours
    for each in folder.rglob("*"):
        os.utime(each, (then, then))


def lay(folder: Path, county: UUID) -> None:
    (folder / str(county)).mkdir()
    (folder / str(county) / "theirs").write_bytes(b"theirs")


async def test_only_old_orphans_are_swept(committed: Committed, runner: Runner, folder: Path) -> None:
    place = await committed.found("330326")
    await send(committed, place, PDF + b"kept", is_committed=True)
    await send(committed, place, PDF + b"lost", is_committed=False)
    # Another installation's county in the same place.
    lay(folder, new_id())
    await sweep(runner)
    assert files(folder) == {PDF + b"kept", PDF + b"lost", b"theirs"}, "it may be committed yet"
    age(folder)
    await send(committed, place, PDF + b"young", is_committed=False)
    await sweep(runner)
    assert files(folder) == {PDF + b"kept", PDF + b"young", b"theirs"}


async def test_what_was_erased_is_swept(committed: Committed, runner: Runner, folder: Path) -> None:
    place = await committed.found("330326")
    made = await send(committed, place, PDF, is_committed=True)
    age(folder)
    async with committed.worker() as session:
        await enter(session, place.actor.jurisdiction_id, role="ducha_api")
        assert await erase_files(session, system(place.actor.jurisdiction_id), [made], kind="evidence") == 1
        await session.commit()
    await sweep(runner)
    assert files(folder) == set()
    async with committed.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        assert await attachments.list_orphans(session, ["nothing"]) == ["nothing"]
