import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import orjson
import structlog

from supervision.foundation.clock import real_now
from supervision.messaging.errors import MalformedReceipt, UnsignedReceipt
from supervision.messaging.gateways import (
    Capabilities,
    ReceiptLine,
    Reply,
    Submission,
    SubmissionOutcome,
    Verdict,
)

_log = structlog.get_logger()


class ConsoleGateway:
    """Writes messages to the log, and to `messages.jsonl` of a folder where one is given; nothing leaves the machine.

    It accepts everything and knows no receipts: nobody can vouch for a handset here, so `accepted` is the end.
    """

    name = "console"
    capabilities = Capabilities(
        batch_size=500, rate_per_second=None, individual_texts=True, can_query=False, sends_receipts=False
    )

    def __init__(self, folder: Path | None) -> None:
        self._file = folder / "messages.jsonl" if folder else None

    async def submit(self, batch: Sequence[Submission]) -> list[SubmissionOutcome]:
        lines = [
            {"id": submission.id, "telephone": "*" * 7 + submission.telephone[-4:], "text": submission.text}
            for submission in batch
        ]
        if self._file:
            try:
                await asyncio.to_thread(_append, self._file, lines)
            except OSError as error:
                # The disk is this gateway's network: while it is full or away, submissions wait.
                _log.warning("console_gateway_unwritable", reason=error.strerror)
                return [SubmissionOutcome(submission.id, Verdict.UNREACHABLE) for submission in batch]
        for line in lines:
            _log.info("message", gateway=self.name, **line)
        return [SubmissionOutcome(submission.id, Verdict.ACCEPTED) for submission in batch]

    async def query(self, ids: Sequence[str]) -> Mapping[str, SubmissionOutcome | ReceiptLine]:
        del ids
        return {}

    def verify_receipt(self, headers: Mapping[str, str], body: bytes, *, token: str | None = None) -> None:
        del headers, body, token
        raise UnsignedReceipt

    def parse_receipts(self, raw: bytes) -> list[ReceiptLine]:
        del raw
        raise MalformedReceipt

    def parse_replies(self, raw: bytes) -> list[Reply]:
        del raw
        return []

    async def pull_receipts(self) -> bytes | None:
        return None

    async def aclose(self) -> None:
        pass


def _append(path: Path, lines: list[dict[str, str]]) -> None:
    at = real_now().isoformat()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        path.chmod(0o600)
        file.write(b"".join(orjson.dumps({"at": at, **line}, option=orjson.OPT_APPEND_NEWLINE) for line in lines))
