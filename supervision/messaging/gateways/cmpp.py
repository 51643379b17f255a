import asyncio
import random
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

import structlog

from supervision.messaging.errors import UnsignedReceipt
from supervision.messaging.gateways import (
    Capabilities,
    Delivered,
    ReceiptLine,
    Reply,
    Submission,
    SubmissionOutcome,
    Verdict,
)
from supervision.messaging.gateways.cmpp_codec import Submit
from supervision.messaging.gateways.cmpp_codes import CMPP
from supervision.messaging.gateways.cmpp_deliveries import name_of, read_replies, read_reports, write_lines
from supervision.messaging.gateways.cmpp_fields import UnfitValue
from supervision.messaging.gateways.cmpp_session import (
    WINDOW,
    Came,
    CmppSession,
    Login,
    NoAnswer,
    NothingWritten,
    NotLetIn,
    connect,
)
from supervision.messaging.gateways.cmpp_texts import write_parts
from supervision.messaging.gateways.numbers import domestic

_WRONG_NUMBER, _UNFIT = "CMPP_13", "CMPP_UNFIT"
_NOTHING_TAKEN = (Verdict.THROTTLED, Verdict.UNREACHABLE)
# For a session that is being opened.
_SESSION_SECONDS = 5
# Once its first part was taken, the others follow within this time or nobody knows what a person has read.
_PARTS_SECONDS, _PART_AGAIN_SECONDS = 30, 0.5
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_REPORTS_AT_ONCE = 200
_log = structlog.get_logger()
_rng = random.Random()  # noqa: S311 - jitter, not cryptography


@dataclass(frozen=True, slots=True)
class CmppAccount:
    """An account at a carrier's gateway: the service that is charged, and the number that telephones show (接入码)."""

    login: Login
    service: str
    source_number: str


@dataclass(frozen=True, slots=True)
class _Part:
    verdict: Verdict
    code: str | None = None
    reference: str | None = None


class CmppGateway:
    """Speaks CMPP 3.0 over one long session, which is open while this process holds the gateway.

    The gateway knows no id of ours: a part that was written and not answered cannot be asked about. Each part of a long
    text has a number and a report of its own.
    """

    def __init__(
        self,
        account: CmppAccount,
        *,
        timeout_seconds: float = 30,
        rate_per_second: float | None = None,
        name: str = "cmpp",
    ) -> None:
        self.name = name
        # A batch is a window, so that a worker that is lost leaves no more in doubt than was under way.
        self.capabilities = Capabilities(WINDOW, rate_per_second, individual_texts=True, can_query=False)
        self._account, self._timeout = account, timeout_seconds
        self._keeping: asyncio.Task[None] | None = None
        self._session: CmppSession | None = None
        self._opened = asyncio.Event()
        self._declined: str | None = None
        self._came: deque[Came] = deque()
        self._has_come = asyncio.Event()

    @property
    def is_held(self) -> bool:
        return self._keeping is not None

    async def hold(self) -> None:
        if self._keeping is None:
            self._keeping = asyncio.create_task(self._keep())

    async def release(self) -> None:
        keeping, self._keeping = self._keeping, None
        if keeping is None:
            return
        keeping.cancel()
        await asyncio.wait([keeping])
        if self._session:
            await self._session.close()
        self._session = None
        self._opened.clear()

    async def aclose(self) -> None:
        await self.release()

    async def submit(self, batch: Sequence[Submission]) -> list[SubmissionOutcome]:
        if len(batch) > self.capabilities.batch_size:
            raise ValueError(f"{len(batch)} submissions in a batch of at most {self.capabilities.batch_size}")
        return list(await asyncio.gather(*(self._submit(each) for each in batch)))

    async def query(self, ids: Sequence[str]) -> Mapping[str, SubmissionOutcome | ReceiptLine]:
        del ids
        return MappingProxyType({})

    def verify_receipt(self, headers: Mapping[str, str], body: bytes, *, token: str | None = None) -> None:
        # They come over the session, and by no other way.
        del headers, body, token
        raise UnsignedReceipt

    def parse_receipts(self, raw: bytes) -> list[ReceiptLine]:
        return read_reports(raw)

    def parse_replies(self, raw: bytes) -> list[Reply]:
        return read_replies(raw)

    async def pull_receipts(self) -> bytes | None:
        return None

    async def receive(self) -> Delivered:
        """Wait for what the gateway delivers: one reply, or the reports that are there."""
        while not self._came:
            self._has_come.clear()
            await self._has_come.wait()
        came = [self._came.popleft()]
        name = None if came[0].frame.is_report else name_of(came[0].frame)
        while name is None and self._came and self._came[0].frame.is_report and len(came) < _REPORTS_AT_ONCE:
            came.append(self._came.popleft())
        return Delivered(write_lines([each.frame for each in came]), name, partial(_acknowledge, came))

    async def _submit(self, submission: Submission) -> SubmissionOutcome:
        """Hand one message over, part after part."""
        mobile = domestic(submission.telephone)
        if mobile is None:
            return SubmissionOutcome(submission.id, Verdict.REFUSED, code=_WRONG_NUMBER)
        contents = write_parts(submission.text, int(submission.id))
        taken: list[str] = []
        until = time.monotonic() + _PARTS_SECONDS
        while len(taken) < len(contents):
            frame = self._frame(mobile, contents, len(taken) + 1)
            told = await self._submit_part(frame)
            if told.verdict is Verdict.ACCEPTED:
                taken.append(told.reference or "")
                continue
            # Of a message of which something was taken, nothing is sent again: what is left out is tried here.
            if not taken or told.verdict not in _NOTHING_TAKEN:
                return SubmissionOutcome(submission.id, told.verdict, code=told.code)
            if time.monotonic() > until:
                return SubmissionOutcome(submission.id, Verdict.UNKNOWN, code=told.code)
            await asyncio.sleep(_PART_AGAIN_SECONDS)
        parts = tuple(taken) if len(taken) > 1 else ()
        return SubmissionOutcome(submission.id, Verdict.ACCEPTED, "+".join(taken), parts=parts)

    def _frame(self, mobile: str, contents: Sequence[bytes], part: int) -> Submit:
        account = self._account
        source, number = account.login.source_address, account.source_number
        return Submit(source, account.service, number, mobile, contents[part - 1], part, len(contents))

    async def _submit_part(self, frame: Submit) -> _Part:
        with suppress(TimeoutError):
            async with asyncio.timeout(_SESSION_SECONDS):
                await self._opened.wait()
        if self._session is None:
            return _Part(Verdict.UNREACHABLE, self._declined)
        try:
            answer = await self._session.submit(frame, self._timeout)
        except UnfitValue:
            return _Part(Verdict.REFUSED, _UNFIT)
        except NothingWritten:
            return _Part(Verdict.UNREACHABLE)
        except NoAnswer:
            return _Part(Verdict.UNKNOWN)
        code = f"CMPP_{answer.result}"
        if code not in CMPP:
            return _Part(Verdict.REFUSED, code)
        verdict = CMPP[code].verdict
        is_taken = verdict is Verdict.ACCEPTED
        return _Part(verdict, None if is_taken else code, str(answer.message_id) if is_taken else None)

    async def _keep(self) -> None:
        """Keep a session open: after one that was lost, or not opened, comes the next, each a little later."""
        tries = 0
        while True:
            began = time.monotonic()
            await self._keep_one()
            tries = 0 if time.monotonic() - began > _LONGEST_PAUSE else tries + 1
            pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(tries, 8))
            await asyncio.sleep(pause * _rng.uniform(0.5, 1))

    async def _keep_one(self) -> None:
        try:
            session = await connect(self._account.login, self._take)
        except NotLetIn as declined:
            self._declined = f"CMPP_CONNECT_{declined.status}"
            _log.warning("cmpp_not_let_in", gateway=self.name, status=declined.status)
            return
        except (OSError, TimeoutError, NoAnswer, NothingWritten) as error:
            self._declined = None
            _log.warning("cmpp_not_connected", gateway=self.name, reason=type(error).__name__)
            return
        _log.info("cmpp_session_opened", gateway=self.name)
        self._session, self._declined = session, None
        self._opened.set()
        await session.ended.wait()
        self._session = None
        self._opened.clear()

    def _take(self, came: Came) -> None:
        self._came.append(came)
        self._has_come.set()


def _acknowledge(came: Sequence[Came]) -> None:
    for each in came:
        each.acknowledge()
