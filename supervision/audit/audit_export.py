from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit.models import AuditEvent, AuditSeal
from supervision.audit.seals import FIRST, hash_row, list_events

# No transaction's number is higher.
_LAST = str(2**64 - 1)
_SEALS = select(*AuditSeal.__table__.columns).order_by(AuditSeal.id).limit(1)


async def export_audit(
    session: AsyncSession, jurisdiction_id: UUID, *, since: datetime | None = None
) -> AsyncIterator[bytes]:
    """Write a county's audit rows as lines of JSON, each batch followed by its seal, one batch at a time in memory.

    A seal carries the hashes of its whole batch: a row's own must be among them, and other counties' tell nothing else.
    Rows that are not sealed yet come last. `since` leaves out what was sealed before.
    """
    seal_id, high = 0, FIRST
    while seal := await _next_seal(session, seal_id):
        seal_id, high = seal["id"], seal["high"]
        if since is None or seal["sealed_at"] >= since:
            for line in _rows(await list_events(session, seal["low"], high), jurisdiction_id, seal_id):
                yield line
            yield _line(_seal_facts(seal))
    # Whoever is still at work holds the sealer back, and not the export.
    for line in _rows(await list_events(session, high, _LAST), jurisdiction_id, None):
        yield line


async def _next_seal(session: AsyncSession, seal_id: int) -> RowMapping | None:
    return (await session.execute(_SEALS.where(AuditSeal.id > seal_id))).mappings().one_or_none()


def _rows(events: Sequence[RowMapping], jurisdiction_id: UUID, seal_id: int | None) -> Iterable[bytes]:
    for event in events:
        if event["jurisdiction_id"] == jurisdiction_id:
            columns = {column.name: event[column.name] for column in AuditEvent.__table__.columns}
            yield _line({"kind": "row", "seal": seal_id, **columns, "hash": hash_row(event).hex()})


def _seal_facts(seal: RowMapping) -> dict[str, Any]:
    return {
        "kind": "seal",
        "seal": seal["id"],
        "sealed_at": seal["sealed_at"],
        "low": seal["low"],
        "high": seal["high"],
        "hashes": [each.hex() for each in seal["hashes"]],
        "digest": seal["digest"].hex(),
    }


def _line(facts: dict[str, Any]) -> bytes:
    return orjson.dumps(facts, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE)
