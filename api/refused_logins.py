import asyncio
import time
from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from supervision.audit import service as audit
from supervision.foundation import clock, metrics
from supervision.foundation.database import Sessions, enter
from supervision.identity.keys import LOCK_AFTER, LOCK_WINDOW

log = structlog.get_logger()

_EVERY_SECONDS = 60
# Of so many prefixes at addresses it is known how often each failed, and so many are named in one audit row.
_MOST_TRIED, _MOST_NAMED = 10_000, 20
_OTHERS = "others"


@dataclass
class _Tally:
    failures: int = 0
    prefixes: Counter[str] = field(default_factory=Counter)
    addresses: Counter[str] = field(default_factory=Counter)

    def add(self, prefixes: Counter[str], addresses: Counter[str], failures: int) -> None:
        self.failures += failures
        for counted, more in ((self.prefixes, prefixes), (self.addresses, addresses)):
            for name, times in more.items():
                counted[name if name in counted or len(counted) < _MOST_NAMED else _OTHERS] += times


class RefusedLogins:
    """Counts refused logins in memory, and has them written down once a minute: a row for each county, one for none.

    A row for each login would let anybody fill the database who can make up keys.
    """

    def __init__(self) -> None:
        self._tried: OrderedDict[tuple[str, str], tuple[int, float]] = OrderedDict()
        self._tallies: dict[UUID | None, _Tally] = {}

    def count(self, *, prefix: str, address: str, jurisdiction_id: UUID | None) -> bool:
        """Count a refused login of a key's prefix, which is known if it has a county; tells if it fails too often."""
        metrics.REFUSED_LOGINS.labels("unknown" if jurisdiction_id is None else "known").inc()
        tally = self._tallies.setdefault(jurisdiction_id, _Tally())
        # A prefix that nobody has is made up; to name it would only be a place to write in.
        prefixes = Counter[str]() if jurisdiction_id is None else Counter([prefix])
        tally.add(prefixes, Counter([address]), 1)
        return self._count_tries(prefix, address) > LOCK_AFTER

    def _count_tries(self, prefix: str, address: str) -> int:
        now = time.monotonic()
        failures, began = self._tried.pop((prefix, address), (0, now))
        if now - began >= LOCK_WINDOW.total_seconds():
            failures, began = 0, now
        self._tried[prefix, address] = failures + 1, began
        if len(self._tried) > _MOST_TRIED:
            self._tried.popitem(last=False)
        return failures + 1

    async def write_down(self, sessions: Sessions) -> None:
        """Write what was counted into the audit record; while the database is away it is kept for the next time."""
        for jurisdiction_id in list(self._tallies):
            tally = self._tallies.pop(jurisdiction_id)
            try:
                # A row can only be written from within its county, so each has a transaction of its own.
                async with sessions() as session:
                    await enter(session, jurisdiction_id)
                    await audit.record_refused_logins(
                        session,
                        at=clock.real_now(),
                        failures=tally.failures,
                        prefixes=tally.prefixes,
                        addresses=tally.addresses,
                    )
                    await session.commit()
            except SQLAlchemyError as error:
                log.warning("refused_logins_kept_back", reason=type(error).__name__)
                since = self._tallies.setdefault(jurisdiction_id, _Tally())
                since.add(tally.prefixes, tally.addresses, tally.failures)

    async def write_every_minute(self, sessions: Sessions) -> None:
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            await self.write_down(sessions)
