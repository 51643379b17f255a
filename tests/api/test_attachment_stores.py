"""Uploads may lie in a folder or a bucket; whatever that does, what the database says of them is true."""

import io
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.documents import attachments, stores
from supervision.foundation import settings
from supervision.foundation.settings import SettingRefused
from tests.factories.identity import Caller
from tests.factories.inspections import PDF
from tests.factories.items import make_item
from tests.factories.notices import make_paper
from tests.factories.stores import choose, open_bucket
from tests.places import Callers, Place


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    with open_bucket() as place:
        yield place


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[stores.Store]:
    (tmp_path / "kept").mkdir()
    is_folder = request.param == "folder"
    place = f"file://{tmp_path / 'kept'}" if is_folder else request.getfixturevalue("bucket")
    choose(monkeypatch, tmp_path, attachment_store=place)
    opened = stores.choose_store()
    assert opened
    yield opened
    settings.current.cache_clear()


@pytest.fixture
async def office(callers: Callers, here: Place) -> Caller:
    return await callers(here, "office")


async def upload(caller: Caller, raw: bytes = PDF) -> httpx.Response:
    headers = {"Content-Type": "application/pdf"}
    return await caller.post("/v1/attachments", params={"secrecy": "internal"}, content=raw, headers=headers)


async def keys_of(session: AsyncSession) -> list[str | None]:
    return list(await session.scalars(text("SELECT stored_as FROM attachment")))


async def test_bytes_lie_in_the_store_and_come_back(
    session: AsyncSession, office: Caller, here: Place, store: stores.Store
) -> None:
    made = await upload(office)
    assert made.status_code == 201
    (key,) = await keys_of(session)
    assert key
    assert key.startswith(f"{here.actor.jurisdiction_id}/{sha256(PDF).hexdigest()}-")
    assert await session.scalar(text("SELECT content FROM attachment")) is None
    assert await store.get(key) == PDF
    found = await office.get(made.headers["Location"])
    assert (found.status_code, found.content) == (200, PDF)
    assert found.headers["Content-Type"] == "application/pdf"
    assert found.headers["Content-Length"] == str(len(PDF))
    assert found.headers["Content-Disposition"].startswith("attachment;")
    assert found.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert found.headers["Cache-Control"] == "private, no-cache"
    again = await office.get(made.headers["Location"], headers={"If-None-Match": found.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_the_same_is_kept_once_and_the_other_copy_is_an_orphan(
    session: AsyncSession, office: Caller, here: Place, store: stores.Store
) -> None:
    first, second = await upload(office), await upload(office)
    assert first.json()["id"] == second.json()["id"]
    lying = [key async for key, _ in store.list(str(here.actor.jurisdiction_id))]
    orphans = await attachments.list_orphans(session, lying)
    assert (len(lying), len(orphans)) == (2, 1)
    await store.delete(orphans)
    assert (await office.get(first.headers["Location"])).content == PDF


async def test_other_bytes_in_the_store_are_not_given_out(
    session: AsyncSession, office: Caller, store: stores.Store
) -> None:
    made = await upload(office)
    (key,) = await keys_of(session)
    await store.put(str(key), b"%PDF- forged")
    answer = await office.get(made.headers["Location"])
    assert (answer.status_code, answer.json()["code"]) == (503, "attachment_store_unavailable")


async def test_an_archive_has_what_lies_in_the_store(
    session: AsyncSession, office: Caller, here: Place, store: stores.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store
    made = await upload(office)
    item_id = await make_item(session, here.actor)
    assert await make_paper(session, here.actor, attachment_id=UUID(made.json()["id"]), item_id=item_id)
    await session.commit()
    answer = await office.get(f"/v1/items/{item_id}/archive.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as package:
        assert package.read(f"attachments/{sha256(PDF).hexdigest()}.pdf") == PDF
    monkeypatch.setenv("DUCHA_ATTACHMENT_STORE", "")
    settings.current.cache_clear()
    assert (await office.get(f"/v1/items/{item_id}/archive.zip")).status_code == 503


@pytest.mark.parametrize("place", ["file:///{}", "s3+http://127.0.0.1:1/ducha"])
async def test_a_store_that_is_away_takes_nothing(
    session: AsyncSession, office: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    choose(monkeypatch, tmp_path, attachment_store=place.format(folder))
    # The folder was there when the process began, and something else is where it should be now.
    assert stores.choose_store()
    block(folder)
    answer = await upload(office)
    settings.current.cache_clear()
    assert (answer.status_code, answer.json()["code"]) == (503, "attachment_store_unavailable")
    assert answer.headers["Retry-After"] == "5"
    assert await keys_of(session) == []


def block(folder: Path) -> None:
    folder.rmdir()
    folder.write_text("")


async def test_without_its_setting_what_lies_there_is_not_found(
    office: Caller, store: stores.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store
    made = await upload(office)
    monkeypatch.setenv("DUCHA_ATTACHMENT_STORE", "")
    settings.current.cache_clear()
    assert (await office.get(made.headers["Location"])).status_code == 503
    here = await upload(office, PDF + b"other")
    assert (await office.get(here.headers["Location"])).content == PDF + b"other"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("DUCHA_ATTACHMENT_STORE", "file:///nowhere/at/all"),
        ("DUCHA_ATTACHMENT_STORE", "s3+http://s3.example.gov.cn/ducha"),
        ("DUCHA_ATTACHMENT_STORE", "s3+https://s3.example.gov.cn"),
        ("DUCHA_ATTACHMENT_STORE_KEY_FILE", "/nowhere"),
    ],
)
def test_settings_that_cannot_work_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, value: str
) -> None:
    choose(monkeypatch, tmp_path, attachment_store="s3+https://s3.example.gov.cn/ducha")
    assert stores.choose_store()
    monkeypatch.setenv(setting, value)
    settings.current.cache_clear()
    with pytest.raises(SettingRefused, match=setting):
        stores.choose_store()
    settings.current.cache_clear()
