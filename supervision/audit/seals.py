from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import RowMapping, cast, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit.models import AuditEvent, AuditSeal, Xid8
from supervision.audit.rules import hash_event, seal_digest
from supervision.foundation.keys import derive

FIRST = "0"
# Two sealers must take turns; the number is only a name.
SEALING_LOCK = 4_701_227


@dataclass(frozen=True, slots=True)
class Damage:
    """A row, or a seal, that is not as it was sealed."""

    seal_id: int
    event_id: int | None
    what: str


async def seal(session: AsyncSession) -> int:
    """Seal all audit rows of transactions that can no longer grow; returns how many rows were sealed."""
    await session.execute(select(func.pg_advisory_xact_lock(SEALING_LOCK)))
    last = (await session.execute(select(AuditSeal).order_by(AuditSeal.id.desc()).limit(1))).scalar_one_or_none()
    low = last.high if last else FIRST
    high: str = str(await session.scalar(text("SELECT pg_snapshot_xmin(pg_current_snapshot())")))
    events = await _events_between(session, low, high)
    if not events:
        return 0
    hashes = [_hash(event) for event in events]
    digest = seal_digest(derive("audit"), last.digest if last else b"", low, high, hashes)
    session.add(
        AuditSeal(low=low, high=high, event_ids=[event["id"] for event in events], hashes=hashes, digest=digest)
    )
    await session.flush()
    return len(events)


async def verify(session: AsyncSession) -> tuple[int, list[Damage]]:
    """Compare every sealed row with its seal; returns how many rows were compared, and all damage found."""
    damages: list[Damage] = []
    compared, previous, low = 0, b"", FIRST
    for seal_row in (await session.execute(select(AuditSeal).order_by(AuditSeal.id))).scalars():
        expected = seal_digest(derive("audit"), previous, low, seal_row.high, seal_row.hashes)
        if seal_row.low != low or expected != seal_row.digest:
            damages.append(Damage(seal_row.id, None, "seal changed, or a seal before it removed"))
        compared += len(seal_row.event_ids)
        damages += _compare(seal_row, await _events_between(session, seal_row.low, seal_row.high))
        previous, low = seal_row.digest, seal_row.high
    return compared, damages


def _compare(seal_row: AuditSeal, events: Sequence[RowMapping]) -> list[Damage]:
    sealed = dict(zip(seal_row.event_ids, seal_row.hashes, strict=True))
    found = {event["id"]: _hash(event) for event in events}
    inserted = [Damage(seal_row.id, event_id, "row inserted") for event_id in found.keys() - sealed.keys()]
    removed = [Damage(seal_row.id, event_id, "row removed") for event_id in sealed.keys() - found.keys()]
    changed = [
        Damage(seal_row.id, event_id, "row changed")
        for event_id in found.keys() & sealed.keys()
        if found[event_id] != sealed[event_id]
    ]
    return sorted(inserted + removed + changed, key=lambda damage: damage.event_id or 0)


async def _events_between(session: AsyncSession, low: str, high: str) -> Sequence[RowMapping]:
    columns = select(*AuditEvent.__table__.columns)
    statement = columns.where(AuditEvent.tx >= cast(low, Xid8), AuditEvent.tx < cast(high, Xid8))
    return (await session.execute(statement.order_by(AuditEvent.id))).mappings().all()


def _hash(event: RowMapping) -> bytes:
    return hash_event(event, orjson.dumps(event["facts"], option=orjson.OPT_SORT_KEYS).decode())
