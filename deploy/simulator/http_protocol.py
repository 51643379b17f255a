import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace

import orjson
from pydantic import ValidationError
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.simulator.ledger import Entry
from deploy.simulator.receipts import ReceiptSender
from deploy.simulator.requests import BATCH_SIZE, Batch, Query, Submission
from deploy.simulator.submissions import SubmissionDesk
from supervision.foundation.clock import real_now


class HttpReceipts:
    """Receipts as `openapi/gateway.md` has them, signed."""

    retry_seconds = (0.2, 0.5, 1.0, 2.0, 4.0)

    def __init__(self, secret: str) -> None:
        self._webhook = Webhook(secret)

    def body(self, entries: Sequence[Entry]) -> bytes:
        names = ("id", "reference", "status", "code", "at")
        return orjson.dumps({"receipts": [{name: getattr(entry, name) for name in names} for entry in entries]})

    def new_call(self) -> str:
        return f"rcp_{secrets.token_hex(16)}"

    def headers(self, call: str, body: bytes) -> Mapping[str, str]:
        now = real_now()
        return {
            "webhook-id": call,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._webhook.sign(call, now, body.decode()),
        }


class HttpProtocol:
    """The generic JSON protocol: one id is taken once."""

    def __init__(self, desk: SubmissionDesk, secret: str, sender: ReceiptSender) -> None:
        self._desk, self._webhook, self.sender = desk, Webhook(secret), sender
        self.routes = [
            Route("/messages", self.submit, methods=["POST"]),
            Route("/messages/query", self.query, methods=["POST"]),
        ]

    async def run(self) -> None:
        await self.sender.run()

    async def submit(self, request: Request) -> Response:
        body = await request.body()
        if not self._is_signed(request, body):
            return _declined(401, "unsigned")
        try:
            submissions = Batch.model_validate_json(body).messages
        except ValidationError:
            return _declined(400, "malformed")
        if len(submissions) > BATCH_SIZE:
            return _declined(413, "too_many")
        if self._desk.breaks_down():
            return _declined(503, "unavailable")
        if not self._desk.has_room():
            return _declined(429, "throttled", {"retry-after": "1"})
        taken = [self._take(submission) for submission in submissions]
        results = [_pick(entry, "id", "status", "reference", "code") for entry, _ in taken]
        fresh = [entry for entry, event in taken if event == "accepted"]
        return await self._desk.answer({"results": results}, fresh, self.sender)

    async def query(self, request: Request) -> Response:
        body = await request.body()
        if not self._is_signed(request, body):
            return _declined(401, "unsigned")
        try:
            ids = Query.model_validate_json(body).ids
        except ValidationError:
            return _declined(400, "malformed")
        if len(ids) > BATCH_SIZE:
            return _declined(413, "too_many")
        return JSONResponse({"messages": [self._find(message_id) for message_id in ids]})

    def _take(self, submission: Submission) -> tuple[Entry, str]:
        """Note one submission and return its entry, and what happened to it."""
        before = self._desk.ledger.get(submission.id)
        fresh = Entry(submission.id, submission.telephone, submission.text, "accepted")
        if before and before.status != "refused":
            entry, event = replace(fresh, reference=before.reference), "duplicate"
        elif self._desk.refuses(submission.telephone):
            entry, event = replace(fresh, status="refused", code="INVALID"), "refused"
        elif not self._desk.has_room():
            entry, event = replace(fresh, status="throttled", code="THROTTLED"), "throttled"
        else:
            return self._desk.take(replace(fresh, reference=self._desk.name_one())), "accepted"
        self._desk.ledger.record(event, entry)
        return entry, event

    def _find(self, message_id: str) -> dict[str, str | None]:
        entry = self._desk.ledger.get(message_id)
        if entry is None:
            return {"id": message_id, "status": "absent"}
        return _pick(entry, "id", "status", "reference", "code", "at")

    def _is_signed(self, request: Request, body: bytes) -> bool:
        try:
            self._webhook.verify(body, dict(request.headers), json_parse=False)
        except (WebhookVerificationError, ValueError):
            return False
        return True


def _pick(entry: Entry, *names: str) -> dict[str, str | None]:
    return {name: getattr(entry, name) for name in names}


def _declined(status: int, code: str, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse({"code": code}, status, headers)
