"""What callers whom we know were refused, or have read and exported, put into their county's audit.

Routes and rooms do not write these rows. A refusal rolls its transaction back, so its row has one of its own; a reading
is written in the transaction that reads, so nothing is given away that is not recorded. What the same caller repeats
within a minute is counted in memory, and the number is one row when the minute is over: nobody can fill the table.
"""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, replace

import structlog
from fastapi import Request, Response
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import metrics
from supervision.foundation.actors import Actor
from supervision.foundation.database import Sessions, enter
from supervision.foundation.errors import Refusal

log = structlog.get_logger()

# What gives personal data away, or something as a file: the operation, and the verb of its audit row.
RECORDED = {
    "list_officials": "official.listed",
    "get_official": "official.read",
    "list_messages": "message.listed",
    "list_reachability": "official.listed",
    "get_message": "message.read",
    "get_comment_contact": "comment_contact.read",
    "get_attachment": "attachment.read",
    "download_official_document": "official_document.read",
    "download_official_pdf": "official_document.read",
    "preview_official_document": "official_document.previewed",
    "get_archive": "archive.read",
    "download_archive": "archive.exported",
    "export_settlement": "settlement.exported",
}
SECONDS = 60
# Of more than this in a minute, what was read is no longer told apart.
MOST_SUBJECTS = 5000


@dataclass(frozen=True, slots=True)
class Access:
    """One thing that one caller did, however often."""

    actor: Actor
    verb: str
    operation: str
    subject: str | None = None
    code: str | None = None

    @property
    def facts(self) -> dict[str, str]:
        told = {"operation": self.operation, "code": self.code}
        return {name: value for name, value in told.items() if value is not None}


class AccessRecord:
    """The accesses of the minute that runs, and those of ended minutes that are still to be written."""

    def __init__(self) -> None:
        self._minute = 0
        self._now: Counter[Access] = Counter()
        self._ended: Counter[Access] = Counter()

    async def write(self, session: AsyncSession, access: Access, **facts: str) -> None:
        """Write an access into the session's county, or count it if the same was written within the minute."""
        metrics.ACCESSES.labels(access.verb).inc()
        self._end_minute()
        known = replace(access, actor=replace(access.actor, request_id=""))
        if known not in self._now and len(self._now) >= MOST_SUBJECTS:
            known = access = replace(known, subject=None)
        is_first = known not in self._now
        # The first is written here and now; what is counted are those that follow.
        self._now[known] += not is_first
        if is_first:
            await audit.record(session, access.actor, access.verb, access.subject, **access.facts, **facts)

    async def flush(self, sessions: Sessions, *, is_over: bool = False) -> None:
        """Write what was repeated in minutes that have ended, or in all of them."""
        self._end_minute(is_over=is_over)
        for access, times in list(self._ended.items()):
            async with sessions() as session:
                await enter(session, access.actor.jurisdiction_id)
                await audit.record(session, access.actor, access.verb, access.subject, **access.facts, times=times)
                await session.commit()
            # Of the same there may be more by now.
            self._ended -= Counter({access: times})

    async def flush_always(self, sessions: Sessions) -> None:
        """Flush every minute until cancelled."""
        while True:
            await asyncio.sleep(SECONDS)
            try:
                await self.flush(sessions)
            except SQLAlchemyError:
                log.exception("accesses_not_recorded", waiting=len(self._ended))

    def _end_minute(self, *, is_over: bool = False) -> None:
        minute = int(time.monotonic() // SECONDS)
        if is_over or minute != self._minute:
            self._minute = minute
            self._ended += self._now  # of those that were not repeated nothing is left
            self._now.clear()


async def record_refusal(request: Request, refusal: Refusal) -> None:
    """Record that a caller whom we know may not do what they asked, after their transaction was rolled back."""
    actor: Actor | None = getattr(request.state, "actor", None)
    if actor is None:
        return
    access = Access(actor, "access.refused", request.scope["route"].name, code=refusal.code)
    async with request.app.state.sessions() as session:
        await enter(session, actor.jurisdiction_id)
        await request.app.state.accesses.write(session, access)
        await session.commit()


async def record_reading(request: Request, session: AsyncSession, response: Response) -> None:
    """Record, in the transaction that read it, what an answer gives away."""
    operation = request.scope["route"].name
    if operation in RECORDED and response.status_code == 200:  # noqa: PLR2004 - a 304 gives nothing away
        subject = next(iter(request.path_params.values()), None)
        access = Access(request.state.actor, RECORDED[operation], operation, subject=subject)
        await request.app.state.accesses.write(session, access)
