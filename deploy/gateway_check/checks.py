"""What is tried, in its order; each is one promise of openapi/gateway.md."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import httpx
import orjson
from standardwebhooks import Webhook, WebhookVerificationError

from deploy.gateway_check.probe import Breach, Message, Probe, Unseen
from deploy.gateway_check.receipt_listener import ReceiptCall
from supervision.foundation.errors import Refusal
from supervision.messaging.gateways.lines import WireReceipt, read_receipts

BURSTS = 20
_OTHER_SECRET = "whsec_YW5vdGhlciBzZWNyZXQgdGhhbiB0aGUgcmlnaHQgb25l"  # noqa: S105 - a wrong one, for everybody to read


class Outcome(StrEnum):
    KEPT = "kept"
    BROKEN = "broken"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class Finding:
    zh: str
    en: str
    outcome: Outcome
    detail_zh: str = ""
    detail_en: str = ""


def _accepts(probe: Probe) -> None:
    (result,) = probe.submit([probe.message()]).values()
    if result.status != "accepted":
        raise Breach(f"首条短信的结果为 {result.status}", f"the first message was {result.status}")


def _declines_unsigned(probe: Probe) -> None:
    body = orjson.dumps({"messages": [probe.message()]})
    answer = httpx.post(f"{probe.url}/messages", content=body, timeout=30, trust_env=False)
    _require_declined(answer, "没有签名", "unsigned")


def _declines_other_secrets(probe: Probe) -> None:
    answer = probe.post("messages", {"messages": [probe.message()]}, secret=_OTHER_SECRET)
    _require_declined(answer, "用其他密钥签名", "signed with another secret")


def _declines_old_calls(probe: Probe) -> None:
    answer = probe.post("messages", {"messages": [probe.message()]}, age=timedelta(minutes=10))
    _require_declined(answer, "十分钟前签名", "signed ten minutes ago")


def _declines_altered_bodies(probe: Probe) -> None:
    answer = probe.post("messages", {"messages": [probe.message()]}, alter=lambda body: body + b" ")
    _require_declined(answer, "签名后正文被改动", "altered after it was signed")


def _require_declined(answer: httpx.Response, zh: str, en: str) -> None:
    if answer.status_code != httpx.codes.UNAUTHORIZED:
        raise Breach(f"{zh}的调用得到 {answer.status_code}，应为 401", f"a call {en} got {answer.status_code}, not 401")


def _declines_malformed(probe: Probe) -> None:
    for body in (b"no json", b'{"messages": [{"id": "x"}]}'):
        status = probe.post("messages", body).status_code
        if not httpx.codes.BAD_REQUEST <= status < httpx.codes.INTERNAL_SERVER_ERROR:
            raise Breach(f"格式错误的调用得到 {status}，应为 4xx", f"a malformed call got {status}, not 4xx")


def _sends_an_id_once(probe: Probe) -> None:
    message = probe.message()
    (first,) = probe.submit([message]).values()
    for again in ([message], [message, message], [{**message, "text": "【督查室】另一内容"}]):
        (result,) = probe.submit(again).values()
        if (result.status, result.reference) != (first.status, first.reference):
            raise Breach("同一 id 再次提交得到不同的结果", "an id that came again got another result")


def _takes_a_batch(probe: Probe) -> None:
    results = probe.submit([probe.message() for _ in range(probe.batch)])
    if not any(result.status == "accepted" for result in results.values()):
        raise Breach(f"一次 {probe.batch} 条，无一接收", f"of {probe.batch} in one call none was accepted")


def _answers_queries(probe: Probe) -> None:
    known, unknown = next(iter(probe.accepted)), probe.message()["id"]
    found = probe.query([known, unknown])
    if known not in found or found[known].status in ("absent", "refused"):
        raise Breach("查不到已接收的 id", "an accepted id is not found")
    if unknown in found and found[unknown].status != "absent":
        raise Breach("从未提交的 id 应为 absent", "an id that never came is not absent")


def _throttles_politely(probe: Probe) -> None:
    for _ in range(BURSTS):
        messages = [probe.message() for _ in range(probe.batch)]
        answer = probe.post("messages", {"messages": messages})
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            pause = answer.headers.get("retry-after", "")
            if not pause.isdecimal():
                raise Breach("429 没有以秒计的 Retry-After", "a 429 has no Retry-After in seconds")
            return _takes_what_was_throttled(probe, messages[0], float(pause))
        results = probe.results(answer, messages)
        throttled = [message for message in messages if results[message["id"]].status == "throttled"]
        if throttled:
            return _takes_what_was_throttled(probe, throttled[0], 1)
    raise Unseen("未触发限流", "it did not throttle")


def _takes_what_was_throttled(probe: Probe, message: Message, pause: float) -> None:
    until = time.monotonic() + probe.patience_seconds
    while time.monotonic() < until:
        time.sleep(min(pause, probe.patience_seconds))
        answer = probe.post("messages", {"messages": [message]})
        if answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
            (result,) = probe.results(answer, [message]).values()
            if result.status == "accepted":
                return
    raise Breach("被限流的 id 一直未被接收", "an id that was throttled is never taken")


def _sends_receipts(probe: Probe) -> None:
    until = time.monotonic() + probe.patience_seconds
    while missing := probe.accepted.keys() - _named(probe):
        if time.monotonic() > until:
            raise Breach(f"{len(missing)} 条已接收而没有回执", f"{len(missing)} were accepted and have no receipt")
        time.sleep(0.05)


def _named(probe: Probe) -> set[str]:
    by_reference = {reference: message_id for message_id, reference in probe.accepted.items() if reference}
    lines = [line for call in list(probe.listener.calls) if call.was_taken for line in _lines(call.body)]
    return {line.id or by_reference.get(line.reference or "", "") for line in lines}


def _lines(body: bytes) -> list[WireReceipt]:
    try:
        return list(read_receipts(body))
    except Refusal:
        return []


def _signs_receipts(probe: Probe) -> None:
    webhook = Webhook(probe.receipt_secret)
    for call in _calls(probe):
        try:
            webhook.verify(call.body, call.headers, json_parse=False)
        except (WebhookVerificationError, ValueError):
            raise Breach("回执没有以回执密钥签名", "a receipt is not signed with the receipt secret") from None


def _writes_receipts(probe: Probe) -> None:
    for call in _calls(probe):
        try:
            read_receipts(call.body)
        except Refusal as refusal:
            places = ", ".join(str(problem.pointer) for problem in refusal.problems)
            raise Breach(f"回执内容有误：{places}", f"a receipt is wrong at {places}") from None


def _repeats_receipts(probe: Probe) -> None:
    first = _calls(probe)[0]
    again = [call for call in _calls(probe)[1:] if call.body == first.body]
    if not again:
        raise Breach("得到 503 的回执没有重发", "a receipt that was answered 503 was not sent again")
    if again[0].headers.get("webhook-id") != first.headers.get("webhook-id"):
        raise Breach("重发的回执换了 webhook-id", "a receipt that was sent again has another webhook-id")


def _calls(probe: Probe) -> list[ReceiptCall]:
    if not probe.listener.calls:
        raise Unseen("没有收到回执", "there were no receipts")
    return list(probe.listener.calls)


CHECKS: tuple[tuple[str, str, Callable[[Probe], None]], ...] = (
    ("接收有签名的提交", "takes a signed submission", _accepts),
    ("拒绝无签名的调用", "declines an unsigned call", _declines_unsigned),
    ("拒绝其他密钥的签名", "declines another secret's signature", _declines_other_secrets),
    ("拒绝过时的签名", "declines an old signature", _declines_old_calls),
    ("拒绝改动过的正文", "declines an altered body", _declines_altered_bodies),
    ("格式错误时应答 4xx", "answers 4xx to what is malformed", _declines_malformed),
    ("同一 id 只发一次", "sends an id once", _sends_an_id_once),
    ("一次接收一整批", "takes a whole batch in one call", _takes_a_batch),
    ("可查询", "answers queries", _answers_queries),
    ("限流", "throttles, and takes it later", _throttles_politely),
    ("每条都有回执", "sends a receipt for each", _sends_receipts),
    ("回执有签名", "signs its receipts", _signs_receipts),
    ("回执内容合协议", "writes receipts as the protocol says", _writes_receipts),
    ("回执未被接收时重发", "sends a receipt again until it is taken", _repeats_receipts),
)


def try_all(probe: Probe) -> Iterator[Finding]:
    """Try everything in turn; without a submission that is taken there is nothing more to try."""
    for zh, en, check in CHECKS:
        try:
            check(probe)
        except Breach as breach:
            yield Finding(zh, en, Outcome.BROKEN, breach.zh, breach.en)
            if check is _accepts:
                return
        except Unseen as unseen:
            yield Finding(zh, en, Outcome.UNSEEN, unseen.zh, unseen.en)
        else:
            yield Finding(zh, en, Outcome.KEPT)
