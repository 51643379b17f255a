import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.exceptions import HTTPException

from supervision.foundation import metrics

# Of one caller's requests as many may wait; the next one is refused at once.
_MOST_WAITING = 100


@dataclass
class _Line:
    places: asyncio.Semaphore
    here: int = 0


class Turns:
    """Gives each caller a share of what all use; who has used it up waits a little, and is then refused alone."""

    def __init__(self, name: str, *, share: int, patience_seconds: float) -> None:
        self._name, self._share, self._patience = name, share, patience_seconds
        self._lines: dict[str, _Line] = {}

    @asynccontextmanager
    async def take(self, who: str) -> AsyncIterator[None]:
        """Hold one place of the caller's share; refuses (429) who has waited too long for it."""
        line = self._lines.setdefault(who, _Line(asyncio.Semaphore(self._share)))
        line.here += 1
        try:
            await self._wait(line)
            try:
                yield
            finally:
                line.places.release()
        finally:
            line.here -= 1
            if not line.here:
                del self._lines[who]

    async def _wait(self, line: _Line) -> None:
        try:
            async with asyncio.timeout(self._patience if line.here <= _MOST_WAITING else 0):
                await line.places.acquire()
        except TimeoutError:
            metrics.TURNS_REFUSED.labels(self._name).inc()
            raise HTTPException(429, headers={"Retry-After": "2"}) from None
