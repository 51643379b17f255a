import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlsplit

import httpx
import orjson
import structlog

from supervision.messaging.gateways import Capabilities, ReceiptLine, Reply, Submission, SubmissionOutcome, Verdict
from supervision.messaging.gateways.calls import Call, CallSizes, divide, make_calls
from supervision.messaging.gateways.connection import Answer, HttpConnection
from supervision.messaging.gateways.numbers import domestic, local_moment, reference, split_signature, word
from supervision.messaging.gateways.vendor_lines import read_lines, require_token
from supervision.messaging.gateways.yunmas_codes import YUNMAS

# Of one text; of texts of their own the platform takes fewer than 1,000.
SIZES = CallSizes(uniform=5000, individual=999)
_WRONG_NUMBER = "InvalidMobile"
_LONGEST_SECONDS = 45
_COMPACT, _SPACED = "%Y%m%d%H%M%S", "%Y-%m-%d %H:%M:%S"
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class YunMasAccount:
    """An account of 中国移动云MAS; `sign` is the code of the signature, not its text."""

    ec_name: str
    ap_id: str
    sign: str
    add_serial: str = ""


class YunMasGateway:
    """Speaks the HTTP interface of 中国移动云MAS, at the address given to the account (…/sms/submit, …/sms/norsubmit).

    The platform has no id of ours, so that a submission without an answer cannot be asked about. It signs no receipts:
    they are known by the token in the address to which it sends them, and name a message by call and number.
    """

    def __init__(
        self,
        url: str,
        account: YunMasAccount,
        secret: str | None = None,
        *,
        receipt_secret: str,
        pulls: bool = False,
        timeout_seconds: float = 30,
        rate_per_second: float | None = None,
        name: str = "yunmas",
    ) -> None:
        self.name = name
        self.capabilities = Capabilities(
            SIZES.uniform, rate_per_second, individual_texts=True, can_query=False, pulls_receipts=pulls
        )
        self._account, self._secret, self._receipt_secret = account, secret, receipt_secret
        self._path = urlsplit(url).path
        self._folder = self._path.rpartition("/")[0]
        self._connection = HttpConnection(
            url.removesuffix(self._path),
            timeout_seconds=timeout_seconds,
            connect_seconds=5,
            whole_seconds=min(_LONGEST_SECONDS, 2 * timeout_seconds + 5),
        )
        # The form for plain HTTP carries the secret as well; the address is https all the same, or of this machine.
        self._tells_secret = self._path.endswith("/norsubmit")

    async def submit(self, batch: Sequence[Submission]) -> list[SubmissionOutcome]:
        if len(batch) > self.capabilities.batch_size:
            raise ValueError(f"{len(batch)} submissions in a batch of at most {self.capabilities.batch_size}")
        foreign = {
            each.id: SubmissionOutcome(each.id, Verdict.REFUSED, code=_WRONG_NUMBER)
            for each in batch
            if domestic(each.telephone) is None
        }
        ours = [each for each in batch if each.id not in foreign]
        calls = divide(ours, SIZES, text_of=lambda each: each.text)
        told = foreign | await make_calls(calls, self._call, about_numbers=(_WRONG_NUMBER,))
        return [told[each.id] for each in batch]

    async def query(self, ids: Sequence[str]) -> Mapping[str, SubmissionOutcome | ReceiptLine]:
        del ids
        return MappingProxyType({})

    def verify_receipt(self, headers: Mapping[str, str], body: bytes, *, token: str | None = None) -> None:
        del headers, body
        require_token(token, self._receipt_secret)

    def parse_receipts(self, raw: bytes) -> list[ReceiptLine]:
        lines = [line for line in read_lines(raw) if "smsContent" not in line]
        read = [each for line in lines if (each := self._receipt_line(line))]
        if len(read) < len(lines):
            _log.warning("receipts_passed_over", gateway=self.name, lines=len(lines) - len(read))
        return read

    def parse_replies(self, raw: bytes) -> list[Reply]:
        return [
            Reply(f"+86{mobile}", line["smsContent"], local_moment(line.get("sendTime"), _COMPACT, _SPACED))
            for line in read_lines(raw)
            if isinstance(line.get("smsContent"), str) and (mobile := domestic(line.get("mobile")))
        ]

    async def pull_receipts(self) -> bytes | None:
        for kind in ("report", "deliver") if self.capabilities.pulls_receipts else ():
            answer = await self._post(f"{self._folder}/{kind}", self._named(secretKey=self._held()))
            if answer.status == httpx.codes.OK and answer.items:
                return answer.content
            if code := answer.fields.get("rspcod"):
                _log.warning("receipts_not_pulled", gateway=self.name, code=word(code))
        return None

    async def aclose(self) -> None:
        await self._connection.aclose()

    async def _call(self, call: Call) -> list[SubmissionOutcome]:
        numbers = {domestic(each.telephone) or "": split_signature(each.text)[1] for each in call.submissions}
        mobiles, content = "", orjson.dumps(numbers).decode()
        if call.is_uniform:
            mobiles, content = ",".join(numbers), next(iter(numbers.values()))
        answer = await self._post(self._path, self._sealed(mobiles, content))
        verdict, code = _read(answer)
        group = answer.fields.get("msgGroup") or answer.fields.get("mgsGroup")
        return [
            SubmissionOutcome(each.id, verdict, reference(self._receipt_secret, group, mobile), code)
            for each, mobile in zip(call.submissions, numbers, strict=True)
        ]

    def _sealed(self, mobiles: str, content: str) -> dict[str, str]:
        account, secret = self._account, self._held()
        parts = (account.ec_name, account.ap_id, secret, mobiles, content, account.sign, account.add_serial)
        # MD5 is what the platform asks for; the connection is what keeps the call private and whole.
        mac = hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()
        told = {"secretKey": secret} if self._tells_secret else {}
        return self._named(
            mobiles=mobiles, content=content, sign=account.sign, addSerial=account.add_serial, mac=mac, **told
        )

    def _named(self, **rest: str) -> dict[str, str]:
        return {"ecName": self._account.ec_name, "apId": self._account.ap_id, **rest}

    async def _post(self, path: str, question: Mapping[str, str]) -> Answer:
        body = base64.b64encode(orjson.dumps(question))
        return await self._connection.post(path, body, {"content-type": "application/json; charset=utf-8"})

    def _held(self) -> str:
        if self._secret is None:
            raise RuntimeError("opened to listen, without the secret of sending")
        return self._secret

    def _receipt_line(self, line: Mapping[str, object]) -> ReceiptLine | None:
        mobile, status = domestic(line.get("mobile")), word(line.get("reportStatus"))
        named = reference(self._receipt_secret, line.get("msgGroup"), mobile) if mobile else None
        if named is None or status is None:
            return None
        is_delivered = status == "DELIVRD"
        code = status if is_delivered else word(line.get("errorCode")) or status
        return ReceiptLine(None, named, is_delivered, code, local_moment(line.get("receiveDate"), _COMPACT, _SPACED))


def _read(answer: Answer) -> tuple[Verdict, str | None]:
    """Return what became of a call, and the platform's code; one that is not in the table is a refusal."""
    if answer.status is None:
        return answer.silence, None
    if answer.status != httpx.codes.OK:
        # A proxy or a wrong address declines before the platform sees anything; a fault within may come after it did.
        is_declined = httpx.codes.MULTIPLE_CHOICES <= answer.status < httpx.codes.INTERNAL_SERVER_ERROR
        return Verdict.UNREACHABLE if is_declined else Verdict.UNKNOWN, f"http_{answer.status}"
    told = answer.fields
    code, is_taken = word(told.get("rspcod")), told.get("success") in (True, "true")
    if is_taken:
        return Verdict.ACCEPTED, None
    if code is None or code == "success":
        return Verdict.UNKNOWN, None
    return YUNMAS[code].verdict if code in YUNMAS else Verdict.REFUSED, code
