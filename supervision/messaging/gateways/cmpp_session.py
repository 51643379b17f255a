import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Self

import structlog

from supervision.foundation.clock import SHANGHAI, real_now
from supervision.messaging.gateways import cmpp_codec
from supervision.messaging.gateways.cmpp_codec import (
    ActiveTest,
    ActiveTestAnswer,
    Connect,
    ConnectAnswer,
    Deliver,
    DeliverAnswer,
    Frame,
    Submit,
    SubmitAnswer,
    Terminate,
    TerminateAnswer,
)
from supervision.messaging.gateways.cmpp_fields import MalformedFrame
from supervision.messaging.gateways.cmpp_texts import prove_gateway, prove_provider

# What the protocol lets be under way without an answer.
WINDOW = 16
CONNECT_SECONDS = 10
_ACTIVE_TEST_AFTER, _ACTIVE_TEST_SECONDS = 20, 10
# For what is under way, when either side ends the session.
_DRAIN_SECONDS, _TERMINATE_SECONDS = 5, 1
_MALFORMED, _WRONG_PROOF = 1, 3
_log = structlog.get_logger()


class NothingWritten(Exception):  # noqa: N818 - what happened is named
    """The session had ended before the frame went out."""


class NoAnswer(Exception):  # noqa: N818 - likewise
    """The frame went out, and nothing is known of it."""


class NotLetIn(Exception):  # noqa: N818 - likewise
    """The gateway is not what it says, or does not take our login."""

    def __init__(self, status: int) -> None:
        super().__init__(f"CONNECT status {status}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Login:
    host: str
    port: int
    source_address: str
    secret: str = field(repr=False)
    is_encrypted: bool = False


@dataclass(frozen=True, slots=True)
class Came:
    """What the gateway delivered, and how it is answered."""

    session: "CmppSession"
    sequence: int
    frame: Deliver

    def acknowledge(self) -> None:
        self.session.acknowledge(self.sequence, self.frame.message_id)


Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class CmppSession:
    """One connection to a gateway, logged in: what is asked is answered by its sequence, at most a window at once."""

    def __init__(self, streams: Streams, take: Callable[[Came], None]) -> None:
        self._reader, self._writer = streams
        self._take_delivered = take
        self._sequences = count(1)
        self._window = asyncio.Semaphore(WINDOW)
        self._asked: dict[int, asyncio.Future[Frame]] = {}
        self._heard_at = time.monotonic()
        self._is_closing = False
        self.ended = asyncio.Event()
        self._tasks = {asyncio.create_task(self._listen()), asyncio.create_task(self._test())}

    @classmethod
    async def open(cls, login: Login, streams: Streams, take: Callable[[Came], None]) -> Self:
        """Log in; refuses a gateway that does not let us in, or does not prove that it has the secret, too."""
        session = cls(streams, take)
        try:
            await session._log_in(login)
        except BaseException:
            session._end("not_let_in")
            raise
        return session

    async def submit(self, frame: Submit, seconds: float) -> SubmitAnswer:
        """Hand a part over; raises `NothingWritten` or `NoAnswer` where the gateway says nothing."""
        async with self._window:
            answer = await self._ask(frame, seconds)
        if not isinstance(answer, SubmitAnswer):
            raise NoAnswer
        return answer

    def acknowledge(self, sequence: int, message_id: int) -> None:
        """Answer what was delivered; one that gets no answer comes again."""
        self._write(DeliverAnswer(message_id), sequence)

    async def close(self) -> None:
        """Wait a moment for what is under way, and end the session as the protocol asks."""
        self._is_closing = True
        await self._drain()
        self._is_closing = False
        with suppress(NothingWritten, NoAnswer):
            await self._ask(Terminate(), _TERMINATE_SECONDS)
        self._end("closed")
        await asyncio.wait(self._tasks, timeout=_TERMINATE_SECONDS)

    async def _log_in(self, login: Login) -> None:
        timestamp = int(f"{real_now().astimezone(SHANGHAI):%m%d%H%M%S}")
        proof = prove_provider(login.source_address, login.secret, timestamp)
        answer = await self._ask(Connect(login.source_address, proof, timestamp), CONNECT_SECONDS)
        if not isinstance(answer, ConnectAnswer):
            raise NoAnswer
        if answer.status:
            raise NotLetIn(answer.status)
        if answer.authenticator != prove_gateway(answer.status, proof, login.secret):
            raise NotLetIn(_WRONG_PROOF)

    async def _ask(self, frame: Frame, seconds: float) -> Frame:
        if self._is_closing or self.ended.is_set():
            raise NothingWritten
        sequence = next(self._sequences) & 0xFFFFFFFF
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._asked[sequence] = answer
        try:
            self._write(frame, sequence)
            async with asyncio.timeout(seconds):
                return await answer
        except TimeoutError:
            raise NoAnswer from None
        finally:
            self._asked.pop(sequence, None)

    def _write(self, frame: Frame, sequence: int) -> None:
        written = cmpp_codec.write(frame, sequence)
        if not self.ended.is_set():
            self._writer.write(written)

    async def _listen(self) -> None:
        reason = "lost"
        try:
            while True:
                header = await self._reader.readexactly(cmpp_codec.HEADER.size)
                body = await self._reader.readexactly(cmpp_codec.rest_after(header))
                self._heard_at = time.monotonic()
                self._hear(header, body)
        except MalformedFrame:
            # Where one frame ends and the next begins can no longer be told.
            reason = "malformed"
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._end(reason)

    def _hear(self, header: bytes, body: bytes) -> None:
        _, command, sequence = cmpp_codec.HEADER.unpack(header)
        try:
            _, frame = cmpp_codec.read(header, body)
        except MalformedFrame as error:
            _log.warning("cmpp_frame_passed_over", command=command, reason=str(error))
            if command == Deliver.command:
                # Without an answer it would come again for ever.
                self._write(DeliverAnswer(0, _MALFORMED), sequence)
            return
        match frame:
            case Deliver():
                self._take_delivered(Came(self, sequence, frame))
            case ActiveTest():
                self._write(ActiveTestAnswer(), sequence)
            case Terminate():
                self._start(self._give_way(sequence))
            case _ if sequence in self._asked and not self._asked[sequence].done():
                self._asked[sequence].set_result(frame)

    async def _test(self) -> None:
        """Ask a line that is silent whether it still leads anywhere."""
        while not self.ended.is_set():
            silent = time.monotonic() - self._heard_at
            if silent < _ACTIVE_TEST_AFTER:
                await asyncio.sleep(_ACTIVE_TEST_AFTER - silent)
                continue
            try:
                await self._ask(ActiveTest(), _ACTIVE_TEST_SECONDS)
            except NoAnswer:
                self._end("silent")
            except NothingWritten:
                return

    async def _give_way(self, sequence: int) -> None:
        self._is_closing = True
        await self._drain()
        self._write(TerminateAnswer(), sequence)
        self._end("terminated")

    async def _drain(self) -> None:
        if waiting := list(self._asked.values()):
            await asyncio.wait(waiting, timeout=_DRAIN_SECONDS)

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)

    def _end(self, reason: str) -> None:
        if self.ended.is_set():
            return
        self.ended.set()
        _log.info("cmpp_session_ended", reason=reason, under_way=len(self._asked))
        for answer in self._asked.values():
            if not answer.done():
                answer.set_exception(NoAnswer())
        self._writer.close()
        for task in self._tasks - {asyncio.current_task()}:
            task.cancel()


async def connect(login: Login, take: Callable[[Came], None]) -> CmppSession:
    """Open a connection and log in; raises OSError, TimeoutError, `NotLetIn` or `NoAnswer`."""
    async with asyncio.timeout(CONNECT_SECONDS):
        encryption = ssl.create_default_context() if login.is_encrypted else None
        streams = await asyncio.open_connection(login.host, login.port, ssl=encryption)
    return await CmppSession.open(login, streams, take)
