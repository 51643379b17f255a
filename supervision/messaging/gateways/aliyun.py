import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlencode, urlsplit

import httpx
import orjson
import structlog

from supervision.foundation.clock import real_now
from supervision.messaging.gateways import Capabilities, ReceiptLine, Reply, Submission, SubmissionOutcome, Verdict
from supervision.messaging.gateways.aliyun_codes import ALIYUN
from supervision.messaging.gateways.aliyun_signature import authorization, digest, sign, write_query
from supervision.messaging.gateways.calls import Call, CallSizes, divide, make_calls
from supervision.messaging.gateways.connection import Answer, HttpConnection
from supervision.messaging.gateways.numbers import domestic, local_moment, reference, split_signature, word
from supervision.messaging.gateways.registered_templates import FilledTemplate, RegisteredTemplates
from supervision.messaging.gateways.vendor_lines import read_lines, require_token

SIZES = CallSizes(uniform=1000, individual=100)
_VERSION = "2017-05-25"
_ABOUT_NUMBERS = ("isv.MOBILE_NUMBER_ILLEGAL", "isv.BUSINESS_LIMIT_CONTROL")
_WRITTEN = "%Y-%m-%d %H:%M:%S"
_LONGEST_SECONDS = 45
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class AliyunAccount:
    """A key of 阿里云短信服务, and the templates that the service has approved for its owner."""

    access_key_id: str
    templates: RegisteredTemplates


@dataclass(frozen=True, slots=True)
class _Filled:
    signature: str
    template: FilledTemplate


class AliyunGateway:
    """Speaks 阿里云短信服务 (SendSms to numbers of one text, SendBatchSms to numbers with texts of their own).

    It takes no text: each goes as a registered template with its variables, and one that no template makes is refused.
    The service is not idempotent and is not asked. It signs no receipts: they are known by the token in the address to
    which it sends them, and name a message by call (`biz_id`) and number; it may repeat them.
    """

    def __init__(
        self,
        url: str,
        account: AliyunAccount,
        secret: str | None = None,
        *,
        receipt_secret: str,
        timeout_seconds: float = 30,
        rate_per_second: float | None = None,
        name: str = "aliyun",
    ) -> None:
        self.name = name
        self.capabilities = Capabilities(SIZES.uniform, rate_per_second, individual_texts=True, can_query=False)
        self._account, self._secret, self._receipt_secret = account, secret, receipt_secret
        self._host = urlsplit(url).netloc
        self._connection = HttpConnection(
            url,
            timeout_seconds=timeout_seconds,
            connect_seconds=5,
            whole_seconds=min(_LONGEST_SECONDS, 2 * timeout_seconds + 5),
        )

    async def submit(self, batch: Sequence[Submission]) -> list[SubmissionOutcome]:
        if len(batch) > self.capabilities.batch_size:
            raise ValueError(f"{len(batch)} submissions in a batch of at most {self.capabilities.batch_size}")
        filled = {each.id: self._fill(each) for each in batch}
        told = {
            each.id: SubmissionOutcome(each.id, Verdict.REFUSED, code=code)
            for each in batch
            if (code := _objection(each, filled[each.id]))
        }
        calls = divide(
            [each for each in batch if each.id not in told],
            SIZES,
            text_of=lambda each: filled[each.id],
            together_of=lambda each: _code_of(filled[each.id]),
        )

        async def make(call: Call) -> list[SubmissionOutcome]:
            return await self._call(call, [each for one in call.submissions if (each := filled[one.id])])

        told |= await make_calls(calls, make, about_numbers=_ABOUT_NUMBERS)
        return [told[each.id] for each in batch]

    async def query(self, ids: Sequence[str]) -> Mapping[str, SubmissionOutcome | ReceiptLine]:
        del ids
        return MappingProxyType({})

    def verify_receipt(self, headers: Mapping[str, str], body: bytes, *, token: str | None = None) -> None:
        del headers, body
        require_token(token, self._receipt_secret)

    def parse_receipts(self, raw: bytes) -> list[ReceiptLine]:
        lines = [line for line in read_lines(raw) if "content" not in line]
        read = [each for line in lines if (each := self._receipt_line(line))]
        if len(read) < len(lines):
            _log.warning("receipts_passed_over", gateway=self.name, lines=len(lines) - len(read))
        return read

    def parse_replies(self, raw: bytes) -> list[Reply]:
        return [
            Reply(f"+86{mobile}", line["content"], local_moment(line.get("send_time"), _WRITTEN))
            for line in read_lines(raw)
            if isinstance(line.get("content"), str) and (mobile := domestic(line.get("phone_number")))
        ]

    async def pull_receipts(self) -> bytes | None:
        return None

    async def aclose(self) -> None:
        await self._connection.aclose()

    def _fill(self, submission: Submission) -> _Filled | None:
        signature, body = split_signature(submission.text)
        template = self._account.templates.find(body)
        return _Filled(signature, template) if template else None

    async def _call(self, call: Call, filled: Sequence[_Filled]) -> list[SubmissionOutcome]:
        mobiles = [domestic(each.telephone) or "" for each in call.submissions]
        code = filled[0].template.code
        if call.is_uniform:
            query = {
                "PhoneNumbers": ",".join(mobiles),
                "SignName": filled[0].signature,
                "TemplateCode": code,
                "TemplateParam": _json(dict(filled[0].template.variables)),
            }
            answer = await self._ask("SendSms", query, {})
        else:
            form = {
                "PhoneNumberJson": _json(mobiles),
                "SignNameJson": _json([each.signature for each in filled]),
                "TemplateParamJson": _json([dict(each.template.variables) for each in filled]),
            }
            answer = await self._ask("SendBatchSms", {"TemplateCode": code}, form)
        verdict, told = _read(answer)
        group = answer.fields.get("BizId")
        return [
            SubmissionOutcome(each.id, verdict, reference(self._receipt_secret, group, mobile), told)
            for each, mobile in zip(call.submissions, mobiles, strict=True)
        ]

    async def _ask(self, action: str, parameters: Mapping[str, str], form: Mapping[str, str]) -> Answer:
        if self._secret is None:
            raise RuntimeError("opened to listen, without the secret of sending")
        query, content = write_query(parameters), urlencode(form).encode()
        headers = {
            "host": self._host,
            "content-type": "application/x-www-form-urlencoded",
            "x-acs-action": action,
            "x-acs-version": _VERSION,
            # The service compares it with its own time, not with a held clock.
            "x-acs-date": f"{real_now():%Y-%m-%dT%H:%M:%SZ}",
            "x-acs-signature-nonce": secrets.token_hex(16),
            "x-acs-content-sha256": digest(content),
        }
        signed, signature = sign(self._secret, "/", query, headers, content)
        proof = authorization(self._account.access_key_id, signed, signature)
        return await self._connection.post(f"/?{query}", content, {**headers, "authorization": proof})

    def _receipt_line(self, line: Mapping[str, object]) -> ReceiptLine | None:
        mobile, is_delivered = domestic(line.get("phone_number")), line.get("success")
        named = reference(self._receipt_secret, line.get("biz_id"), mobile) if mobile else None
        if named is None or not isinstance(is_delivered, bool):
            return None
        moment = local_moment(line.get("report_time"), _WRITTEN)
        return ReceiptLine(None, named, is_delivered, word(line.get("err_code")), moment)


def _objection(submission: Submission, filled: _Filled | None) -> str | None:
    if domestic(submission.telephone) is None:
        return "isv.MOBILE_NUMBER_ILLEGAL"
    return None if filled else "NO_TEMPLATE"


def _code_of(filled: _Filled | None) -> str | None:
    return filled.template.code if filled else None


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


def _read(answer: Answer) -> tuple[Verdict, str | None]:
    """Return what became of a call, and the service's code; one that is not in the table is a refusal."""
    if answer.status is None:
        return answer.silence, None
    code = word(answer.fields.get("Code"))
    if code is not None and code in ALIYUN:
        return ALIYUN[code].verdict, None if code == "OK" else code
    if answer.status >= httpx.codes.INTERNAL_SERVER_ERROR or (code is None and answer.status == httpx.codes.OK):
        return Verdict.UNKNOWN, code or (None if answer.status == httpx.codes.OK else f"http_{answer.status}")
    if answer.status == httpx.codes.TOO_MANY_REQUESTS:
        return Verdict.THROTTLED, code or "http_429"
    if code is None:
        # Nobody of the service has spoken: a proxy, or a wrong address.
        return Verdict.UNREACHABLE, f"http_{answer.status}"
    return Verdict.REFUSED, code
