"""中国移动云MAS over real sockets, against the simulator as integrators start it."""

import base64
import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.processes import free_port
from supervision.messaging.errors import MalformedReceipt, UnsignedReceipt
from supervision.messaging.gateways import ReceiptLine, Submission, SubmissionOutcome, Verdict
from supervision.messaging.gateways.code_meanings import CodeClass
from supervision.messaging.gateways.codes import classify
from supervision.messaging.gateways.yunmas import YunMasAccount, YunMasGateway
from supervision.messaging.gateways.yunmas_codes import YUNMAS
from tests.factories.simulator import RunningSimulator, printed_settings, running_command
from tests.supervision.messaging.test_gateways import peer, says

pytestmark = pytest.mark.anyio

NUMBERS, IDS = count(10_000_000_000), count(1)
TOKEN = "t" * 32
ACCOUNT = YunMasAccount("某县督查室", "ducha", "SimSign01", "01")
SILENT = {"mode": "never"}


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("simulator")


@pytest.fixture(scope="module")
def simulator(folder: Path) -> Iterator[RunningSimulator]:
    with running_command(folder, "--quiet") as running:
        yield running


@asynccontextmanager
async def opened(simulator: RunningSimulator, folder: Path, **over: Any) -> AsyncIterator[YunMasGateway]:
    told = printed_settings(folder, "yunmas")
    account = YunMasAccount(
        told["DUCHA_GATEWAY_COMPANY"], told["DUCHA_GATEWAY_ACCOUNT"], over.pop("sign", told["DUCHA_GATEWAY_SIGN"])
    )
    secret = over.pop("secret", (folder / "yunmas-secret").read_text())
    url = simulator.url + over.pop("path", "/sms/submit")
    gateway = YunMasGateway(url, account, secret, receipt_secret=TOKEN, **over)
    yield gateway
    await gateway.aclose()


@asynccontextmanager
async def at(url: str, **over: Any) -> AsyncIterator[YunMasGateway]:
    gateway = YunMasGateway(f"{url}/sms/submit", ACCOUNT, "s3cret", receipt_secret=TOKEN, **over)
    yield gateway
    await gateway.aclose()


def one(text: str = "请报送进展。", telephone: str | None = None) -> Submission:
    return Submission(str(next(IDS)), telephone or f"+86{next(NUMBERS)}", f"【督查室】{text}")


def verdicts(outcomes: list[SubmissionOutcome]) -> list[Verdict]:
    return [outcome.verdict for outcome in outcomes]


def taken(simulator: RunningSimulator, batch: list[Submission]) -> Counter[tuple[str, str]]:
    numbers = {each.telephone for each in batch}
    entries = [entry for entry in simulator.entries() if entry["telephone"] in numbers]
    return Counter((entry["telephone"], entry["text"]) for entry in entries)


def calls(simulator: RunningSimulator, batch: list[Submission]) -> int:
    numbers = {each.telephone for each in batch}
    return len({entry["reference"] for entry in simulator.entries() if entry["telephone"] in numbers})


@pytest.mark.parametrize("path", ["/sms/submit", "/sms/norsubmit"])
async def test_one_text_goes_in_one_call_without_its_signature(
    simulator: RunningSimulator, folder: Path, path: str
) -> None:
    simulator.behave(receipt=SILENT)
    batch = [one("请报送进展，“引号”与\\反斜杠😀。") for _ in range(300)]
    async with opened(simulator, folder, path=path) as gateway:
        outcomes = await gateway.submit(batch)
    assert verdicts(outcomes) == [Verdict.ACCEPTED] * 300
    assert [outcome.message_id for outcome in outcomes] == [each.id for each in batch]
    assert len({outcome.reference for outcome in outcomes}) == 300
    assert taken(simulator, batch) == Counter(
        {(each.telephone, "请报送进展，“引号”与\\反斜杠😀。"): 1 for each in batch}
    )
    assert calls(simulator, batch) == 1


async def test_texts_of_their_own_go_by_fewer_than_a_thousand(simulator: RunningSimulator, folder: Path) -> None:
    simulator.behave(receipt=SILENT)
    batch = [one(f"您的第{n}号通知") for n in range(1200)] + [one("同一通知") for _ in range(60)]
    async with opened(simulator, folder) as gateway:
        assert set(verdicts(await gateway.submit(batch))) == {Verdict.ACCEPTED}
    assert taken(simulator, batch) == Counter(
        {(each.telephone, each.text.removeprefix("【督查室】")): 1 for each in batch}
    )
    assert calls(simulator, batch) == 3


async def test_a_number_stands_once_in_a_call(simulator: RunningSimulator, folder: Path) -> None:
    simulator.behave(receipt=SILENT)
    telephone = f"+86{next(NUMBERS)}"
    batch = [one("甲", telephone), one("乙", telephone), one("甲", telephone), one("丙")]
    async with opened(simulator, folder) as gateway:
        outcomes = await gateway.submit(batch)
    assert verdicts(outcomes) == [Verdict.ACCEPTED] * 4
    assert len({outcome.reference for outcome in outcomes}) == 4
    assert sum(taken(simulator, batch).values()) == 4


async def test_one_wrong_number_does_not_keep_the_others_back(simulator: RunningSimulator, folder: Path) -> None:
    simulator.behave(receipt=SILENT, refuse_prefixes=["+86199"])
    batch = [*(one() for _ in range(40)), one(telephone="+8619900000000"), one(telephone="+85251234567"), one()]
    async with opened(simulator, folder) as gateway:
        outcomes = await gateway.submit(batch)
    assert [outcome.verdict for outcome in outcomes] == [
        *[Verdict.ACCEPTED] * 40,
        *[Verdict.REFUSED] * 2,
        Verdict.ACCEPTED,
    ]
    assert [classify(outcome.code).kind for outcome in outcomes[40:42]] == [CodeClass.INVALID] * 2


@pytest.mark.parametrize(
    ("over", "code"), [({"secret": "wrong"}, "IllegalMac"), ({"sign": "AnotherSign"}, "IllegalSignId")]
)
async def test_an_account_that_is_wrong_waits_to_be_put_right(
    simulator: RunningSimulator, folder: Path, over: dict[str, str], code: str
) -> None:
    simulator.behave(receipt=SILENT)
    batch = [one("甲"), one("乙"), *(one("丙") for _ in range(60))]
    async with opened(simulator, folder, **over) as gateway:
        outcomes = await gateway.submit(batch)
    assert {(outcome.verdict, outcome.code) for outcome in outcomes} == {(Verdict.UNREACHABLE, code)}
    assert not taken(simulator, batch)


async def test_flow_control_keeps_the_rest_back(simulator: RunningSimulator, folder: Path) -> None:
    simulator.behave(receipt=SILENT, throttle_per_second=0.1)
    batch = [*(one("甲") for _ in range(60)), *(one("乙") for _ in range(60))]
    async with opened(simulator, folder) as gateway:
        outcomes = await gateway.submit(batch)
    assert verdicts(outcomes) == [Verdict.ACCEPTED] * 60 + [Verdict.THROTTLED] * 60
    assert classify(outcomes[-1].code).kind is CodeClass.THROTTLED


@pytest.mark.parametrize("behaviour", [{"answer_delay_s": 2}, {"drop_after_accept": True}, {"answer_twice": True}])
async def test_what_is_written_and_not_answered_is_unknown(
    simulator: RunningSimulator, folder: Path, behaviour: dict[str, object]
) -> None:
    simulator.behave(receipt=SILENT, **behaviour)
    batch = [one()]
    async with opened(simulator, folder, timeout_seconds=0.3) as gateway:
        assert verdicts(await gateway.submit(batch)) == [Verdict.UNKNOWN]
        assert await gateway.query([batch[0].id]) == {}
    assert sum(taken(simulator, batch).values()) == 1


async def test_where_nobody_listens_nothing_was_taken() -> None:
    async with at(f"http://127.0.0.1:{free_port()}") as gateway:
        assert verdicts(await gateway.submit([one(), one("另一")])) == [Verdict.UNREACHABLE] * 2


@pytest.mark.parametrize("code", [code for code in YUNMAS if code != "success"])
async def test_each_code_has_its_verdict_and_its_meaning(simulator: RunningSimulator, folder: Path, code: str) -> None:
    simulator.behave(receipt=SILENT, answer_code=code)
    async with opened(simulator, folder) as gateway:
        (outcome,) = await gateway.submit([one()])
    assert (outcome.verdict, outcome.code) == (YUNMAS[code].verdict, code)
    assert classify(code) == YUNMAS[code].meaning
    assert classify(code).zh


@pytest.mark.parametrize(
    ("body", "verdict", "code"),
    [
        (b'{"mgsGroup": "g", "rspcod": "success", "success": true}', Verdict.ACCEPTED, None),
        (b'{"msgGroup": "g", "rspcod": "success", "success": "true"}', Verdict.ACCEPTED, None),
        (b'{"rspcod": "success", "success": true}', Verdict.ACCEPTED, None),
        (b'{"rspcod": "SomethingNew", "success": false}', Verdict.REFUSED, "SomethingNew"),
        (b'{"rspcod": "success", "success": false}', Verdict.UNKNOWN, None),
        (b'{"rspcod": "a b", "success": false}', Verdict.UNKNOWN, None),
        (b'{"rspcod": 7}', Verdict.UNKNOWN, None),
        (b"{}", Verdict.UNKNOWN, None),
        (b"[]", Verdict.UNKNOWN, None),
        (b"<html>", Verdict.UNKNOWN, None),
    ],
)
async def test_every_answer_is_a_verdict(body: bytes, verdict: Verdict, code: str | None) -> None:
    async with peer(says(200, body)) as url, at(url) as gateway:
        (outcome,) = await gateway.submit([one()])
    assert (outcome.verdict, outcome.code) == (verdict, code)
    assert (outcome.reference is not None) == (b"Group" in body)


@pytest.mark.parametrize(
    ("status", "verdict"), [(302, Verdict.UNREACHABLE), (404, Verdict.UNREACHABLE), (502, Verdict.UNKNOWN)]
)
async def test_every_status_is_a_verdict(status: int, verdict: Verdict) -> None:
    async with peer(says(status, b"")) as url, at(url) as gateway:
        assert verdicts(await gateway.submit([one()])) == [verdict]


async def test_the_call_is_written_as_the_platform_reads_it() -> None:
    """As the interface description has it, worked out by hand rather than by the simulator."""
    heard: list[bytes] = []

    class Listener(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            heard.append(await request.aread())
            return httpx.Response(200, json={"msgGroup": "g", "rspcod": "success", "success": True})

    async with at("http://127.0.0.1:9") as gateway:
        gateway._connection._client._transport = Listener()  # noqa: SLF001 - to hear the bytes, without a peer
        gateway._connection._client._mounts = {}  # noqa: SLF001 - likewise
        await gateway.submit(
            [Submission("1", "+8613900000000", "【督查室】甲"), Submission("2", "+8613900000001", "【督查室】甲")]
        )
        await gateway.submit(
            [Submission("1", "+8613900000000", "【督查室】甲"), Submission("2", "+8613900000001", "【督查室】乙")]
        )
    uniform, individual = (orjson.loads(base64.b64decode(body)) for body in heard)
    sealed = "某县督查室duchas3cret13900000000,13900000001甲SimSign0101"
    assert uniform == {
        "ecName": "某县督查室",
        "apId": "ducha",
        "mobiles": "13900000000,13900000001",
        "content": "甲",
        "sign": "SimSign01",
        "addSerial": "01",
        "mac": hashlib.md5(sealed.encode(), usedforsecurity=False).hexdigest(),
    }
    assert (individual["mobiles"], individual["content"]) == ("", '{"13900000000":"甲","13900000001":"乙"}')


async def test_receipts_and_replies_are_fetched_once(simulator: RunningSimulator, folder: Path) -> None:
    simulator.behave(receipt={"delay_min_s": 0, "delay_max_s": 0, "fail_prefixes": ["+86199"]})
    batch = [one(), one(telephone="+8619911111111")]
    async with opened(simulator, folder, pulls=True) as gateway:
        outcomes = await gateway.submit(batch)
        lines: list[ReceiptLine] = []
        while len(lines) < 2:
            raw = await gateway.pull_receipts()
            lines += gateway.parse_receipts(raw) if raw else []
        assert await gateway.pull_receipts() is None
    told = {line.reference: (line.delivered, line.code) for line in lines}
    assert told == {outcomes[0].reference: (True, "DELIVRD"), outcomes[1].reference: (False, "UNDELIV")}


async def test_a_refused_fetch_is_nothing_to_keep(simulator: RunningSimulator, folder: Path) -> None:
    async with opened(simulator, folder, pulls=True, secret="wrong") as gateway:
        assert await gateway.pull_receipts() is None


LISTENING = YunMasGateway("https://sms.example.cn/sms/submit", ACCOUNT, receipt_secret=TOKEN)
RECEIPT = {
    "reportStatus": "DELIVRD",
    "mobile": "13900000000",
    "submitDate": "20261128090000",
    "receiveDate": "20261128090003",
    "errorCode": "",
    "msgGroup": "0728091130001000",
}


def test_a_receipt_names_its_message_by_call_and_number() -> None:
    (line,) = LISTENING.parse_receipts(orjson.dumps(RECEIPT))
    assert (line.delivered, line.code, line.at and line.at.isoformat()) == (
        True,
        "DELIVRD",
        "2026-11-28T01:00:03+00:00",
    )
    assert line.reference is not None
    assert line.reference.startswith("0728091130001000:")
    assert "139" not in line.reference.partition(":")[2]
    (other,) = LISTENING.parse_receipts(orjson.dumps([{**RECEIPT, "mobile": "8613900000001"}]))
    assert other.reference != line.reference
    another = YunMasGateway("https://sms.example.cn/sms/submit", ACCOUNT, receipt_secret="u" * 32)
    assert another.parse_receipts(orjson.dumps(RECEIPT))[0].reference != line.reference, "the number is keyed"


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"errorCode": "MK:0004"}, "MK:0004"),
        ({"errorCode": ""}, "UNDELIV"),
        ({"errorCode": None}, "UNDELIV"),
        ({"errorCode": "不是代码"}, "UNDELIV"),
    ],
)
def test_what_did_not_arrive_has_the_reason_of_the_network(over: dict[str, object], code: str) -> None:
    (line,) = LISTENING.parse_receipts(orjson.dumps([{**RECEIPT, "reportStatus": "UNDELIV", **over}]))
    assert (line.delivered, line.code) == (False, code)


@pytest.mark.parametrize(
    "over", [{"mobile": "x"}, {"mobile": None}, {"msgGroup": ""}, {"msgGroup": 7}, {"reportStatus": None}]
)
def test_a_line_that_is_wrong_does_not_cost_the_others(over: dict[str, object]) -> None:
    lines = LISTENING.parse_receipts(orjson.dumps([{**RECEIPT, **over}, RECEIPT, None, 7]))
    assert [line.delivered for line in lines] == [True]


@pytest.mark.parametrize("moment", ["", None, 7, "20261328090003", "19991231000000", "99991231235959", "yesterday"])
def test_a_time_that_is_none_is_left_out(moment: object) -> None:
    (line,) = LISTENING.parse_receipts(orjson.dumps([{**RECEIPT, "receiveDate": moment}]))
    assert line.at is None


@given(st.binary())
def test_no_body_breaks_the_reading(body: bytes) -> None:
    for read in (LISTENING.parse_receipts, LISTENING.parse_replies):
        try:
            read(body)
        except MalformedReceipt:
            continue


def test_replies_are_read_beside_receipts() -> None:
    reply = {"smsContent": "已收到", "mobile": "13900000000", "sendTime": "2026-11-28 09:00:00", "addSerial": "1065"}
    raw = orjson.dumps([RECEIPT, reply, {**reply, "mobile": "x"}])
    (read,) = LISTENING.parse_replies(raw)
    assert (read.telephone, read.text, read.at and read.at.hour) == ("+8613900000000", "已收到", 1)
    assert len(LISTENING.parse_receipts(raw)) == 1
    assert "139" not in repr(read)


@pytest.mark.parametrize("token", [None, "", "t" * 31, "u" * 32])
def test_receipts_without_the_token_are_refused(token: str | None) -> None:
    LISTENING.verify_receipt({}, b"", token=TOKEN)
    with pytest.raises(UnsignedReceipt):
        LISTENING.verify_receipt({}, b"", token=token)
