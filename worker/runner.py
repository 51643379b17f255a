from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import chain
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import settings
from supervision.foundation.database import Sessions, enter, make_engine, make_sessions
from supervision.messaging.gateways import Gateway
from supervision.messaging.gateways.route import Routes
from worker.pace import Pace
from worker.shared_pace import SharedPace

Ring = Callable[[Iterable[str]], None]


def _ring_nobody(_: Iterable[str]) -> None:
    """Leave the jobs to the clock, which comes round anyway."""


@dataclass(frozen=True)
class Runner:
    """What jobs work with; one block of `everywhere` or `within` is one transaction, committed at its end."""

    sessions: Sessions
    gateways: Routes
    """The gateways of live messages (False) and those of test messages (True)."""
    ring: Ring = _ring_nobody
    """Wakes the jobs that a committed step asks for."""
    shared: SharedPace | None = None
    """Keeps all workers together to the rate that is set for a gateway; None: this one is alone."""
    rings: Counter[str] = field(default_factory=Counter, compare=False)
    """How often doorbell and clock have called a job that is running."""
    paces: dict[Gateway, Pace] = field(default_factory=dict, compare=False)
    """How fast each gateway was found to take messages."""

    def pace_of(self, gateway: Gateway) -> Pace:
        if gateway not in self.paces:
            self.paces[gateway] = Pace(gateway.capabilities.rate_per_second, gateway.capabilities.batch_size)
        return self.paces[gateway]

    @asynccontextmanager
    async def everywhere(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction that sees all counties: for finders, claims and matching only."""
        async with self.sessions() as session:
            yield session
            await self._commit(session)

    @asynccontextmanager
    async def within(self, jurisdiction_id: UUID) -> AsyncIterator[AsyncSession]:
        """Open a transaction inside one county, with the API's rights, so that nothing can mix counties."""
        async with self.sessions() as session:
            await enter(session, jurisdiction_id, role="ducha_api")
            yield session
            await self._commit(session)

    async def _commit(self, session: AsyncSession) -> None:
        await session.commit()
        self.ring(session.info.pop("doorbell", ()))


@asynccontextmanager
async def open_runner(
    gateways: Routes, ring: Ring = _ring_nobody, shared: SharedPace | None = None
) -> AsyncIterator[Runner]:
    """Open the worker's connections, and close them and the gateways at the end."""
    chosen = settings.current()
    engine = make_engine(chosen.database_url.get_secret_value(), pool_size=chosen.pool_size)
    try:
        yield Runner(make_sessions(engine, "ducha_worker"), gateways, ring, shared)
    finally:
        for route in chain.from_iterable(gateways.values()):
            await route.gateway.aclose()
        await engine.dispose()
