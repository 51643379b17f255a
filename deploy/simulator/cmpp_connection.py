import asyncio
from collections.abc import Awaitable, Callable
from itertools import count

from supervision.messaging.gateways import cmpp_codec
from supervision.messaging.gateways.cmpp_codec import (
    ActiveTest,
    ActiveTestAnswer,
    Deliver,
    DeliverAnswer,
    Frame,
    Submit,
    Terminate,
    TerminateAnswer,
)
from supervision.messaging.gateways.cmpp_fields import MalformedFrame

# Within which a status report is to be answered, before it is sent again.
DELIVER_SECONDS = 5.0
_WINDOW = 16


class CmppConnection:
    """The gateway's side of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._sequences = count(1)
        self._window = asyncio.Semaphore(_WINDOW)
        self._delivered: dict[int, asyncio.Future[bool]] = {}
        self._submitting: set[asyncio.Task[None]] = set()

    @property
    def under_way(self) -> int:
        """How many submissions wait for their answer."""
        return len(self._submitting)

    async def next_frame(self) -> tuple[int, Frame] | None:
        """Return the next frame with its sequence, None at the end and where something else than CMPP is spoken."""
        try:
            header = await self._reader.readexactly(cmpp_codec.HEADER.size)
            return cmpp_codec.read(header, await self._reader.readexactly(cmpp_codec.rest_after(header)))
        except (OSError, asyncio.IncompleteReadError, MalformedFrame):
            return None

    async def serve(self, submit: Callable[["CmppConnection", int, Submit], Awaitable[None]]) -> None:
        """Answer what comes until the other side leaves."""
        while came := await self.next_frame():
            sequence, frame = came
            match frame:
                case Submit():
                    task = asyncio.ensure_future(submit(self, sequence, frame))
                    self._submitting.add(task)
                    task.add_done_callback(self._submitting.discard)
                case DeliverAnswer() if sequence in self._delivered and not self._delivered[sequence].done():
                    self._delivered[sequence].set_result(frame.result == 0)
                case ActiveTest():
                    self.write(ActiveTestAnswer(), sequence)
                case Terminate():
                    self.write(TerminateAnswer(), sequence)
                    return

    async def deliver(self, frame: Deliver, seconds: float) -> bool:
        """Hand something over and tell whether it was taken."""
        async with self._window:
            sequence = next(self._sequences)
            answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
            self._delivered[sequence] = answer
            try:
                self.write(frame, sequence)
                async with asyncio.timeout(seconds):
                    return await answer
            except TimeoutError:
                return False
            finally:
                del self._delivered[sequence]

    def write(self, frame: Frame, sequence: int) -> None:
        if not self._writer.is_closing():
            self._writer.write(cmpp_codec.write(frame, sequence))

    def close(self) -> None:
        self._writer.close()
        for answer in self._delivered.values():
            if not answer.done():
                answer.set_result(False)
