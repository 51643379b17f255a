"""A text that is needed, or that is given, is one that can be seen."""

from collections.abc import Mapping
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from tests.api.test_items import REGISTRATION
from tests.api.test_publication import APPROVAL
from tests.api.test_scoring import proposal
from tests.factories.identity import Caller, make_unit
from tests.factories.publication import add_progress
from tests.factories.scoring import adopt, hold
from tests.factories.texts import BLANKS, BLANKS_BEYOND
from tests.places import Callers, Place

EVERY_BLANK = {**BLANKS, **BLANKS_BEYOND}
ANY = "01a22100-0000-7000-8000-000000000000"
# Texts that must be given, and texts that may be left out but not given blank.
PLACES = [
    ("administrator", "/v1/units", "name"),
    ("administrator", "/v1/officials", "post"),
    ("administrator", "/v1/clients", "name"),
    ("office", "/v1/templates", "body"),
    ("office", "/v1/items", "source"),
    ("office", "/v1/items", "authority_name"),
    ("office", f"/v1/items/{ANY}/termination", "reason"),
    ("office", f"/v1/items/{ANY}/termination", "ordered_by"),
    ("office", f"/v1/circulars/{ANY}/return", "reason"),
    ("office", "/v1/accountability_proposals", "facts"),
    ("office", "/v1/deductions", "reason"),
    ("office", "/v1/deductions", "event"),
    ("group", f"/v1/deductions/{ANY}/reversal", "reason"),
    ("unit", f"/v1/tasks/{ANY}/waivers", "grounds"),
]


def told(answer: httpx.Response) -> set[tuple[str, str]]:
    problems = answer.json()["errors"]
    return {(each["pointer"], each["code"]) for each in problems}


async def require_blank_refused(caller: Caller, path: str, field: str, body: Mapping[str, object]) -> None:
    for name, blank in EVERY_BLANK.items():
        answer = await caller.post(path, json={**body, field: blank})
        assert (answer.status_code, name) == (422, name)
        assert (f"/body/{field}", "blank_text") in told(answer), name


@pytest.mark.parametrize(("role", "path", "field"), PLACES)
async def test_a_blank_is_no_text(callers: Callers, here: Place, role: str, path: str, field: str) -> None:
    await require_blank_refused(await callers(here, role), path, field, {})


async def test_a_blank_title_burns_no_number(callers: Callers, here: Place) -> None:
    office = await callers(here, "office")
    await require_blank_refused(office, "/v1/items", "title", REGISTRATION)
    made = await office.post("/v1/items", json={**REGISTRATION, "title": "\u3000 整治\n 河道\u3000"})
    assert (made.json()["number"], made.json()["title"]) == ("领办2026-001", "整治\n 河道")


async def test_a_blank_document_carries_no_deduction(callers: Callers, here: Place, session: AsyncSession) -> None:
    await adopt(session, here.actor)
    await hold(session, here.actor, datetime(2016, 5, 1, tzinfo=UTC))
    unit_id = await make_unit(session, here.actor)
    await session.commit()
    office = await callers(here, "office")
    body = proposal(unit_id, rule_code="superior_criticism")
    await require_blank_refused(office, "/v1/deductions", "document", body)
    missing = await office.post("/v1/deductions", json=body)
    assert missing.json()["code"] == "document_missing"
    assert (await office.get("/v1/deductions")).json()["data"] == []


async def test_nothing_is_approved_on_a_blank_basis(callers: Callers, here: Place, session: AsyncSession) -> None:
    entry_id = await add_progress(session, here.actor)
    await session.commit()
    publisher, office = await callers(here, "publisher"), await callers(here, "office")
    drafted = await publisher.post("/v1/publications", json={"progress_entry_id": str(entry_id)})
    path = drafted.headers["Location"]
    await require_blank_refused(office, f"{path}/review", "legal_basis", APPROVAL)
    assert (await office.get(path)).json()["state"] == "drafted"


async def test_a_query_that_cannot_be_seen_is_refused(callers: Callers, here: Place) -> None:
    office = await callers(here, "office")
    for path, parameter in (("/v1/items", "q"), ("/v1/units", "name"), ("/v1/items/similar", "title")):
        for name, blank in EVERY_BLANK.items():
            answer = await office.get(path, params={parameter: blank})
            assert (answer.status_code, name) == (422, name)


async def test_white_space_around_a_text_counts_for_its_length_and_is_not_kept(callers: Callers, here: Place) -> None:
    office = await callers(here, "office")
    full = await office.post("/v1/items", json={**REGISTRATION, "title": f" {'河' * 198} "})
    assert full.json()["title"] == "河" * 198
    longer = await office.post("/v1/items", json={**REGISTRATION, "title": f" {'河' * 199} "})
    assert (longer.status_code, told(longer)) == (422, {("/body/title", "string_too_long")})
    # NFC takes this letter apart into two.
    administrator = await callers(here, "administrator")
    grown = await administrator.post("/v1/units", json={"name": "\u0958" * 101, "kind": "department"})
    assert (grown.status_code, told(grown)) == (422, {("/body/name", "string_too_long")})
