"""Signed is what was read: each step by which people put their name to something asks for what they have read of it."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import product
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from api.app import DuchaApp
from api.route import DuchaRoute
from api.router import all_routes, permissions, signing_routes
from deploy.roles import DatabaseUrls
from supervision.foundation.actors import Role
from supervision.foundation.database import Signed, enter
from tests.contract.fixture_values import CallersByRole, FixtureValues
from tests.contract.fixtures import add_fixtures
from tests.contract.requests import Operation, operations
from tests.factories.identity import Caller, make_official
from tests.places import Committed, Place, committed_database, make_database

SIGNING = sorted(route.name for route in signing_routes())
REASON = {"reason": "示例理由"}
_VERB = re.compile(r"/[a-z_]+$")


@dataclass(frozen=True)
class County:
    """A county in which each signing step can be taken, and a caller of each role."""

    committed: Committed
    fixture_values: FixtureValues
    callers: CallersByRole
    operations: dict[str, Operation]

    def steps(self, name: str) -> Iterator[tuple[httpx.AsyncClient, str, Any]]:
        """Yield who may take a step on what, and with which body, until one of them can."""
        each = self.operations[name]
        bodies = self.fixture_values.bodies.get(name, [REASON]) if "requestBody" in each.facts else [None]
        places = self.fixture_values.places.get(name, {})
        names = [one["name"] for one in each.facts["parameters"] if one["in"] == "path"]
        values = [places.get(one) or self.fixture_values.ids[one] for one in names]
        callers = [self.callers[role] for role in sorted(permissions()[name].roles)]
        for body, caller, found in product(bodies, callers, product(*values)):
            path = each.path
            for one, value in zip(names, found, strict=True):
                path = path.replace(f"{{{one}}}", value)
            yield caller, path, body

    async def digests(self, since: int) -> set[str | None]:
        """Return what the audit says was signed since one of its rows."""
        asked = text("SELECT facts ->> 'signed_sha256' FROM audit_event WHERE id > :since")
        async with self.committed.engines["owner"].connect() as connection:
            return set(await connection.scalars(asked, {"since": since}))

    async def last_event(self) -> int:
        async with self.committed.engines["owner"].connect() as connection:
            return int(await connection.scalar(text("SELECT coalesce(max(id), 0) FROM audit_event")) or 0)


@pytest.fixture(scope="module")
def urls() -> DatabaseUrls:
    return make_database("signatures")


@pytest.fixture
async def county(urls: DatabaseUrls, app: DuchaApp) -> AsyncIterator[County]:
    async with committed_database(urls, app) as committed:
        await committed.empty()
        place = await committed.found("330326")
        callers: dict[Role, Caller] = {
            role: await committed.callers(place, role, is_person=True) for role in Role if role is not Role.SYSTEM
        }
        fixture_values = await add_fixtures(committed, place, callers)
        unit_id = callers[Role.UNIT].unit_id
        assert unit_id, "the caller of role unit has a unit: tests/factories/identity.py"
        await _grant(committed, place, unit_id, fixture_values)
        yield County(committed, fixture_values, callers, {each.name: each for each in operations(app.openapi())})


async def _grant(committed: Committed, place: Place, unit_id: UUID, fixture_values: FixtureValues) -> None:
    """Have another administrator give roles and link an account, for somebody to approve or refuse."""
    giver = await committed.callers(place, Role.SECURITY_ADMINISTRATOR, is_person=True)
    async with committed.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        officials = [str(await make_official(session, place.actor, unit_id)) for _ in range(2)]
        await session.commit()
    roles = [{"official_id": each, "role": "publisher"} for each in officials]
    granted = [(await giver.post("/v1/appointments", json=role)).json()["id"] for role in roles]
    provider = (await giver.get("/v1/identity_providers")).json()["data"][0]
    account = {"provider_id": provider["id"], "subject": "示例"}
    linked = await giver.post(f"/v1/officials/{officials[0]}/sign_in_links", json=account)
    fixture_values.put("appointment_id", values=granted)
    fixture_values.put("link_id", values=[linked.json()["id"]])


async def test_only_what_was_read_is_signed(county: County) -> None:
    wrong = {name: fault for name in SIGNING if (fault := await _fault(county, name))}
    assert not wrong, f"{wrong}: hand `version` on from VersionDep to audit.signatures.sign, and record its digest"


async def _fault(county: County, name: str) -> str:
    seen = "nothing to sign in tests/contract/*_fixtures.py"
    for caller, path, body in county.steps(name):
        thing = _VERB.sub("", path)
        read = await caller.get(thing)
        if "ETag" not in read.headers:
            seen = f"no ETag at {thing}: {read.status_code} {read.text}"
            continue
        answer = await _read(caller, thing, read.json())
        unread, stale = [await _sign(caller, path, body, tag) for tag in ("", '"999999"')]
        if (unread.status_code, stale.status_code) != (428, 412):
            return f"unread {unread.status_code}, stale {stale.status_code} {stale.text}"
        if (await caller.get(thing)).text != read.text:
            return "what was refused has changed something"
        before = await county.last_event()
        signed = await _sign(caller, path, body, read.headers["ETag"])
        if signed.is_success:
            digests = await county.digests(before)
            return "" if digests & _digests_of(answer) else f"the audit has {digests}, not what was read"
        seen = f"{path}: {signed.status_code} {signed.text}"
    return seen


async def _read(caller: httpx.AsyncClient, thing: str, answer: dict[str, Any]) -> dict[str, Any]:
    """Add to an answer the entries of the thing, where they are a list of their own."""
    entries = await caller.get(f"{thing}/entries")
    return {**answer, "entries": entries.json()["data"]} if entries.is_success else answer


def _digests_of(answer: dict[str, Any]) -> set[str]:
    """Return the digests of what may be signed of an answer, as anybody can compute them from what they were sent."""
    kinds = [each.signed_fields for each in Signed.__subclasses__() if answer.keys() >= set(each.signed_fields)]
    contents = [{name: answer[name] for name in fields} for fields in kinds]
    texts = [json.dumps(each, sort_keys=True, separators=(",", ":"), ensure_ascii=False) for each in contents]
    return {sha256(each.encode()).hexdigest() for each in texts}


async def _sign(caller: httpx.AsyncClient, path: str, body: Any, tag: str) -> httpx.Response:
    return await caller.post(path, json=body, headers={"If-Match": tag})


# Steps on a thing that stands by which nobody puts their name to a text or a proposal of somebody else.
UNSIGNED = {
    "send_comment": "says what is one's own",
    **dict.fromkeys(("report_rectification", "dispute_deduction", "file_problem_plan"), "says what is one's own"),
    **dict.fromkeys(("add_commendation", "add_criticism"), "goes on writing one's own draft"),
    **dict.fromkeys(("escalate_problem", "follow_up_problem"), "adds an entry of one's own"),
    **dict.fromkeys(("acknowledge_delivery", "acknowledge_conclusion"), "tells that frozen text has come"),
    **dict.fromkeys(("conclude_media_follow_up", "note_accountability_answer"), "notes what others decided"),
    **dict.fromkeys(("conclude_transfer", "link_instruction_paper"), "notes what became of a paper"),
    **dict.fromkeys(("carry_out_inspection_plan", "reach_milestone", "finish_item_stage"), "notes that it is done"),
    **dict.fromkeys(("suspend_item", "resume_item", "void_item"), "gives its own reason or order"),
    **dict.fromkeys(("merge_item", "transfer_item", "close_item", "reopen_item"), "gives its own reason, or none"),
    **dict.fromkeys(("reassign_task", "reassign_unit", "record_departure"), "gives its own reason"),
    **dict.fromkeys(("watch_item", "end_watch"), "is about what one sees"),
    **dict.fromkeys(("disable_client", "enable_client", "revoke_key"), "is about a machine"),
    **dict.fromkeys(
        ("end_appointment", "end_sign_in_link", "end_client_official"),
        "takes a right away, which needs no second person",
    ),
    "close_ledger": "is computed from the ledger as it stands",
    "receive_receipts": "is a gateway's",
    "handle_reply": "notes that somebody has read",
    **dict.fromkeys(("pause_broadcast", "resume_broadcast", "cancel_broadcast"), "gives its own reason"),
    "decide_message": "gives its own reason, once, and is refused when the message has moved on",
}


def test_each_step_on_a_thing_signs_or_says_why_not() -> None:
    stepping = {route.name for route in all_routes() if _is_step(route)}
    forgotten = stepping - set(SIGNING) - UNSIGNED.keys()
    assert not forgotten, f"{forgotten}: declare signs=True in api/routes, or say in UNSIGNED (here) why not"
    idle = (UNSIGNED.keys() - stepping) | (UNSIGNED.keys() & set(SIGNING))
    assert not idle, f"{idle}: strike it from UNSIGNED (here), for it signs or is no step"


def _is_step(route: DuchaRoute) -> bool:
    makes_another = route.status_code in {201, 202}
    return "POST" in (route.methods or ()) and re.search(r"\}/[a-z_]+$", route.path) is not None and not makes_another
