"""Callers who send slowly, guess keys or send too much: over real sockets, against the API as a process of its own."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from deploy.processes import Child, free_port
from supervision.identity import keys
from tests.api.test_manners import forged
from tests.factories.identity import make_unit
from tests.factories.processes import api_process, until
from tests.places import Committed, Place

pytestmark = pytest.mark.committed
REFUSED = text("SELECT jurisdiction_id, subject_id, facts FROM audit_event WHERE verb = 'login.refused' ORDER BY id")


@dataclass
class Served:
    """The API in a process of its own."""

    port: int
    child: Child

    def events(self) -> list[dict[str, Any]]:
        lines = self.child.log.read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def asking(self, key: str, **headers: str) -> httpx.AsyncClient:
        headers["Authorization"] = f"Bearer {key}"
        limits = httpx.Limits(max_connections=None)
        address = f"http://127.0.0.1:{self.port}"
        return httpx.AsyncClient(base_url=address, headers=headers, timeout=30, trust_env=False, limits=limits)

    async def send(self, request: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(request)
        await writer.drain()
        return reader, writer


@asynccontextmanager
async def served(committed: Committed, folder: Path, settings: Mapping[str, str]) -> AsyncIterator[Served]:
    port = free_port(0)
    child = api_process(committed, folder, port, {"DUCHA_LOG_LEVEL": "info", **settings})
    with child:
        async with httpx.AsyncClient(trust_env=False) as probing:

            async def is_ready() -> bool:
                try:
                    return (await probing.get(f"http://127.0.0.1:{port}/readyz")).is_success
                except httpx.TransportError:
                    return False

            await until(is_ready, watched=child)
        yield Served(port, child)


def upload(key: str, *, length: int, sent: bytes) -> bytes:
    head = (
        "POST /v1/attachments?secrecy=internal HTTP/1.1\r\nHost: ducha.test\r\n"
        f"Authorization: Bearer {key}\r\nContent-Type: application/octet-stream\r\nContent-Length: {length}\r\n\r\n"
    )
    return head.encode() + sent


async def hang_up(connections: Iterable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]) -> None:
    for _, writer in connections:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def key_of(committed: Committed, place: Place, role: str) -> str:
    return (await committed.callers(place, role, key_kind="test")).key


async def test_half_sent_uploads_hold_no_connection(committed: Committed, tmp_path: Path) -> None:
    unit = await key_of(committed, await committed.found("330326"), "unit")
    other = await key_of(committed, await committed.found("330327"), "office")
    settings = {"DUCHA_POOL_SIZE": "3", "DUCHA_POOL_WAIT_SECONDS": "1", "DUCHA_BODY_SECONDS": "3"}
    async with served(committed, tmp_path, settings) as api:
        half = upload(unit, length=1000, sent=b"%PDF-1.7 ")
        slow = [await api.send(half) for _ in range(10)]
        large = [await api.send(upload(unit, length=1_000_000, sent=b"%PDF-1.7 ")) for _ in range(10)]
        await asyncio.sleep(1)
        async with api.asking(other) as asking:
            assert (await asking.get("/v1/me")).status_code == 200
        await hang_up(slow[:5])
        answers = [await asyncio.wait_for(reader.read(2000), 10) for reader, _ in [*slow[5:], *large]]
        assert Counter(answer[9:12] for answer in answers) == {b"408": 9, b"429": 6}
        assert all(b"application/problem+json" in answer for answer in answers)
        assert b"request_timeout" in answers[0]
        await hang_up([*slow[5:], *large])
        events = api.events()
    assert {each["status"] for each in events if each.get("operation") == "upload_attachment"} == {400, 408, 429}
    assert "bug" not in {each["event"] for each in events}
    assert "Traceback" not in api.child.log.read_text("utf-8")


async def test_an_unknown_caller_need_not_send_the_whole(committed: Committed, tmp_path: Path) -> None:
    await committed.found("330326")
    async with served(committed, tmp_path, {}) as api:
        for request in (
            upload(keys.mint("live")[0], length=5_000_000, sent=b"%PDF"),
            upload("nonsense", length=10, sent=b""),
        ):
            reader, writer = await api.send(request)
            answer = await asyncio.wait_for(reader.read(2000), 5)
            assert answer.startswith(b"HTTP/1.1 401 ")
            await hang_up([(reader, writer)])


async def test_a_client_has_its_share_of_the_connections(committed: Committed, tmp_path: Path) -> None:
    place = await committed.found("330326")
    key = await key_of(committed, place, "administrator")
    other = await key_of(committed, await committed.found("330327"), "office")
    settings = {"DUCHA_POOL_SIZE": "4", "DUCHA_POOL_WAIT_SECONDS": "2"}
    unit_id = await _unit(committed, place)
    async with served(committed, tmp_path, settings) as api, api.asking(key) as greedy, api.asking(other) as asking:
        assert (await greedy.get("/v1/me")).status_code == 200
        async with committed.engines["owner"].begin() as held:
            await held.execute(text("SELECT FROM unit WHERE id = :id FOR UPDATE"), {"id": unit_id})
            change = greedy.build_request(
                "PATCH", f"/v1/units/{unit_id}", json={"name": "新名"}, headers={"If-Match": '"1"'}
            )
            waiting = [asyncio.create_task(greedy.send(change)) for _ in range(8)]
            await asyncio.sleep(0.5)
            assert (await asking.get("/v1/me")).status_code == 200
            refused = await asyncio.wait_for(greedy.get("/v1/me"), 5)
            assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
            assert refused.headers["Retry-After"]
        answers = [answer.status_code for answer in await asyncio.gather(*waiting)]
        assert sorted(answers) == [200, 412, *[429] * 6]
        assert (await greedy.get("/v1/me")).status_code == 200


async def _unit(committed: Committed, place: Place) -> UUID:
    async with committed.api() as session:
        session.info["jurisdiction"] = place.actor.jurisdiction_id
        unit_id = await make_unit(session, place.actor)
        await session.commit()
    return unit_id


async def refused_rows(committed: Committed) -> list[Any]:
    async with committed.owner() as session:
        return list(await session.execute(REFUSED))


async def test_guesses_are_one_audit_row_a_minute(committed: Committed, tmp_path: Path) -> None:
    place = await committed.found("330326")
    key = await key_of(committed, place, "office")
    async with served(committed, tmp_path, {}) as api:
        async with api.asking(key) as asking:
            for _ in range(100):
                wrong = {"Authorization": f"Bearer {keys.mint('live')[0]}"}
                assert (await asking.get("/v1/me", headers=wrong)).json()["code"] == "unauthenticated"
            for number in range(10):
                forwarded = {"Authorization": f"Bearer {forged(key)}", "X-Forwarded-For": f"198.51.100.{number}"}
                refused = await asking.get("/v1/me", headers=forwarded)
                assert refused.json()["code"] == ("unauthenticated" if number < 5 else "locked_out")
            # The owner's own is right, whatever others tried.
            assert (await asking.get("/v1/me")).status_code == 200
        assert await refused_rows(committed) == []
    unknown, known = await refused_rows(committed)
    assert unknown.jurisdiction_id is None
    assert unknown.facts == {"failures": 100, "prefixes": {}, "addresses": {"127.0.0.1": 100}}
    assert known.jurisdiction_id == place.actor.jurisdiction_id
    prefix = key.split("_")[2]
    assert known.facts == {"failures": 10, "prefixes": {prefix: 10}, "addresses": {"127.0.0.1": 10}}


async def test_who_guesses_uses_up_the_quota_of_an_address_and_nobody_elses(
    committed: Committed, tmp_path: Path
) -> None:
    key = await key_of(committed, await committed.found("330326"), "office")
    async with served(committed, tmp_path, {"DUCHA_REQUESTS_PER_MINUTE": "20"}) as api, api.asking(key) as asking:
        assert (await asking.get("/v1/me")).status_code == 200
        guesses = [{"Authorization": f"Bearer {keys.mint('live')[0]}"} for _ in range(25)]
        answers = [(await asking.get("/v1/me", headers=each)).status_code for each in guesses]
        assert answers == [401] * 19 + [429] * 6
        assert (await asking.get("/v1/me")).status_code == 200


async def test_addresses_are_read_and_bounded_where_a_proxy_is_trusted(committed: Committed, tmp_path: Path) -> None:
    key = await key_of(committed, await committed.found("330326"), "office")
    async with served(committed, tmp_path, {"DUCHA_TRUSTED_PROXIES": "127.0.0.1"}) as api, api.asking(key) as asking:
        for address in ("2001:db8::1", "2001:db8::2", "::ffff:192.0.2.7", "192.0.2.7", "x" * 900):
            headers = {"X-Forwarded-For": address, "Authorization": f"Bearer {keys.mint('live')[0]}"}
            assert (await asking.get("/v1/me", headers=headers)).status_code == 401
    (row,) = await refused_rows(committed)
    assert row.facts["addresses"] == {"2001:db8::/64": 2, "192.0.2.7": 2, "unknown": 1}


@pytest.mark.parametrize(
    "name", ["X-Forwarded-For", "Accept-Language", "traceparent", "Ducha-On-Behalf-Of", "If-None-Match"]
)
@pytest.mark.parametrize("trusted", ["", "127.0.0.1"])
async def test_a_long_header_is_refused(committed: Committed, tmp_path: Path, name: str, trusted: str) -> None:
    key = await key_of(committed, await committed.found("330326"), "office")
    async with served(committed, tmp_path, {"DUCHA_TRUSTED_PROXIES": trusted}) as api, api.asking(key) as asking:
        answer = await asking.get("/v1/me", headers={name: "x" * 4096})
    assert (answer.status_code, answer.json()["code"]) == (431, "headers_too_large")


@asynccontextmanager
async def failing_insert(committed: Committed) -> AsyncIterator[None]:
    """Let PostgreSQL refuse each audit row of a unit, and quote the whole of it as it does."""
    refusing = "ALTER TABLE audit_event ADD CONSTRAINT no_units CHECK (verb <> 'unit.registered') NOT VALID"
    async with committed.engines["owner"].begin() as connection:
        await connection.execute(text(refusing))
    try:
        yield
    finally:
        async with committed.engines["owner"].begin() as connection:
            await connection.execute(text("ALTER TABLE audit_event DROP CONSTRAINT no_units"))


async def test_no_row_and_no_parameter_reaches_the_log(committed: Committed, tmp_path: Path) -> None:
    key = await key_of(committed, await committed.found("330326"), "administrator")
    async with served(committed, tmp_path, {}) as api, api.asking(key) as asking, failing_insert(committed):
        answer = await asking.post("/v1/units", json={"name": "不可外传", "kind": "department"})
        assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
        (bug,) = [event for event in api.events() if event["event"] == "bug"]
    assert "psycopg.errors.CheckViolation: 23514 audit_event no_units" in bug["exception"]
    assert "record_each" in bug["exception"], "where it happened is told"
    written = api.child.log.read_text("utf-8")
    assert "不可外传" not in written
    assert "Failing row" not in written
    assert "ASGI application" not in written


async def test_the_audit_record_names_requests_itself(committed: Committed, tmp_path: Path) -> None:
    key = await key_of(committed, await committed.found("330326"), "administrator")
    traced = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01", "X-Request-Id": "forged"}
    async with served(committed, tmp_path, {}) as api, api.asking(key) as asking:
        for name in ("甲", "乙"):
            made = await asking.post("/v1/units", json={"name": name, "kind": "department"}, headers=traced)
            assert made.headers["X-Trace-Id"] == "a" * 32
    # A request is logged after it was answered, and all are when the server has stopped.
    logged = [event["request_id"] for event in api.events() if event.get("operation") == "register_unit"]
    async with committed.owner() as session:
        ids = list(await session.scalars(text("SELECT request_id FROM audit_event WHERE verb = 'unit.registered'")))
    assert len(set(ids) - {"a" * 32, "forged"}) == 2
    assert sorted(ids) == sorted(logged)
