import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from deploy.processes import free_port
from supervision.foundation.clock import real_now
from supervision.messaging.gateways import (
    Gateway,
    ReceiptLine,
    Submission,
    SubmissionOutcome,
    Verdict,
)
from supervision.messaging.gateways.code_meanings import CodeClass
from supervision.messaging.gateways.codes import classify
from supervision.messaging.gateways.http import HttpGateway
from tests.factories.simulator import RECEIPT_SECRET, SECRET, RunningSimulator, receipt_desk, running_simulator

pytestmark = pytest.mark.anyio

NUMBERS = count(1)
SILENT = {"mode": "never"}


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSimulator]:
    with receipt_desk() as desk, running_simulator(tmp_path_factory.mktemp("simulator"), desk) as running:
        yield running


def submissions(many: int, telephone: str = "+8610000000000") -> list[Submission]:
    return [Submission(str(next(NUMBERS)), telephone, "【督查室】请报送进展。") for _ in range(many)]


@asynccontextmanager
async def http_gateway(url: str, **settings: Any) -> AsyncIterator[HttpGateway]:
    gateway = HttpGateway(url, settings.pop("secret", SECRET), receipt_secret=RECEIPT_SECRET, **settings)
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
            # A client that has waited too long for its turn hangs up without a word.
            with suppress(asyncio.IncompleteReadError):
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


def verdicts(outcomes: list[SubmissionOutcome]) -> list[Verdict]:
    return [outcome.verdict for outcome in outcomes]


def taken(simulator: RunningSimulator, batch: list[Submission]) -> list[str]:
    ids = {submission.id for submission in batch}
    return [entry["id"] for entry in simulator.entries() if entry["id"] in ids]


async def test_a_batch_is_accepted_and_answered_in_its_order(simulator: RunningSimulator) -> None:
    simulator.behave(receipt=SILENT)
    batch = submissions(3)
    async with http_gateway(simulator.url) as gateway:
        outcomes = await gateway.submit(batch)
    assert [(outcome.message_id, outcome.verdict) for outcome in outcomes] == [
        (submission.id, Verdict.ACCEPTED) for submission in batch
    ]
    assert len({outcome.reference for outcome in outcomes}) == 3
    assert taken(simulator, batch) == [submission.id for submission in batch]


async def test_the_same_id_twice_is_taken_once(simulator: RunningSimulator) -> None:
    simulator.behave(receipt=SILENT)
    batch = submissions(2)
    before = simulator.summary()
    async with http_gateway(simulator.url) as gateway:
        assert await gateway.submit(batch) == await gateway.submit(batch)
    after = simulator.summary()
    assert after["accepted"] - before["accepted"] == 2
    assert after["duplicates"] - before["duplicates"] == 2


async def test_a_time_out_after_acceptance_is_unknown_until_asked(simulator: RunningSimulator) -> None:
    simulator.behave(answer_delay_s=0.6, receipt=SILENT)
    batch = submissions(2)
    async with http_gateway(simulator.url, timeout_seconds=0.2) as gateway:
        assert verdicts(await gateway.submit(batch)) == [Verdict.UNKNOWN] * 2
        told = await gateway.query([submission.id for submission in batch])
    assert taken(simulator, batch) == [submission.id for submission in batch]
    assert [told[submission.id].reference is not None for submission in batch] == [True, True]
    assert all(isinstance(line, SubmissionOutcome) and line.verdict is Verdict.ACCEPTED for line in told.values())


async def test_a_connection_dropped_after_acceptance_is_unknown(simulator: RunningSimulator) -> None:
    simulator.behave(drop_after_accept=True, receipt=SILENT)
    batch = submissions(2)
    async with http_gateway(simulator.url) as gateway:
        assert verdicts(await gateway.submit(batch)) == [Verdict.UNKNOWN] * 2
    assert taken(simulator, batch) == [submission.id for submission in batch]


async def test_a_failing_gateway_is_unknown_and_then_known_to_have_nothing(simulator: RunningSimulator) -> None:
    simulator.behave(fail_rate=1, receipt=SILENT)
    (submission,) = submissions(1)
    async with http_gateway(simulator.url) as gateway:
        assert await gateway.submit([submission]) == [
            SubmissionOutcome(submission.id, Verdict.UNKNOWN, None, "http_503")
        ]
        assert await gateway.query([submission.id]) == {
            submission.id: SubmissionOutcome(submission.id, Verdict.UNREACHABLE)
        }
    assert taken(simulator, [submission]) == []


async def test_nobody_listening_is_unreachable() -> None:
    async with http_gateway(f"http://127.0.0.1:{free_port()}") as gateway:
        assert verdicts(await gateway.submit(submissions(2))) == [Verdict.UNREACHABLE] * 2
        assert await gateway.query(["1"]) == {}


async def test_waiting_for_a_free_connection_in_vain_is_unreachable() -> None:
    async def keep_waiting(_: asyncio.StreamWriter) -> None:
        await asyncio.sleep(1)

    async with peer(keep_waiting) as url, http_gateway(url, timeout_seconds=0.8, connect_seconds=0.3) as gateway:
        outcomes = await asyncio.gather(*(gateway.submit(submissions(1)) for _ in range(23)))
    told = [outcome.verdict for (outcome,) in outcomes]
    assert told.count(Verdict.UNREACHABLE) == 3
    assert told.count(Verdict.UNKNOWN) == 20


async def test_flow_control_throttles_part_of_a_batch_and_then_whole_ones(simulator: RunningSimulator) -> None:
    simulator.behave(throttle_per_second=0.1, receipt=SILENT)
    first, second = submissions(3), submissions(2)
    async with http_gateway(simulator.url) as gateway:
        assert verdicts(await gateway.submit(first)) == [Verdict.ACCEPTED, Verdict.THROTTLED, Verdict.THROTTLED]
        whole = await gateway.submit(second)
    assert [(outcome.verdict, outcome.code) for outcome in whole] == [(Verdict.THROTTLED, "http_429")] * 2
    assert taken(simulator, first + second) == [first[0].id]


async def test_a_number_that_the_gateway_does_not_serve_is_refused_alone(simulator: RunningSimulator) -> None:
    simulator.behave(refuse_prefixes=["+86199"], receipt=SILENT)
    batch = [*submissions(1), *submissions(1, "+8619900000000")]
    async with http_gateway(simulator.url) as gateway:
        outcomes = await gateway.submit(batch)
    assert verdicts(outcomes) == [Verdict.ACCEPTED, Verdict.REFUSED]
    assert classify(outcomes[1].code).kind is CodeClass.INVALID


async def test_a_wrong_secret_is_refused_and_nothing_is_taken(simulator: RunningSimulator) -> None:
    simulator.behave(receipt=SILENT)
    batch = submissions(2)
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
        assert verdicts(await gateway.submit([Submission("7", "+8610000000000", "测试")])) == [verdict]


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
        assert verdicts(await gateway.submit(submissions(1))) == [Verdict.UNKNOWN]
        assert time.monotonic() - began < 2


async def test_a_batch_beyond_the_capabilities_is_a_mistake_of_ours(simulator: RunningSimulator) -> None:
    async with http_gateway(simulator.url, batch_size=2) as gateway:
        with pytest.raises(ValueError, match="3 submissions"):
            await gateway.submit(submissions(3))


async def test_twenty_thousand_messages_are_taken_once_each(simulator: RunningSimulator) -> None:
    simulator.behave(receipt=SILENT)
    before = simulator.summary()
    async with http_gateway(simulator.url) as gateway:
        batches = [submissions(500) for _ in range(40)]
        for first in range(0, 40, 4):
            outcomes = await asyncio.gather(*map(gateway.submit, batches[first : first + 4]))
            assert {outcome.verdict for batch in outcomes for outcome in batch} == {Verdict.ACCEPTED}
    after = simulator.summary()
    assert after["accepted"] - before["accepted"] == 20_000
    assert after["duplicates"] == before["duplicates"]


async def test_receipts_are_signed_and_read(simulator: RunningSimulator) -> None:
    simulator.behave(receipt={"delay_min_s": 0, "delay_max_s": 0.05, "fail_prefixes": ["+86199"]})
    batch = [*submissions(1), *submissions(1, "+8619900000000")]
    async with http_gateway(simulator.url) as gateway:
        outcomes = await gateway.submit(batch)
        calls = await eventually(lambda: simulator.desk.calls, lambda calls: len(_read(gateway, calls)) == 2)
        lines = {line.message_id: line for line in _read(gateway, calls)}
        told = await gateway.query([submission.id for submission in batch])
    assert [lines[submission.id].delivered for submission in batch] == [True, False]
    assert [lines[submission.id].reference for submission in batch] == [outcome.reference for outcome in outcomes]
    assert [classify(lines[submission.id].code).kind for submission in batch] == [CodeClass.OK, CodeClass.ABSENT]
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
