import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TypeVar

import httpx
import orjson
from pydantic import BaseModel, ValidationError
from standardwebhooks import Webhook, WebhookVerificationError

from supervision.foundation.clock import real_now
from supervision.messaging.errors import UnsignedReceipt
from supervision.messaging.gateways import (
    Capabilities,
    ReceiptLine,
    Reply,
    Submission,
    SubmissionOutcome,
    Verdict,
)
from supervision.messaging.gateways.connection import HttpConnection
from supervision.messaging.gateways.lines import WireFound, WireReceipt, WireResult, read_receipts, read_replies

_Line = TypeVar("_Line", bound=BaseModel)


_BY_QUERY = {
    "accepted": Verdict.ACCEPTED,
    "refused": Verdict.REFUSED,
    "absent": Verdict.UNREACHABLE,
}


class HttpGateway:
    """Speaks the generic JSON protocol of `openapi/gateway.md`, signed both ways with Standard Webhooks headers.

    Each direction has a secret of its own, and a process holds that of its own direction only.
    """

    name = "http"

    def __init__(
        self,
        url: str,
        secret: str | None = None,
        *,
        receipt_secret: str | None = None,
        timeout_seconds: float = 30,
        connect_seconds: float = 5,
        batch_size: int = 500,
        rate_per_second: float | None = None,
    ) -> None:
        self.capabilities = Capabilities(batch_size, rate_per_second, individual_texts=True, can_query=True)
        self._ours = Webhook(secret) if secret else None
        self._theirs = Webhook(receipt_secret) if receipt_secret else None
        self._connection = HttpConnection(
            url,
            timeout_seconds=timeout_seconds,
            connect_seconds=connect_seconds,
            whole_seconds=2 * connect_seconds + 2 * timeout_seconds,
        )

    async def submit(self, batch: Sequence[Submission]) -> list[SubmissionOutcome]:
        self._require_batch(batch)
        submissions = [
            {"id": submission.id, "telephone": submission.telephone, "text": submission.text} for submission in batch
        ]
        verdict, code, answer = await self._ask("messages", {"messages": submissions})
        results = {result.id: result for result in _read(WireResult, answer.get("results"))}
        return [
            SubmissionOutcome(submission.id, Verdict(result.status), result.reference, result.code)
            if (result := results.get(submission.id))
            else SubmissionOutcome(submission.id, verdict, None, code)
            for submission in batch
        ]

    async def query(self, ids: Sequence[str]) -> Mapping[str, SubmissionOutcome | ReceiptLine]:
        self._require_batch(ids)
        _, _, answer = await self._ask("messages/query", {"ids": list(ids)})
        asked = frozenset(ids)
        return {found.id: _told(found) for found in _read(WireFound, answer.get("messages")) if found.id in asked}

    def verify_receipt(self, headers: Mapping[str, str], body: bytes, *, token: str | None = None) -> None:
        del token
        if self._theirs is None:
            raise UnsignedReceipt
        try:
            self._theirs.verify(body, dict(headers), json_parse=False)
        except (WebhookVerificationError, ValueError):
            # The library raises ValueError for signatures that are no Base64 and bodies that are no UTF-8.
            raise UnsignedReceipt from None

    def parse_receipts(self, raw: bytes) -> list[ReceiptLine]:
        return [_receipt_line(receipt) for receipt in read_receipts(raw)]

    def parse_replies(self, raw: bytes) -> list[Reply]:
        return [Reply(each.telephone, each.text, each.at) for each in read_replies(raw)]

    async def pull_receipts(self) -> bytes | None:
        return None

    async def aclose(self) -> None:
        await self._connection.aclose()

    def _require_batch(self, batch: Sequence[object]) -> None:
        if len(batch) > self.capabilities.batch_size:
            raise ValueError(f"{len(batch)} submissions in a batch of at most {self.capabilities.batch_size}")

    async def _ask(self, path: str, question: object) -> tuple[Verdict, str | None, dict[str, object]]:
        """Return the answer (empty if unreadable), behind the verdict and code of submissions that it does not name."""
        body = orjson.dumps(question)
        answer = await self._connection.post(path, body, self._sign(body))
        if answer.status is None:
            return answer.silence, None, {}
        code = None if httpx.codes.is_success(answer.status) else f"http_{answer.status}"
        return _verdict(answer.status), code, answer.fields

    def _sign(self, body: bytes) -> dict[str, str]:
        if self._ours is None:
            raise RuntimeError("opened to listen, without the secret of sending")
        # Signatures carry the machine's own time: the other side compares it with its own, not with a held clock.
        now = real_now()
        request_id = f"req_{secrets.token_hex(16)}"
        return {
            "content-type": "application/json",
            "webhook-id": request_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._ours.sign(request_id, now, body.decode()),
        }


def _verdict(status: int) -> Verdict:
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return Verdict.THROTTLED
    is_declined = httpx.codes.MULTIPLE_CHOICES <= status < httpx.codes.INTERNAL_SERVER_ERROR
    return Verdict.REFUSED if is_declined else Verdict.UNKNOWN


def _read(model: type[_Line], lines: object) -> list[_Line]:
    """Read the lines that are right; what a wrong one is about stays unsaid."""
    read = []
    for line in lines if isinstance(lines, list) else ():
        with suppress(ValidationError):
            read.append(model.model_validate(line))
    return read


def _told(found: WireFound) -> SubmissionOutcome | ReceiptLine:
    if found.status in ("delivered", "failed"):
        return _receipt_line(found)
    return SubmissionOutcome(found.id, _BY_QUERY[found.status], found.reference, found.code)


def _receipt_line(line: WireFound | WireReceipt) -> ReceiptLine:
    return ReceiptLine(line.id, line.reference, line.status == "delivered", line.code, line.at)
