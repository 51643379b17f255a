import asyncio
import gc
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message

CONCURRENCY = 8
ROUNDS = 15
Call = Callable[[], Awaitable[object]]


class Failed(Exception):  # noqa: N818 - states the fact
    """A measured request was not answered as it should be, so its time means nothing."""


@dataclass(frozen=True)
class Side:
    """What is measured: the calls of one round, and how many things one call does."""

    round: Callable[[int], Awaitable[Sequence[Call]]]
    at_once: int = CONCURRENCY
    each: int = 1


@dataclass(frozen=True)
class Measured:
    """Things done a second by us and by the reference, a pair for each round."""

    pairs: Sequence[tuple[float, float]]

    @property
    def ours(self) -> float:
        return statistics.median(ours for ours, _ in self.pairs)

    @property
    def theirs(self) -> float:
        return statistics.median(theirs for _, theirs in self.pairs)

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios: what disturbs a machine disturbs both sides of one round alike."""
        return statistics.median(self._ratios)

    @property
    def spread(self) -> tuple[float, float]:
        """The ratios between which the middle half of the rounds lies."""
        low, _, high = statistics.quantiles(self._ratios, n=4, method="inclusive")
        return low, high

    @property
    def _ratios(self) -> list[float]:
        return [ours / theirs for ours, theirs in self.pairs]


async def request(
    app: ASGIApp, method: str, path: str, key: str, body: bytes = b"", *, wanted: int = 200, known: str = ""
) -> bytes:
    """Call an ASGI app in this process, without a client's own cost; refuses another status than the wanted one."""
    scope = _scope(method, path, key, known, len(body))
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
        raise Failed(f"{method} {path}: {status} {answer[:300]!r}")
    return answer


def _scope(method: str, path: str, key: str, known: str, length: int) -> dict[str, Any]:
    route, _, query = path.partition("?")
    headers = [(b"host", b"bench")]
    if key:
        headers.append((b"authorization", f"Bearer {key}".encode()))
    if known:
        headers.append((b"if-none-match", known.encode()))
    if method != "GET":
        headers += [(b"content-type", b"application/json"), (b"content-length", str(length).encode())]
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": route,
        "raw_path": route.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }


async def compare(ours: Side, theirs: Side, *, rounds: int, advance: Callable[[], None]) -> Measured:
    """Let both sides take turns, the first round to warm up, and return the rates of the others."""
    pairs = []
    for number in range(rounds + 1):
        sides = (ours, theirs) if number % 2 else (theirs, ours)
        rates = {side: await _rate(side, number) for side in sides}
        if number:
            pairs.append((rates[ours], rates[theirs]))
        advance()
    return Measured(pairs)


async def _rate(side: Side, number: int) -> float:
    calls = await side.round(number)
    waiting = iter(calls)

    async def work() -> None:
        for call in waiting:
            await call()

    # What the other side left behind is not swept up at the cost of this one.
    gc.collect()
    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(side.at_once)))
    return len(calls) * side.each / (time.perf_counter() - began)
