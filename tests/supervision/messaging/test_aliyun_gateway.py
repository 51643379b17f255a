"""阿里云短信服务 over real sockets, with the vendor's own SDK as the witness of what a request looks like."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import orjson
import pytest
from alibabacloud_dysmsapi20170525.client import Client
from alibabacloud_dysmsapi20170525.models import SendBatchSmsRequest, SendSmsRequest
from alibabacloud_tea_openapi.utils import Utils
from alibabacloud_tea_openapi.utils_models import Config
from darabonba.request import DaraRequest
from hypothesis import given
from hypothesis import strategies as st

from supervision.messaging.errors import MalformedReceipt, UnsignedReceipt
from supervision.messaging.gateways import Submission, SubmissionOutcome, Verdict
from supervision.messaging.gateways.aliyun import AliyunAccount, AliyunGateway
from supervision.messaging.gateways.aliyun_codes import ALIYUN, ALIYUN_RECEIPTS
from supervision.messaging.gateways.aliyun_signature import ALGORITHM, authorization, digest, sign, write_query
from supervision.messaging.gateways.codes import classify
from supervision.messaging.gateways.registered_templates import RegisteredTemplates
from tests.factories.simulator import RunningSimulator, printed_settings, running_command
from tests.supervision.messaging.test_gateways import peer, says

pytestmark = pytest.mark.anyio

NUMBERS, IDS = count(10_000_000_000), count(1)
TOKEN = "t" * 32
SILENT = {"mode": "never"}
TEMPLATES = RegisteredTemplates({"SMS_100001": "请于${deadline}前报送${matter}的进展。", "SMS_100003": "定文。"})


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


@pytest.fixture(scope="module")
def secret(simulator: RunningSimulator, folder: Path) -> str:
    del simulator
    return Path(printed_settings(folder, "aliyun")["DUCHA_GATEWAY_SECRET_FILE"]).read_text()


@asynccontextmanager
async def opened(url: str, secret: str, **over: Any) -> AsyncIterator[AliyunGateway]:
    account = AliyunAccount(over.pop("key", "simulator"), TEMPLATES)
    gateway = AliyunGateway(url, account, secret, receipt_secret=TOKEN, **over)
    yield gateway
    await gateway.aclose()


def one(matter: str = "重点工作", telephone: str | None = None) -> Submission:
    text = f"【督查室】请于3月3日前报送{matter}的进展。"
    return Submission(str(next(IDS)), telephone or f"+86{next(NUMBERS)}", text)


def verdicts(outcomes: list[SubmissionOutcome]) -> list[Verdict]:
    return [outcome.verdict for outcome in outcomes]


def taken(simulator: RunningSimulator, batch: list[Submission]) -> Counter[tuple[str, str]]:
    numbers = {each.telephone for each in batch}
    entries = [entry for entry in simulator.entries() if entry["telephone"] in numbers]
    return Counter((entry["telephone"], entry["text"]) for entry in entries)


def expected(batch: list[Submission]) -> Counter[tuple[str, str]]:
    return Counter((each.telephone, each.text.removeprefix("【督查室】")) for each in batch)


def calls(simulator: RunningSimulator, batch: list[Submission]) -> int:
    numbers = {each.telephone for each in batch}
    return len({entry["reference"] for entry in simulator.entries() if entry["telephone"] in numbers})


@given(
    # Names of parameters are letters alone, which the SDK takes for granted.
    st.dictionaries(st.from_regex(r"[A-Za-z]{1,5}", fullmatch=True), st.text(max_size=20), max_size=4),
    st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40),
    st.binary(max_size=40),
)
def test_we_sign_as_the_vendors_sdk_does(query: dict[str, str], secret: str, content: bytes) -> None:
    request = DaraRequest()
    request.method, request.pathname, request.query = "POST", "/", query
    request.headers = {"host": "dysmsapi.aliyuncs.com", "x-acs-action": "SendSms", "x-acs-date": "2026-11-28T01:00:00Z"}
    theirs = Utils.get_authorization(request, ALGORITHM, digest(content), "key", secret)
    signed, signature = sign(secret, "/", write_query(query), request.headers, content)
    assert authorization("key", signed, signature) == theirs


def vendors_client(simulator: RunningSimulator, secret: str) -> Client:
    place = {"endpoint": simulator.url.removeprefix("http://"), "protocol": "HTTP"}
    return Client(Config(access_key_id="simulator", access_key_secret=secret, **place))


def test_the_simulator_takes_what_the_vendors_sdk_sends(simulator: RunningSimulator, secret: str) -> None:
    simulator.behave(receipt=SILENT)
    sdk = vendors_client(simulator, secret)
    filled = '{"deadline": "3月3日", "matter": "防汛 + 抗旱"}'
    uniform = sdk.send_sms(
        SendSmsRequest(
            phone_numbers="18800000001,18800000002",
            sign_name="督查室",
            template_code="SMS_100001",
            template_param=filled,
        )
    )
    individual = sdk.send_batch_sms(
        SendBatchSmsRequest(
            phone_number_json='["18800000003","18800000004"]',
            sign_name_json='["督查室","督查室"]',
            template_code="SMS_100001",
            template_param_json=f'[{filled},{{"deadline": "4月", "matter": "乙"}}]',
        )
    )
    assert (uniform.body.code, individual.body.code) == ("OK", "OK")
    told = {entry["telephone"]: entry["text"] for entry in simulator.entries() if entry["telephone"] < "+86189"}
    assert told["+8618800000002"] == "请于3月3日前报送防汛 + 抗旱的进展。"
    assert told["+8618800000004"] == "请于4月前报送乙的进展。"
    wrong = vendors_client(simulator, "wrong")
    with pytest.raises(Exception, match="SignatureDoesNotMatch"):
        wrong.send_sms(SendSmsRequest(phone_numbers="18800000005", template_code="SMS_100001"))


async def test_one_text_goes_in_one_call(simulator: RunningSimulator, secret: str) -> None:
    simulator.behave(receipt=SILENT)
    batch = [one("防汛 + 抗旱&“引号”") for _ in range(300)]
    async with opened(simulator.url, secret) as gateway:
        outcomes = await gateway.submit(batch)
    assert verdicts(outcomes) == [Verdict.ACCEPTED] * 300
    assert len({outcome.reference for outcome in outcomes}) == 300
    assert taken(simulator, batch) == expected(batch)
    assert calls(simulator, batch) == 1


async def test_texts_of_their_own_go_by_a_hundred(simulator: RunningSimulator, secret: str) -> None:
    simulator.behave(receipt=SILENT)
    batch = [one(f"第{n}项") for n in range(250)]
    async with opened(simulator.url, secret) as gateway:
        assert verdicts(await gateway.submit(batch)) == [Verdict.ACCEPTED] * 250
    assert taken(simulator, batch) == expected(batch)
    assert calls(simulator, batch) == 3


async def test_a_text_that_no_template_makes_is_refused_alone(simulator: RunningSimulator, secret: str) -> None:
    simulator.behave(receipt=SILENT)
    other = Submission("7", f"+86{next(NUMBERS)}", "【督查室】随便写的话")
    async with opened(simulator.url, secret) as gateway:
        outcomes = await gateway.submit([one(), other, one(telephone="+85251234567")])
    assert verdicts(outcomes) == [Verdict.ACCEPTED, Verdict.REFUSED, Verdict.REFUSED]
    assert [classify(outcome.code).kind for outcome in outcomes[1:]] == ["unregistered", "invalid"]


async def test_one_wrong_number_does_not_keep_the_others_back(simulator: RunningSimulator, secret: str) -> None:
    simulator.behave(receipt=SILENT, refuse_prefixes=["+86199"])
    batch = [*(one() for _ in range(20)), one(telephone="+8619900000000"), one()]
    async with opened(simulator.url, secret) as gateway:
        outcomes = await gateway.submit(batch)
    assert verdicts(outcomes) == [*[Verdict.ACCEPTED] * 20, Verdict.REFUSED, Verdict.ACCEPTED]


@pytest.mark.parametrize(
    ("over", "code"), [({"secret": "wrong"}, "SignatureDoesNotMatch"), ({"key": "x"}, "InvalidAccessKeyId.NotFound")]
)
async def test_an_account_that_is_wrong_waits_to_be_put_right(
    simulator: RunningSimulator, secret: str, over: dict[str, str], code: str
) -> None:
    simulator.behave(receipt=SILENT)
    async with opened(simulator.url, **{"secret": secret, **over}) as gateway:
        (outcome,) = await gateway.submit([one()])
    assert (outcome.verdict, outcome.code) == (Verdict.UNREACHABLE, code)


@pytest.mark.parametrize("behaviour", [{"answer_delay_s": 2}, {"drop_after_accept": True}, {"answer_twice": True}])
async def test_what_is_written_and_not_answered_is_unknown(
    simulator: RunningSimulator, secret: str, behaviour: dict[str, object]
) -> None:
    simulator.behave(receipt=SILENT, **behaviour)
    batch = [one()]
    async with opened(simulator.url, secret, timeout_seconds=0.3) as gateway:
        assert verdicts(await gateway.submit(batch)) == [Verdict.UNKNOWN]
    assert taken(simulator, batch) == expected(batch)


@pytest.mark.parametrize("code", [code for code in ALIYUN if code != "OK"])
async def test_each_code_has_its_verdict_and_its_meaning(simulator: RunningSimulator, secret: str, code: str) -> None:
    simulator.behave(receipt=SILENT, answer_code=code)
    async with opened(simulator.url, secret) as gateway:
        (outcome,) = await gateway.submit([one()])
    assert (outcome.verdict, outcome.code) == (ALIYUN[code].verdict, code)
    assert classify(code) == ALIYUN[code].meaning


@pytest.mark.parametrize("code", ALIYUN_RECEIPTS)
def test_each_reason_has_its_meaning(code: str) -> None:
    assert classify(code) == ALIYUN_RECEIPTS[code]


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (200, b'{"Code": "OK", "BizId": "1^0"}', Verdict.ACCEPTED),
        (200, b'{"Code": "isv.SOMETHING_NEW"}', Verdict.REFUSED),
        (400, b'{"Code": "SomethingNew"}', Verdict.REFUSED),
        (503, b'{"Code": "ServiceUnavailable"}', Verdict.UNKNOWN),
        (429, b'{"Code": "SomethingNew"}', Verdict.THROTTLED),
        (404, b"<html>", Verdict.UNREACHABLE),
        (502, b"<html>", Verdict.UNKNOWN),
        (200, b"<html>", Verdict.UNKNOWN),
        (200, b"{}", Verdict.UNKNOWN),
        (200, b'{"Code": 7}', Verdict.UNKNOWN),
    ],
)
async def test_every_answer_is_a_verdict(status: int, body: bytes, verdict: Verdict) -> None:
    async with peer(says(status, body)) as url, opened(url, "secret") as gateway:
        assert verdicts(await gateway.submit([one()])) == [verdict]


LISTENING = AliyunGateway("https://dysmsapi.aliyuncs.com", AliyunAccount("key", TEMPLATES), receipt_secret=TOKEN)
RECEIPT = {
    "phone_number": "13900000000",
    "send_time": "2026-11-28 09:00:00",
    "report_time": "2026-11-28 09:00:03",
    "success": True,
    "err_code": "DELIVERED",
    "err_msg": "用户接收成功",
    "sms_size": "1",
    "biz_id": "123456^0",
    "out_id": "",
}


def test_a_receipt_names_its_message_by_call_and_number() -> None:
    failed = {**RECEIPT, "phone_number": "13900000001", "success": False, "err_code": "MOBILE_NOT_ON_SERVICE"}
    lines = LISTENING.parse_receipts(orjson.dumps([RECEIPT, failed, {**RECEIPT, "success": "yes"}, {}]))
    assert [(line.delivered, line.code) for line in lines] == [(True, "DELIVERED"), (False, "MOBILE_NOT_ON_SERVICE")]
    assert lines[0].at is not None
    assert lines[0].at.hour == 1
    assert lines[0].reference != lines[1].reference
    assert all(line.reference and line.reference.startswith("123456^0:") for line in lines)


def test_replies_are_read() -> None:
    reply = {
        "phone_number": "13900000000",
        "content": "已收到",
        "send_time": "2026-11-28 09:00:00",
        "sign_name": "督查室",
    }
    (read,) = LISTENING.parse_replies(orjson.dumps([reply, RECEIPT]))
    assert (read.telephone, read.text) == ("+8613900000000", "已收到")


@given(st.binary())
def test_no_body_breaks_the_reading(body: bytes) -> None:
    for read in (LISTENING.parse_receipts, LISTENING.parse_replies):
        try:
            read(body)
        except MalformedReceipt:
            continue


def test_receipts_without_the_token_are_refused() -> None:
    LISTENING.verify_receipt({}, b"", token=TOKEN)
    with pytest.raises(UnsignedReceipt):
        LISTENING.verify_receipt({}, b"", token="u" * 32)
