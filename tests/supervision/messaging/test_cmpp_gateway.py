"""The gateway of CMPP over a line: what it hands over, what is delivered to it, and how a session ends."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from deploy.simulator.cmpp_connection import CmppConnection
from supervision.messaging.errors import UnsignedReceipt
from supervision.messaging.gateways import Submission, Verdict
from supervision.messaging.gateways.cmpp import CmppAccount, CmppGateway
from supervision.messaging.gateways.cmpp_codec import (
    ActiveTest,
    ActiveTestAnswer,
    Connect,
    ConnectAnswer,
    Deliver,
    DeliverAnswer,
    Report,
    Submit,
    SubmitAnswer,
    Terminate,
    TerminateAnswer,
)
from supervision.messaging.gateways.cmpp_codes import CMPP
from supervision.messaging.gateways.cmpp_deliveries import write_lines
from supervision.messaging.gateways.cmpp_session import Login
from supervision.messaging.gateways.cmpp_texts import prove_gateway
from supervision.messaging.gateways.code_meanings import CodeClass
from supervision.messaging.gateways.codes import classify
from tests.factories.cmpp_gateway import AT_ONCE, make_gateway, running_cmpp
from tests.factories.processes import until

SHORT = Submission("7", "+8619999990001", "【督查室】请按时报送进展。")
LONG = Submission("8", "+8619999990002", "【督查室】" + "报" * 150)


async def becomes(is_so: Callable[[], bool]) -> None:
    async def told() -> bool:
        return is_so()

    await until(told, seconds=20)


@asynccontextmanager
async def held(gateway: CmppGateway) -> AsyncIterator[CmppGateway]:
    await gateway.hold()
    try:
        yield gateway
    finally:
        await gateway.release()


@asynccontextmanager
async def wire() -> AsyncIterator[tuple[CmppGateway, Callable[[], CmppConnection]]]:
    """Let a test be the gateway itself: it says what it likes on the connections that were let in."""
    came: list[CmppConnection] = []

    async def let_in(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = CmppConnection(reader, writer)
        frame = await connection.next_frame()
        assert frame is not None
        sequence, connect = frame
        assert isinstance(connect, Connect)
        connection.write(ConnectAnswer(0, prove_gateway(0, connect.authenticator, "secret")), sequence)
        came.append(connection)

    server = await asyncio.start_server(let_in, "127.0.0.1", 0)
    login = Login("127.0.0.1", server.sockets[0].getsockname()[1], "901234", "secret")
    async with server, held(CmppGateway(CmppAccount(login, "DUCHA", "10690000"), timeout_seconds=1)) as gateway:
        await becomes(lambda: bool(came))
        yield gateway, lambda: came[-1]
        for connection in came:
            connection.close()


async def test_a_long_text_has_an_id_for_each_part(tmp_path: Path) -> None:
    with running_cmpp(tmp_path) as (simulator, told):
        simulator.behave(receipt={"mode": "never"})
        async with held(make_gateway(told)) as gateway:
            short, long = await gateway.submit([SHORT, LONG])
        ids = defaultdict[str, list[str]](list)
        for entry in simulator.entries():
            ids[entry["telephone"]].append(entry["id"])
    assert (short.verdict, short.parts, short.reference) == (Verdict.ACCEPTED, (), ids[SHORT.telephone][0])
    assert (long.verdict, long.parts, long.reference) == (
        Verdict.ACCEPTED,
        tuple(ids[LONG.telephone]),
        "+".join(ids[LONG.telephone]),
    )
    assert len(long.parts) == 3


@pytest.mark.parametrize("result", [*range(1, 14), 99])
async def test_each_result_has_its_verdict(result: int) -> None:
    async with wire() as (gateway, connection):
        submitting = asyncio.create_task(gateway.submit([SHORT]))
        came = await connection().next_frame()
        assert came is not None
        connection().write(SubmitAnswer(0, result), came[0])
        (outcome,) = await submitting
    code = f"CMPP_{result}"
    assert outcome.code == code
    assert outcome.verdict is (CMPP[code].verdict if code in CMPP else Verdict.REFUSED)
    assert (classify(code).kind is CodeClass.THROTTLED) == (result == 8)


async def test_a_number_of_another_country_is_refused() -> None:
    async with wire() as (gateway, _):
        (outcome,) = await gateway.submit([Submission("1", "+4915112345678", "text")])
    assert (outcome.verdict, outcome.code) == (Verdict.REFUSED, "CMPP_13")


async def test_what_was_not_acknowledged_is_delivered_to_the_next_owner(tmp_path: Path) -> None:
    with running_cmpp(tmp_path) as (simulator, told):
        simulator.behave(receipt=AT_ONCE)
        async with held(make_gateway(told)) as first:
            await first.submit([SHORT])
            lost = await first.receive()
        assert simulator.summary()["receipts_sent"] == 0
        async with held(make_gateway(told)) as second:
            again = await second.receive()
            again.acknowledge()
            (receipt,) = second.parse_receipts(again.raw)
            await becomes(lambda: simulator.summary()["receipts_sent"] == 1)
        (entry,) = simulator.entries()
    assert again.raw == lost.raw
    assert (receipt.reference, receipt.delivered, receipt.code) == (entry["reference"], True, "DELIVRD")


async def test_a_reply_is_known_when_it_comes_again() -> None:
    reply = Deliver(5, "10690000", "DUCHA", "8613900000000", "已阅".encode("utf-16-be"), message_format=8)
    async with wire() as (gateway, connection):
        for sequence in (1, 2):
            connection().write(reply, sequence)
        first, second = await gateway.receive(), await gateway.receive()
        first.acknowledge()
        assert await connection().next_frame() == (1, DeliverAnswer(5, 0))
    assert first.name == second.name
    assert gateway.parse_receipts(first.raw) == []
    (told,) = gateway.parse_replies(first.raw)
    assert (told.telephone, told.text) == ("+8613900000000", "已阅")
    assert told.at is not None


@pytest.mark.parametrize(
    ("content", "message_format", "text"),
    [("TD", 0, "TD"), ("收到", 15, "收到"), ("收到😀", 8, "收到😀")],
)
def test_replies_in_each_format(content: str, message_format: int, text: str) -> None:
    encoding = {0: "ascii", 15: "gbk", 8: "utf-16-be"}[message_format]
    reply = Deliver(5, "1", "", "13900000000", content.encode(encoding), message_format=message_format)
    gateway = CmppGateway(CmppAccount(Login("127.0.0.1", 1, "1", "s"), "", "1"))
    assert [each.text for each in gateway.parse_replies(write_lines([reply]))] == [text]


def test_a_report_of_another_version_is_passed_over() -> None:
    report = Report(1, "DELIVRD", "2611281655", "2611281655", "13900000000").content()
    assert write_lines([Deliver(5, "1", "", "13900000000", report[:60], is_report=True)]) == b"[]"


def test_receipts_come_by_the_session_alone() -> None:
    gateway = CmppGateway(CmppAccount(Login("127.0.0.1", 1, "1", "s"), "", "1"))
    with pytest.raises(UnsignedReceipt):
        gateway.verify_receipt({}, b"[]", token="")


async def test_no_more_than_a_window_is_under_way() -> None:
    async with wire() as (gateway, connection):
        batch = [Submission(str(each), f"+861999999{each:04d}", "text") for each in range(16)]
        twice = [asyncio.create_task(gateway.submit(batch)) for _ in range(2)]
        under_way = [await connection().next_frame() for _ in range(16)]
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await connection().next_frame()
        for came in under_way:
            assert came is not None
            assert isinstance(came[1], Submit)
            connection().write(SubmitAnswer(1, 0), came[0])
        assert await twice[0]
        await twice[1]  # nobody answers: unknown


async def test_a_gateway_that_ends_the_session_gets_what_is_under_way_and_a_new_one() -> None:
    async with wire() as (gateway, connection):
        ended = connection()
        submitting = asyncio.create_task(gateway.submit([SHORT]))
        came = await ended.next_frame()
        assert came is not None
        ended.write(Terminate(), 77)
        ended.write(SubmitAnswer(1, 0), came[0])
        (outcome,) = await submitting
        assert await ended.next_frame() == (77, TerminateAnswer())
        await becomes(lambda: connection() is not ended)
        connection().write(ActiveTest(), 5)
        assert await connection().next_frame() == (5, ActiveTestAnswer())
    assert outcome.verdict is Verdict.ACCEPTED


async def test_what_is_no_frame_ends_the_session_and_a_wrong_delivery_does_not() -> None:
    async with wire() as (gateway, connection):
        wrong = connection()
        wrong._writer.write(bytes.fromhex("0000000e 00000005 00000009 ffff"))  # noqa: SLF001 - no frame can be so wrong
        assert await wrong.next_frame() == (9, DeliverAnswer(0, 1))
        wrong._writer.write(b"GET / HTTP/1.1\r\n\r\n")  # noqa: SLF001 - likewise
        assert await wrong.next_frame() is None
        await becomes(lambda: connection() is not wrong)
        assert gateway.is_held


async def test_nobody_there_takes_nothing() -> None:
    gateway = CmppGateway(CmppAccount(Login("127.0.0.1", 1, "901234", "s"), "DUCHA", "1"))
    async with held(gateway):
        (outcome,) = await gateway.submit([SHORT])
    assert (outcome.verdict, outcome.code) == (Verdict.UNREACHABLE, None)
