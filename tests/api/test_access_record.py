"""Refused callers whom we know, exports and readings of personal data stand in their own county's audit."""

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from api import access_record
from api.access_record import RECORDED, Access, AccessRecord
from api.app import DuchaApp
from api.router import permissions
from supervision.foundation.actors import Actor, Role
from supervision.foundation.database import Sessions, enter
from supervision.foundation.ids import new_id
from tests.factories.identity import make_official, make_unit
from tests.factories.items import make_item
from tests.places import Callers, Committed, Place

UNIT = {"name": "教育局", "kind": "department"}


async def rows_of(callers: Callers, place: Place, verb: str) -> list[dict[str, Any]]:
    auditor = await callers(place, "auditor")
    rows: list[dict[str, Any]] = (await auditor.get("/v1/audit_events", params={"verb": verb})).json()["data"]
    return rows


class TestRefusals:
    async def test_a_refused_right_is_remembered(self, callers: Callers, here: Place, elsewhere: Place) -> None:
        unit = await callers(here, "unit", key_kind="test")
        assert (await unit.post("/v1/units", json=UNIT)).status_code == 403
        (row,) = await rows_of(callers, here, "access.refused")
        assert (row["client_id"], row["role"]) == (str(unit.client_id), "unit")
        assert row["facts"] == {"operation": "register_unit", "code": "forbidden"}
        assert await rows_of(callers, elsewhere, "access.refused") == []

    async def test_it_does_not_fill_the_table(
        self, callers: Callers, here: Place, app: DuchaApp, sessions: Sessions
    ) -> None:
        unit = await callers(here, "unit", key_kind="test")
        for _ in range(4):
            await unit.post("/v1/units", json=UNIT)
        await unit.get("/v1/audit_events")
        assert [row["facts"]["operation"] for row in await rows_of(callers, here, "access.refused")] == [
            "list_audit_events",
            "register_unit",
        ]
        await app.state.accesses.flush(sessions, is_over=True)
        await app.state.accesses.flush(sessions, is_over=True)
        times = [row["facts"].get("times") for row in await rows_of(callers, here, "access.refused")]
        assert times == [3, None, None]


class TestReadings:
    @pytest.fixture
    async def official(self, session: AsyncSession, here: Place) -> str:
        official_id = await make_official(session, here.actor, await make_unit(session, here.actor))
        await session.commit()
        return str(official_id)

    async def test_who_reads_an_official_is_known(self, callers: Callers, here: Place, official: str) -> None:
        office = await callers(here, "office")
        for _ in range(2):
            assert (await office.get(f"/v1/officials/{official}")).status_code == 200
        assert (await office.get("/v1/officials")).status_code == 200
        (row,) = await rows_of(callers, here, "official.read")
        assert (row["client_id"], row["subject_id"]) == (str(office.client_id), official)
        assert len(await rows_of(callers, here, "official.listed")) == 1

    async def test_what_was_not_given_away_is_not_told(self, callers: Callers, here: Place, official: str) -> None:
        office = await callers(here, "office")
        assert (await office.get(f"/v1/officials/{new_id()}")).status_code == 404
        read = await office.get(f"/v1/officials/{official}")
        unchanged = await office.get(f"/v1/officials/{official}", headers={"If-None-Match": read.headers["ETag"]})
        assert unchanged.status_code == 304
        assert len(await rows_of(callers, here, "official.read")) == 1

    async def test_who_reads_or_exports_an_archive_is_known_and_who_may_not(
        self, session: AsyncSession, callers: Callers, here: Place
    ) -> None:
        item = f"/v1/items/{await make_item(session, here.actor)}"
        await session.commit()
        narrow = await callers(here, "office", scopes={"items:read"})
        stranger = await callers(here, "office", scopes={"scores:read"})
        answer = await narrow.get(f"{item}/archive")
        left_out = ["progress", "completion", "bulletins", "press_releases", "scores", "files", "score_files"]
        assert answer.json()["left_out"] == left_out
        for end in ("archive", "archive.zip"):
            assert (await stranger.get(f"{item}/{end}")).status_code == 403
        assert (await narrow.get(f"{item}/archive.zip")).status_code == 200
        for verb in ("archive.read", "archive.exported", "archive.packed"):
            (row,) = await rows_of(callers, here, verb)
            assert (row["client_id"], item.endswith(row["subject_id"])) == (str(narrow.client_id), True)
        refused = await rows_of(callers, here, "access.refused")
        assert {row["facts"]["operation"] for row in refused} == {"get_archive", "download_archive"}

    def test_whatever_gives_a_telephone_or_a_file_is_recorded(self, app: DuchaApp) -> None:
        document = app.openapi()
        giving = {
            operation["operationId"]
            for path, methods in document["paths"].items()
            if path.startswith("/v1/")
            for operation in [methods.get("get")]
            if operation and gives(document, operation["responses"]["200"].get("content", {}))
        }
        assert giving | {"get_archive"} == set(RECORDED)
        assert set(RECORDED) <= set(permissions()), "nothing public is among them"


def gives(document: dict[str, Any], content: dict[str, Any]) -> bool:
    return any(
        kind != "application/json" or {"telephone", "contact"} & fields(document, body, set())
        for kind, body in content.items()
    )


def fields(document: dict[str, Any], node: Any, seen: set[str]) -> set[str]:
    """Gather the names of all fields of a schema, through its references."""
    if isinstance(node, list):
        return set().union(*(fields(document, each, seen) for each in node))
    if not isinstance(node, dict):
        return set()
    found = set(node.get("properties", {}))
    if (reference := node.get("$ref")) and reference not in seen:
        seen.add(reference)
        found |= fields(document, document["components"]["schemas"][reference.rsplit("/", 1)[-1]], seen)
    return found.union(*(fields(document, each, seen) for each in node.values()))


class TestCounting:
    @pytest.fixture
    async def place(self, committed: Committed) -> Place:
        return await committed.found("330326")

    async def test_more_than_can_be_told_apart_is_counted_together(
        self, committed: Committed, place: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(access_record, "MOST_SUBJECTS", 3)
        counted = AccessRecord()
        actor = Actor(place.actor.jurisdiction_id, Role.OFFICE, new_id())
        async with committed.api() as session:
            await enter(session, place.actor.jurisdiction_id)
            for number in range(10):
                await counted.write(session, Access(actor, "official.read", "get_official", subject=str(number)))
            await session.commit()
        await counted.flush(committed.api, is_over=True)
        rows = await rows_of(committed.callers, place, "official.read")
        assert [(row["subject_id"], row["facts"].get("times")) for row in reversed(rows)] == [
            ("0", None),
            ("1", None),
            ("2", None),
            (None, None),
            (None, 6),
        ]
