import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from deploy.processes import free_port
from supervision.foundation.clock import real_now
from supervision.messaging.gateways import (
    Gateway,
    Letter,
    MalformedReceipt,
    Outcome,
    ReceiptLine,
    UnsignedReceipt,
    Verdict,
)
from supervision.messaging.gateways.codes import CodeClass, classify
from supervision.messaging.gateways.console import ConsoleGateway
from supervision.messaging.gateways.http import HttpGateway
from tests.factories.simulator import SECRET, RunningSimulator, receipt_desk, running_simulator

pytestmark = pytest.mark.anyio

NUMBERS = count(1)
SILENT = {"mode": "never"}
LISTENING = HttpGateway("http://127.0.0.1:9", SECRET)  # only ever reads receipts


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSimulator]:
    with receipt_desk() as desk, running_simulator(tmp_path_factory.mktemp("simulator"), desk) as running:
        yield running


def letters(many: int, telephone: str = "+8610000000000") -> list[Letter]:
    return [Letter(str(next(NUMBERS)), telephone, "【督查室】请报送进展。") for _ in range(many)]


@asynccontextmanager
async def http_gateway(url: str, **settings: Any) -> AsyncIterator[HttpGateway]:
    gateway = HttpGateway(url, settings.pop("secret", SECRET), **settings)
    yield gateway
    await gateway.aclose()


@asynccontextmanager
async def peer(answer: Callable[[asyncio.StreamWriter], Awaitable[None]]) -> AsyncIterator[str]:
    """Serve raw sockets: read one whole request, then do as told, then hang up."""

    serving: list[asyncio.Task[None]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if task := asyncio.current_task():
            serving.append(task)
        try:
            await converse(reader, writer)
        finally:
            writer.transport.abort()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.split(b":")[1]))
        await answer(writer)
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    for task in serving:
        task.cancel()
    await asyncio.gather(*serving, return_exceptions=True)


def says(status: int, body: bytes) -> Callable[[asyncio.StreamWriter], Awaitable[None]]:
    async def answer(writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 {status} Told\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()

    return answer


def verdicts(outcomes: list[Outcome]) -> list[Verdict]:
    return [outcome.verdict for outcome in outcomes]


def taken(simulator: RunningSimulator, batch: list[Letter]) -> list[str]:
    ids = {letter.id for letter in batch}
    return [entry["id"] for entry in simulator.entries() if entry["id"] in ids]


async def test_a_batch_is_accepted_and_answered_in_its_order(simulator: RunningSimulator) -> None:
    simulator.behave(receipt=SILENT)
    batch = letters(3)
    async with http_gateway(simulator.url) as gateway:
        outcomes = await gateway.submit(batch)
    assert [(outcome.letter_id, outcome.verdict) for outcome in outcomes] == [
        (letter.id, Verdict.ACCEPTED) for letter in batch
    ]
    assert len({outcome.reference for outcome in outcomes}) == 3
    assert taken(simulator, batch) == [letter.id for letter in batch]


async def test_the_same_id_twice_is_taken_once(simulator: RunningSimulator) -> None:
    simulator.behave(receipt=SILENT)
    batch = letters(2)
    before = simulator.summary()
    async with http_gateway(simulator.url) as gateway:
        assert await gateway.submit(batch) == await gateway.submit(batch)
    after = simulator.summary()
    assert after["accepted"] - before["accepted"] == 2
    assert after["duplicates"] - before["duplicates"] == 2


async def test_a_time_out_after_acceptance_is_unknown_until_asked(simulator: RunningSimulator) -> None:
    simulator.behave(answer_delay_s=0.6, receipt=SILENT)
    batch = letters(2)
    async with http_gateway(simulator.url, timeout_seconds=0.2) as gateway:
        assert verdicts(await gateway.submit(batch)) == [Verdict.UNKNOWN] * 2
        told = await gateway.query([letter.id for letter in batch])
    assert taken(simulator, batch) == [letter.id for letter in batch]
    assert [told[letter.id].reference is not None for letter in batch] == [True, True]
    assert all(isinstance(line, Outcome) and line.verdict is Verdict.ACCEPTED for line in told.values())


async def test_a_connection_dropped_after_acceptance_is_unknown(simulator: RunningSimulator) -> None:
    simulator.behave(drop_after_accept=True, receipt=SILENT)
    batch = letters(2)
    async with http_gateway(simulator.url) as gateway:
        assert verdicts(await gateway.submit(batch)) == [Verdict.UNKNOWN] * 2
    assert taken(simulator, batch) == [letter.id for letter in batch]


async def test_a_failing_gateway_is_unknown_and_then_known_to_have_nothing(simulator: RunningSimulator) -> None:
    simulator.behave(fail_rate=1, receipt=SILENT)
    (letter,) = letters(1)
    async with http_gateway(simulator.url) as gateway:
        assert await gateway.submit([letter]) == [Outcome(letter.id, Verdict.UNKNOWN, None, "http_503")]
        assert await gateway.query([letter.id]) == {letter.id: Outcome(letter.id, Verdict.UNREACHABLE)}
    assert taken(simulator, [letter]) == []


async def test_nobody_listening_is_unreachable() -> None:
    async with http_gateway(f"http://127.0.0.1:{free_port()}") as gateway:
        assert verdicts(await gateway.submit(letters(2))) == [Verdict.UNREACHABLE] * 2
        assert await gateway.query(["1"]) == {}


async def test_waiting_for_a_free_connection_in_vain_is_unreachable() -> None:
    async def keep_waiting(_: asyncio.StreamWriter) -> None:
        await asyncio.sleep(1)

    async with peer(keep_waiting) as url, http_gateway(url, timeout_seconds=0.8, connect_seconds=0.3) as gateway:
        outcomes = await asyncio.gather(*(gateway.submit(letters(1)) for _ in range(23)))
    told = [outcome.verdict for (outcome,) in outcomes]
    assert told.count(Verdict.UNREACHABLE) == 3
    assert told.count(Verdict.UNKNOWN) == 20


async def test_flow_control_throttles_part_of_a_batch_and_then_whole_ones(simulator: RunningSimulator) -> None:
    simulator.behave(throttle_per_second=1, receipt=SILENT)
    first, second = letters(3), letters(2)
    async with http_gateway(simulator.url) as gateway:
        assert verdicts(await gateway.submit(first)) == [Verdict.ACCEPTED, Verdict.THROTTLED, Verdict.THROTTLED]
        whole = await gateway.submit(second)
    assert [(outcome.verdict, outcome.code) for outcome in whole] == [(Verdict.THROTTLED, "http_429")] * 2
    assert taken(simulator, first + second) == [first[0].id]


async def test_a_number_that_the_gateway_does_not_serve_is_refused_alone(simulator: RunningSimulator) -> None:
    simulator.behave(refuse_prefixes=["+86199"], receipt=SILENT)
    batch = [*letters(1), *letters(1, "+8619900000000")]
    async with http_gateway(simulator.url) as gateway:
        outcomes = await gateway.submit(batch)
    assert verdicts(outcomes) == [Verdict.ACCEPTED, Verdict.REFUSED]
    assert classify(outcomes[1].code).kind is CodeClass.INVALID


async def test_a_wrong_secret_is_refused_and_nothing_is_taken(simulator: RunningSimulator) -> None:
    simulator.behave(receipt=SILENT)
    batch = letters(2)
    async with http_gateway(simulator.url, secret="whsec_YW5vdGhlciBzZWNyZXQ=") as gateway:
        outcomes = await gateway.submit(batch)
    assert [(outcome.verdict, outcome.code) for outcome in outcomes] == [(Verdict.REFUSED, "http_401")] * 2
    assert classify("http_401").kind is CodeClass.GATEWAY
    assert taken(simulator, batch) == []


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (200, b"<html>", Verdict.UNKNOWN),
        (200, b"", Verdict.UNKNOWN),
        (200, b"[1]", Verdict.UNKNOWN),
        (200, b'{"results": 7}', Verdict.UNKNOWN),
        (200, b'{"results": []}', Verdict.UNKNOWN),
        (200, b'{"results": [{"id": "7", "status": "perhaps"}]}', Verdict.UNKNOWN),
        (200, b'{"results": [{"id": 7, "status": "accepted"}]}', Verdict.UNKNOWN),
        (200, b'{"results": [{"id": "7", "status": "accepted", "reference": "a\\u0000"}]}', Verdict.UNKNOWN),
        (200, b'{"results": [null, {"id": "7", "status": "accepted", "new": 1}]}', Verdict.ACCEPTED),
        (200, b'{"results": [{"id": "8", "status": "accepted"}]}', Verdict.UNKNOWN),
        (500, b'{"results": [{"id": "7", "status": "refused"}]}', Verdict.REFUSED),
        (500, b"", Verdict.UNKNOWN),
        (502, b"<html>", Verdict.UNKNOWN),
        (302, b"", Verdict.REFUSED),
        (404, b"", Verdict.REFUSED),
        (429, b"", Verdict.THROTTLED),
    ],
)
async def test_every_answer_is_a_verdict(status: int, body: bytes, verdict: Verdict) -> None:
    async with peer(says(status, body)) as url, http_gateway(url) as gateway:
        assert verdicts(await gateway.submit([Letter("7", "+8610000000000", "测试")])) == [verdict]


async def _hang_up(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def _speak_something_else(writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 mail.example ESMTP\r\n")
    await writer.drain()


async def _lie_about_compression(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nnope")
    await writer.drain()


async def _trickle(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
    for _ in range(100):
        writer.write(b" ")
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("misdeed", [_hang_up, _speak_something_else, _lie_about_compression, _trickle])
async def test_whatever_happens_after_writing_is_unknown(
    misdeed: Callable[[asyncio.StreamWriter], Awaitable[None]],
) -> None:
    async with peer(misdeed) as url, http_gateway(url, timeout_seconds=0.2, connect_seconds=0.1) as gateway:
        began = time.monotonic()
        assert verdicts(await gateway.submit(letters(1))) == [Verdict.UNKNOWN]
        assert time.monotonic() - began < 2


async def test_a_batch_beyond_the_capabilities_is_a_mistake_of_ours(simulator: RunningSimulator) -> None:
    async with http_gateway(simulator.url, batch_size=2) as gateway:
        with pytest.raises(ValueError, match="3 letters"):
            await gateway.submit(letters(3))


async def test_twenty_thousand_messages_are_taken_once_each(simulator: RunningSimulator) -> None:
    simulator.behave(receipt=SILENT)
    before = simulator.summary()
    async with http_gateway(simulator.url) as gateway:
        batches = [letters(500) for _ in range(40)]
        for first in range(0, 40, 4):
            outcomes = await asyncio.gather(*map(gateway.submit, batches[first : first + 4]))
            assert {outcome.verdict for batch in outcomes for outcome in batch} == {Verdict.ACCEPTED}
    after = simulator.summary()
    assert after["accepted"] - before["accepted"] == 20_000
    assert after["duplicates"] == before["duplicates"]


async def test_receipts_are_signed_and_read(simulator: RunningSimulator) -> None:
    simulator.behave(receipt={"delay_min_s": 0, "delay_max_s": 0.05, "fail_prefixes": ["+86199"]})
    batch = [*letters(1), *letters(1, "+8619900000000")]
    async with http_gateway(simulator.url) as gateway:
        outcomes = await gateway.submit(batch)
        calls = await eventually(lambda: simulator.desk.calls, lambda calls: len(_read(gateway, calls)) == 2)
        lines = {line.message_id: line for line in _read(gateway, calls)}
        told = await gateway.query([letter.id for letter in batch])
    assert [lines[letter.id].delivered for letter in batch] == [True, False]
    assert [lines[letter.id].reference for letter in batch] == [outcome.reference for outcome in outcomes]
    assert [classify(lines[letter.id].code).kind for letter in batch] == [CodeClass.OK, CodeClass.ABSENT]
    assert abs((lines[batch[0].id].at or datetime.min.replace(tzinfo=UTC)) - real_now()) < timedelta(minutes=1)
    assert told == lines


def _read(gateway: Gateway, calls: list[tuple[dict[str, str], bytes]]) -> list[ReceiptLine]:
    for headers, body in calls:
        gateway.verify_receipt(headers, body)
    return [line for _, body in calls for line in gateway.parse_receipts(body)]


async def eventually(get: Callable[[], Any], is_right: Callable[[Any], bool]) -> Any:
    for _ in range(200):
        if is_right(value := get()):
            return value
        await asyncio.sleep(0.02)
    raise AssertionError(get())


def signed(body: bytes, *, at: datetime | None = None, secret: str = SECRET) -> dict[str, str]:
    at = at or real_now()
    return {
        "Webhook-Id": "rcp_1",
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": Webhook(secret).sign("rcp_1", at, body.decode()),
    }


BODY = b'{"receipts": []}'


def test_a_signature_of_ours_is_taken() -> None:
    LISTENING.verify_receipt(signed(BODY), BODY)
    LISTENING.verify_receipt(signed(BODY, at=real_now() - timedelta(minutes=4)), BODY)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, BODY),
        (signed(BODY), BODY + b" "),
        (signed(BODY), b"\xff\xfe"),
        (signed(BODY, at=real_now() - timedelta(minutes=6)), BODY),
        (signed(BODY, at=real_now() + timedelta(minutes=6)), BODY),
        (signed(BODY, secret="whsec_YW5vdGhlciBzZWNyZXQ="), BODY),
        ({**signed(BODY), "Webhook-Id": "rcp_2"}, BODY),
        ({**signed(BODY), "Webhook-Timestamp": "nan"}, BODY),
        ({**signed(BODY), "Webhook-Timestamp": "9" * 40}, BODY),
        ({**signed(BODY), "Webhook-Signature": "v1"}, BODY),
        ({**signed(BODY), "Webhook-Signature": "v1,签名"}, BODY),
        ({**signed(BODY), "Webhook-Signature": "v1,="}, BODY),
        ({**signed(BODY), "Webhook-Signature": "v2,x v1a,x"}, BODY),
    ],
)
def test_other_signatures_are_refused(headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(UnsignedReceipt):
        LISTENING.verify_receipt(headers, body)


@given(st.text(), st.text(), st.binary())
def test_no_header_and_no_body_breaks_the_check(stamp: str, signature: str, body: bytes) -> None:
    for timestamp in (stamp, str(int(real_now().timestamp()))):
        headers = {"webhook-id": "1", "webhook-timestamp": timestamp, "webhook-signature": signature}
        with pytest.raises(UnsignedReceipt):
            LISTENING.verify_receipt(headers, body)


@pytest.mark.parametrize(
    "line",
    [
        {},
        {"status": "delivered"},
        {"id": 7, "status": "delivered"},
        {"id": "seven", "status": "delivered"},
        {"id": "7\n", "status": "delivered"},
        {"id": "٧", "status": "delivered"},
        {"id": "9" * 19, "status": "delivered"},
        {"id": "7", "status": "read"},
        {"reference": "", "status": "failed"},
        {"reference": "a\x00", "status": "failed"},
        {"reference": "a" * 129, "status": "failed"},
        {"id": "7", "status": "failed", "code": "a\nb"},
        {"id": "7", "status": "failed", "at": "2016-01-15T09:00:00"},
        {"id": "7", "status": "failed", "at": "0001-01-01T00:00:00+08:00"},
        {"id": "7", "status": "failed", "at": "9999-12-31T23:59:59-08:00"},
        {"id": "7", "status": "failed", "at": "yesterday"},
        None,
    ],
)
def test_a_receipt_with_one_wrong_line_is_malformed(line: object) -> None:
    right = {"id": "7", "status": "delivered", "at": "2016-01-15T09:00:00+08:00", "later": "ignored"}
    assert LISTENING.parse_receipts(json.dumps({"receipts": [right]}).encode()) == [
        ReceiptLine("7", None, delivered=True, code=None, at=datetime(2016, 1, 15, 1, tzinfo=UTC))
    ]
    with pytest.raises(MalformedReceipt):
        LISTENING.parse_receipts(json.dumps({"receipts": [right, line]}).encode())


@given(st.binary() | st.sampled_from([b"{}", b"[]", b'{"receipts":{}}', b'{"receipts":[[' + b"[" * 5000]))
def test_bytes_that_are_no_receipt_are_malformed(raw: bytes) -> None:
    with pytest.raises(MalformedReceipt):
        LISTENING.parse_receipts(raw)


@given(st.none() | st.text())
def test_no_code_breaks_the_table(code: str | None) -> None:
    assert classify(code).kind in CodeClass


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("DELIVRD", CodeClass.OK),
        ("delivrd ", CodeClass.OK),
        ("EXPIRED", CodeClass.ABSENT),
        ("REJECTD", CodeClass.BLOCKED),
        ("CB:0001", CodeClass.INVALID),
        ("CB:0099", CodeClass.GATEWAY),
        ("IB:0008", CodeClass.THROTTLED),
        ("MK:0004", CodeClass.ABSENT),
        ("http_429", CodeClass.THROTTLED),
        ("http_413", CodeClass.GATEWAY),
        ("never heard of", CodeClass.GATEWAY),
        (None, CodeClass.GATEWAY),
    ],
)
def test_codes_have_classes(code: str | None, kind: CodeClass) -> None:
    assert classify(code).kind is kind


async def test_the_console_writes_masked_letters_to_a_private_file(tmp_path: Path) -> None:
    gateway: Gateway = ConsoleGateway(tmp_path / "data")
    first, second = letters(1, "+8610012345678"), letters(1)
    assert verdicts(await gateway.submit(first) + await gateway.submit(second)) == [Verdict.ACCEPTED] * 2
    file = tmp_path / "data" / "messages.jsonl"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [line["id"] for line in lines] == [first[0].id, second[0].id]
    assert lines[0]["telephone"] == "*******5678"
    assert lines[0]["text"] == "【督查室】请报送进展。"
    assert file.stat().st_mode & 0o777 == 0o600
    assert not gateway.capabilities.sends_receipts


async def test_a_console_without_a_writable_folder_lets_letters_wait(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where a folder should be")
    outcomes = await ConsoleGateway(tmp_path / "data").submit(letters(2))
    assert verdicts(outcomes) == [Verdict.UNREACHABLE] * 2


async def test_the_console_knows_no_receipts() -> None:
    gateway = ConsoleGateway(None)
    assert verdicts(await gateway.submit(letters(1))) == [Verdict.ACCEPTED]
    with pytest.raises(UnsignedReceipt):
        gateway.verify_receipt(signed(BODY), BODY)
    with pytest.raises(MalformedReceipt):
        gateway.parse_receipts(BODY)
