"""What gateways send, signed, without a key."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from standardwebhooks import Webhook

from api.app import DuchaApp
from supervision.foundation import settings
from supervision.foundation.clock import real_now
from supervision.foundation.database import Sessions
from supervision.messaging.gateways.chosen import listening_gateways
from tests.api.test_manners import assert_problem
from tests.api.test_moments import EXACT, LAX, NUMBERS
from tests.factories.simulator import SECRET

TEST_SECRET = "whsec_dGhlLXRlc3QtZ2F0ZXdheS1oYXMtb25lLW9mLWl0cy1vd24="
RECEIPTS = "/v1/gateways/http/receipts"
BODY = b'{"receipts": []}'
RIGHT = {"id": "7", "reference": "a1", "status": "delivered", "code": "DELIVRD", "at": "2026-11-28T13:00:00+08:00"}


@pytest.fixture
def http_gateway(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The installation's settings choose the http gateway, one for live messages and another for those of tests."""
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "test-secret").write_text(TEST_SECRET)
    monkeypatch.setenv("DUCHA_GATEWAY", "http")
    monkeypatch.setenv("DUCHA_GATEWAY_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("DUCHA_GATEWAY_RECEIPT_SECRET_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv("DUCHA_TEST_GATEWAY", "http")
    monkeypatch.setenv("DUCHA_TEST_GATEWAY_URL", "https://gateway.test")
    monkeypatch.setenv("DUCHA_TEST_GATEWAY_RECEIPT_SECRET_FILE", str(tmp_path / "test-secret"))
    for cached in (settings.current, listening_gateways):
        cached.cache_clear()
    yield
    for cached in (settings.current, listening_gateways):
        cached.cache_clear()


def signed(body: bytes, secret: str = SECRET, *, call: str = "rcp_1") -> dict[str, str]:
    now = real_now()
    return {
        "content-type": "application/json",
        "webhook-id": call,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(call, now, body.decode()),
    }


@pytest.fixture
async def gateway(app: DuchaApp, sessions: Sessions, http_gateway: None) -> httpx.AsyncClient:
    """Somebody without a key, as a gateway is."""
    del sessions, http_gateway
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ducha.test")


async def kept(session: AsyncSession) -> list[tuple[Any, ...]]:
    await session.execute(text("SET LOCAL ROLE ducha_worker"))
    rows = await session.execute(
        text(
            "SELECT r.raw, l.message_id, l.delivered, l.state FROM receipt_line l JOIN receipt r ON r.id = l.receipt_id"
        )
    )
    return [tuple(row) for row in rows]


async def test_signed_receipts_are_kept_as_they_came(gateway: httpx.AsyncClient, session: AsyncSession) -> None:
    body = orjson.dumps({"receipts": [{"id": "7", "status": "delivered"}, {"id": "8", "status": "failed"}]})
    answer = await gateway.post(RECEIPTS, content=body, headers=signed(body))
    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "kept", "lines": 2, "code": 0, "msg": "接收成功"},
    )
    again = await gateway.post(RECEIPTS, content=body, headers=signed(body))
    assert again.status_code == 200
    assert await kept(session) == [(body, 7, True, "waiting"), (body, 8, False, "waiting")], "repeated, it is one"


async def test_other_calls_are_kept_beside_each_other(gateway: httpx.AsyncClient, session: AsyncSession) -> None:
    body = orjson.dumps({"receipts": [{"id": "7", "status": "delivered"}]})
    for call in ("rcp_1", "rcp_2"):
        assert (await gateway.post(RECEIPTS, content=body, headers=signed(body, call=call))).status_code == 200
    assert await kept(session) == [(body, 7, True, "waiting")] * 2


async def test_each_gateway_is_known_by_its_own_secret(gateway: httpx.AsyncClient, session: AsyncSession) -> None:
    for secret in (TEST_SECRET, SECRET):
        assert (await gateway.post(RECEIPTS, content=BODY, headers=signed(BODY, secret))).status_code == 200
    await session.execute(text("SET LOCAL ROLE ducha_worker"))
    assert list(await session.scalars(text("SELECT is_test FROM receipt ORDER BY id"))) == [True, False]


@pytest.mark.parametrize(
    ("body", "secret", "path", "status", "code"),
    [
        (b'{"receipts": []}', "whsec_" + "b3RoZXItc2VjcmV0LW90aGVyLXNlY3JldA==", RECEIPTS, 401, "unsigned_receipt"),
        (b"not json", "whsec_" + "b3RoZXItc2VjcmV0LW90aGVyLXNlY3JldA==", RECEIPTS, 401, "unsigned_receipt"),
        (b"not json", SECRET, RECEIPTS, 422, "malformed_receipt"),
        (
            b'{"receipts": [{"id": "7", "status": "delivered"}, {"id": "x"}]}',
            SECRET,
            RECEIPTS,
            422,
            "malformed_receipt",
        ),
        (b'{"receipts": []}', SECRET, "/v1/gateways/nobody/receipts", 404, "not_found"),
    ],
)
async def test_other_receipts_are_refused_and_none_is_kept(
    gateway: httpx.AsyncClient, session: AsyncSession, body: bytes, secret: str, path: str, status: int, code: str
) -> None:
    answer = await gateway.post(path, content=body, headers=signed(body, secret))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await kept(session) == []


async def test_the_console_sends_no_receipts(gateway: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUCHA_TEST_GATEWAY", "console")
    for cached in (settings.current, listening_gateways):
        cached.cache_clear()
    body = b'{"receipts": []}'
    answer = await gateway.post("/v1/gateways/console/receipts", content=body, headers=signed(body))
    assert answer.status_code == 401


@pytest.mark.parametrize("moment", [*LAX, *NUMBERS, "1999-12-31T23:59:59Z", "2100-01-01T00:00:00Z"], ids=repr)
async def test_of_a_receipt(gateway: httpx.AsyncClient, session: AsyncSession, moment: object) -> None:
    body = orjson.dumps({"receipts": [RIGHT, RIGHT, RIGHT, {**RIGHT, "at": moment}]})
    answer = await gateway.post(RECEIPTS, content=body, headers=signed(body))
    (named,) = assert_problem(answer, 422, "malformed_receipt")["errors"]
    assert named["pointer"] == "/receipts/3/at"
    assert await kept(session) == []


@pytest.mark.parametrize("moment", [*EXACT, None])
async def test_of_a_receipt_as_documented(gateway: httpx.AsyncClient, moment: str | None) -> None:
    body = orjson.dumps({"receipts": [{**RIGHT, "at": moment}]})
    assert (await gateway.post(RECEIPTS, content=body, headers=signed(body))).status_code == 200


WRONG_RECEIPTS: tuple[tuple[bytes, set[tuple[str, str]]], ...] = (
    (b'{"receipts": [{"id": "7", "status": "read"}]}', {("/receipts/0/status", "invalid_value")}),
    (b'{"receipts": [{"id": 7, "status": "failed"}]}', {("/receipts/0/id", "invalid_value")}),
    (b'{"receipts": [{"id": "7"}]}', {("/receipts/0/status", "missing")}),
    (b'{"receipts": [{"status": "failed"}]}', {("/receipts/0", "invalid_value")}),
    (b'{"receipts": [null]}', {("/receipts/0", "invalid_value")}),
    (b'{"receipts": {}}', {("/receipts", "invalid_value")}),
    (b"{}", {("/receipts", "missing")}),
    (b"[]", {("", "invalid_value")}),
    (b"{", {("", "json_invalid")}),
    (b'{"receipts": [], "receipts": []}', {("/receipts", "repeated_key")}),
    (b'{"receipts": [{"id": "7", "status": "failed", "id": "8"}]}', {("/receipts/0/id", "repeated_key")}),
    (
        b'{"receipts": [{"id": "7", "status": "failed", "code": "\\n"}, {"id": "8", "status": "x", "at": "0"}]}',
        {("/receipts/0/code", "invalid_value"), ("/receipts/1/status", "invalid_value"), ("/receipts/1/at", "moment")},
    ),
)


@pytest.mark.parametrize(("body", "expected"), WRONG_RECEIPTS)
async def test_a_batch_that_is_refused_names_line_and_field(
    gateway: httpx.AsyncClient, body: bytes, expected: set[tuple[str, str]]
) -> None:
    for language in ("zh-CN", "en"):
        headers = {**signed(body), "Accept-Language": language}
        answer = await gateway.post(RECEIPTS, content=body, headers=headers)
        problem = assert_problem(answer, 422, "malformed_receipt")
        assert {(each["pointer"], each["code"]) for each in problem["errors"]} == expected


@pytest.fixture
def yunmas_gateway(monkeypatch: pytest.MonkeyPatch, http_gateway: None, tmp_path: Path) -> Iterator[None]:
    """The live gateway is 云MAS, which signs nothing."""
    del http_gateway
    (tmp_path / "token").write_text("t" * 32)
    for name, value in {
        "": "yunmas",
        "_URL": "https://mas.example.cn/sms/submit",
        "_COMPANY": "某县督查室",
        "_ACCOUNT": "ducha",
        "_SIGN": "SimSign01",
        "_RECEIPT_SECRET_FILE": str(tmp_path / "token"),
    }.items():
        monkeypatch.setenv(f"DUCHA_GATEWAY{name}", value)
    for cached in (settings.current, listening_gateways):
        cached.cache_clear()
    yield
    for cached in (settings.current, listening_gateways):
        cached.cache_clear()


async def test_a_vendor_that_signs_nothing_is_known_by_its_token(
    gateway: httpx.AsyncClient, session: AsyncSession, yunmas_gateway: None
) -> None:
    del yunmas_gateway
    line = {"reportStatus": "DELIVRD", "mobile": "13900000000", "msgGroup": "g", "errorCode": ""}
    path = "/v1/gateways/yunmas/receipts"
    for token in ("", f"?token={'u' * 32}"):
        answer = await gateway.post(path + token, json=[line])
        assert_problem(answer, 401, "unsigned_receipt")
    assert (await gateway.post(f"{path}?token=short", json=[line])).status_code == 422
    assert await kept(session) == []
    answer = await gateway.post(
        f"{path}?token={'t' * 32}", json=[line, {"smsContent": "收到", "mobile": "13900000000"}]
    )
    assert answer.json() == {"status": "kept", "lines": 2, "code": 0, "msg": "接收成功"}
    (row,) = await kept(session)
    assert row[1:] == (None, True, "waiting")
