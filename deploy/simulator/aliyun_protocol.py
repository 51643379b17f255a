import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.simulator.ledger import Entry
from deploy.simulator.receipts import ReceiptSender
from deploy.simulator.submissions import SubmissionDesk
from supervision.foundation.clock import SHANGHAI, real_now
from supervision.messaging.gateways.aliyun_signature import digest, sign, write_query

_UNIFORM, _INDIVIDUAL = 1000, 100
_PROOF = re.compile(r"ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class AliyunLogin:
    access_key_id: str
    secret: str = field(repr=False)
    templates: Mapping[str, str]


class AliyunReceipts:
    """SmsReport as the service pushes it: unsigned, sent again after 1, 5 and 10 minutes."""

    retry_seconds = (60.0, 300.0, 600.0)

    def body(self, entries: Sequence[Entry]) -> bytes:
        return orjson.dumps([self._line(entry) for entry in entries])

    def new_call(self) -> str:
        return ""

    def headers(self, call: str, body: bytes) -> Mapping[str, str]:
        del call, body
        return {}

    def _line(self, entry: Entry) -> dict[str, object]:
        at = (datetime.fromisoformat(entry.at) if entry.at else real_now()).astimezone(SHANGHAI)
        is_delivered = entry.status == "delivered"
        return {
            "phone_number": entry.telephone.removeprefix("+86"),
            "send_time": f"{at:%Y-%m-%d %H:%M:%S}",
            "report_time": f"{at:%Y-%m-%d %H:%M:%S}",
            "success": is_delivered,
            "err_code": "DELIVERED" if is_delivered else entry.code,
            "err_msg": "",
            "sms_size": "1",
            "biz_id": entry.reference,
            "out_id": "",
        }


class AliyunProtocol:
    """阿里云短信服务: it proves a call's signature over what came, and fills the templates that it knows."""

    def __init__(self, desk: SubmissionDesk, login: AliyunLogin, sender: ReceiptSender) -> None:
        self._desk, self._login, self.sender = desk, login, sender
        self.routes = [Route("/", self.submit, methods=["POST"])]

    async def run(self) -> None:
        await self.sender.run()

    async def submit(self, request: Request) -> Response:
        body = await request.body()
        if self._desk.breaks_down():
            return _answer("ServiceUnavailable", 503)
        code = self._unproved(request, body)
        if code:
            return _answer(code, 400)
        told = {**request.query_params, **dict(parse_qsl(body.decode()))}
        texts = self._texts(request.headers["x-acs-action"], told)
        code = self._objection(texts)
        if code:
            for telephone, text in texts.items():
                self._desk.ledger.record("refused", Entry("", telephone, text, "refused", code=code))
            self._desk.ledger.flush()
            return _answer(code, 200)
        group = self._desk.name_one()
        fresh = [
            self._desk.take(Entry(f"{group}:{telephone}", telephone, text, "accepted", group, protocol="aliyun"))
            for telephone, text in texts.items()
        ]
        content = {"Code": "OK", "Message": "OK", "BizId": group, "RequestId": group}
        return await self._desk.answer(content, fresh, self.sender)

    def _unproved(self, request: Request, body: bytes) -> str | None:
        proof = _PROOF.fullmatch(request.headers.get("authorization", ""))
        if proof is None or proof[1] != self._login.access_key_id:
            return "InvalidAccessKeyId.NotFound"
        if request.headers.get("x-acs-content-sha256") != digest(body):
            return "SignatureDoesNotMatch"
        signed = {name: request.headers.get(name, "") for name in proof[2].split(";")}
        query = write_query(dict(request.query_params))
        _, signature = sign(self._login.secret, "/", query, signed, body)
        return None if signature == proof[3] else "SignatureDoesNotMatch"

    def _texts(self, action: str, told: Mapping[str, str]) -> dict[str, str]:
        """Return the text for each number, in E.164, as the named template makes it; nothing for an unknown one."""
        body = self._login.templates.get(told.get("TemplateCode", ""))
        if body is None:
            return {}
        if action == "SendSms":
            numbers = told.get("PhoneNumbers", "").split(",")
            variables = [orjson.loads(told.get("TemplateParam", "{}"))] * len(numbers)
        else:
            numbers = orjson.loads(told.get("PhoneNumberJson", "[]"))
            variables = orjson.loads(told.get("TemplateParamJson", "[]"))
        return {f"+86{number}": _fill(body, each) for number, each in zip(numbers, variables, strict=True)}

    def _objection(self, texts: Mapping[str, str]) -> str | None:
        is_uniform = len(set(texts.values())) <= 1
        found = [
            (self._desk.behaviour.answer_code or "", bool(self._desk.behaviour.answer_code)),
            ("isv.SMS_TEMPLATE_ILLEGAL", not texts),
            ("isv.MOBILE_COUNT_OVER_LIMIT", len(texts) > (_UNIFORM if is_uniform else _INDIVIDUAL)),
            ("isv.MOBILE_NUMBER_ILLEGAL", any(self._desk.refuses(telephone) for telephone in texts)),
            ("Throttling.User", not self._desk.has_room()),
        ]
        return next((code for code, is_so in found if is_so), None)


def _fill(body: str, variables: Mapping[str, str]) -> str:
    for name, value in variables.items():
        body = body.replace(f"${{{name}}}", value)
    return body


def _answer(code: str, status: int) -> Response:
    return JSONResponse({"Code": code, "Message": code, "RequestId": "simulated"}, status)
