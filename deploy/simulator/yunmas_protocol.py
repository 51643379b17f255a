import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.simulator.ledger import Entry
from deploy.simulator.receipts import ReceiptSender
from deploy.simulator.submissions import SubmissionDesk
from supervision.foundation.clock import SHANGHAI, real_now

_UNIFORM, _INDIVIDUAL, _PULLED = 5000, 999, 500


@dataclass(frozen=True, slots=True)
class YunMasLogin:
    ec_name: str
    ap_id: str
    secret_key: str = field(repr=False)
    sign: str


class YunMasReceipts:
    """Status reports as the platform pushes them: unsigned, each named by its call and number."""

    retry_seconds = (0.2, 0.5, 1.0, 2.0, 4.0)

    def body(self, entries: Sequence[Entry]) -> bytes:
        return orjson.dumps([self.line(entry) for entry in entries])

    def line(self, entry: Entry) -> dict[str, str]:
        is_delivered = entry.status == "delivered"
        at = (datetime.fromisoformat(entry.at) if entry.at else real_now()).astimezone(SHANGHAI)
        return {
            "reportStatus": "DELIVRD" if is_delivered else "UNDELIV",
            "mobile": entry.telephone.removeprefix("+86"),
            "submitDate": f"{at:%Y%m%d%H%M%S}",
            "receiveDate": f"{at:%Y%m%d%H%M%S}",
            "errorCode": entry.code or "",
            "msgGroup": entry.reference or "",
        }

    def new_call(self) -> str:
        return ""

    def headers(self, call: str, body: bytes) -> Mapping[str, str]:
        del call, body
        return {}


class YunMasProtocol:
    """中国移动云MAS over HTTP: it checks `mac` as the platform does, and knows no repetition, having no id."""

    def __init__(self, desk: SubmissionDesk, login: YunMasLogin, sender: ReceiptSender) -> None:
        self._desk, self._login, self.sender = desk, login, sender
        self.routes = [
            Route("/sms/submit", self.submit, methods=["POST"]),
            Route("/sms/norsubmit", self.submit, methods=["POST"]),
            Route("/sms/report", self.report, methods=["POST"]),
            Route("/sms/deliver", self.deliver, methods=["POST"]),
        ]

    async def run(self) -> None:
        await self.sender.run()

    async def submit(self, request: Request) -> Response:
        if self._desk.breaks_down():
            return JSONResponse({}, 503)
        told = _read(await request.body())
        if told is None:
            return _answer("InvalidMessage")
        texts = _texts(told)
        code = self._objection(told, texts)
        if code:
            for telephone, text in texts.items():
                self._desk.ledger.record("refused", Entry("", telephone, text, "refused", code=code))
            self._desk.ledger.flush()
            return _answer(code)
        group = self._desk.name_one()
        fresh = [
            self._desk.take(Entry(f"{group}:{telephone}", telephone, text, "accepted", group, protocol="yunmas"))
            for telephone, text in texts.items()
        ]
        content = {"msgGroup": group, "rspcod": "success", "success": True}
        return await self._desk.answer(content, fresh, self.sender)

    async def report(self, request: Request) -> Response:
        """Hand over reports that were not pushed, once."""
        told = _read(await request.body())
        if told is None or not self._knows(told) or told.get("secretKey") != self._login.secret_key:
            return _answer("InvalidUsrOrPwd")
        held = [self.sender.held.popleft() for _ in range(min(_PULLED, len(self.sender.held)))]
        return JSONResponse([YunMasReceipts().line(entry) for entry in held])

    async def deliver(self, request: Request) -> Response:
        """Hand over replies: nobody answers a simulated message."""
        del request
        return JSONResponse([])

    def _objection(self, told: Mapping[str, str], texts: Mapping[str, str]) -> str | None:
        """Name the first thing that is wrong with a submission."""
        most = _UNIFORM if told["mobiles"] else _INDIVIDUAL
        found = [
            (self._desk.behaviour.answer_code or "", bool(self._desk.behaviour.answer_code)),
            ("InvalidUsrOrPwd", not self._knows(told)),
            ("IllegalMac", told["mac"] != self._mac(told)),
            ("IllegalSignId", told["sign"] != self._login.sign),
            ("InvalidMessage", not texts or not all(texts.values())),
            ("TooManyMobiles", len(texts) > most),
            ("InvalidMobile", any(self._desk.refuses(telephone) for telephone in texts)),
            ("FlowOverLimit", not self._desk.has_room()),
        ]
        return next((code for code, is_so in found if is_so), None)

    def _knows(self, told: Mapping[str, str]) -> bool:
        return (told.get("ecName"), told.get("apId")) == (self._login.ec_name, self._login.ap_id)

    def _mac(self, told: Mapping[str, str]) -> str:
        named = ("mobiles", "content", "sign", "addSerial")
        parts = (self._login.ec_name, self._login.ap_id, self._login.secret_key, *(told[name] for name in named))
        return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()


def _read(body: bytes) -> dict[str, str] | None:
    try:
        told = orjson.loads(base64.b64decode(body, validate=True))
    except (binascii.Error, orjson.JSONDecodeError):
        return None
    if not isinstance(told, dict) or not all(isinstance(value, str) for value in told.values()):
        return None
    names = ("mobiles", "content", "sign", "addSerial", "mac")
    return {**dict.fromkeys(names, ""), **told}


def _texts(told: Mapping[str, str]) -> dict[str, str]:
    """Return the text for each number, in E.164; nothing where they cannot be read."""
    if told["mobiles"]:
        return {f"+86{mobile}": told["content"] for mobile in told["mobiles"].split(",")}
    try:
        texts = orjson.loads(told["content"])
    except orjson.JSONDecodeError:
        return {}
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        return {}
    return {f"+86{mobile}": text for mobile, text in islice(texts.items(), _UNIFORM)}


def _answer(code: str) -> Response:
    return JSONResponse({"msgGroup": "", "rspcod": code, "success": False})
