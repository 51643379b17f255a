import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message

CONCURRENCY = 8
Call = Callable[[], Awaitable[None]]


class Failed(Exception):  # noqa: N818 - states the fact
    """A measured request was not answered as it should be, so its time means nothing."""


@dataclass(frozen=True)
class Ratio:
    """What we reach of what the reference reaches, from rounds that took turns in one run."""

    name: str
    ours_per_second: float
    theirs_per_second: float
    wanted: float

    @property
    def value(self) -> float:
        return self.ours_per_second / self.theirs_per_second


async def request(app: ASGIApp, method: str, path: str, key: str, body: bytes = b"", *, wanted: int = 200) -> bytes:
    """Call an ASGI app in this process, without a client's own cost; refuses another status than the wanted one."""
    route, _, query = path.partition("?")
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": route,
        "raw_path": route.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [
            (b"host", b"bench"),
            (b"authorization", f"Bearer {key}".encode()),
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    status, chunks = 0, []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            chunks.append(message.get("body", b""))

    await app(scope, receive, send)
    answer = b"".join(chunks)
    if status != wanted:
        raise Failed(f"{method} {route}: {status} {answer[:300]!r}")
    return answer


async def compare(name: str, ours: Sequence[Call], theirs: Sequence[Call], *, wanted: float, rounds: int = 7) -> Ratio:
    """Run the calls of both sides in rounds that take turns, and compare the medians of their rates."""
    mine: list[float] = []
    other: list[float] = []
    for number in range(rounds + 1):
        first, second = _share(ours, number, rounds + 1), _share(theirs, number, rounds + 1)
        pair = [(mine, first), (other, second)]
        for rates, calls in pair if number % 2 else reversed(pair):
            rate = await _rate(calls)
            # The first round warms both up.
            if number:
                rates.append(rate)
    return Ratio(name, statistics.median(mine), statistics.median(other), wanted)


def _share(calls: Sequence[Call], number: int, rounds: int) -> Sequence[Call]:
    size = len(calls) // rounds
    return calls[number * size : (number + 1) * size]


async def _rate(calls: Sequence[Call]) -> float:
    waiting = iter(calls)

    async def work() -> None:
        for call in waiting:
            await call()

    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(CONCURRENCY)))
    return len(calls) / (time.perf_counter() - began)
