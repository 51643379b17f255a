from collections.abc import Sequence

import orjson
from sqlalchemy import RowMapping, cast, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit.models import AuditEvent, AuditSeal, Xid8
from supervision.audit.rules import hash_event, seal_digest
from supervision.audit.seal_keys import read_seal_keys

FIRST = "0"
# Two sealers must take turns; the number is only a name.
SEALING_LOCK = 4_701_227
# Rows in one seal; one transaction that wrote more is sealed whole nevertheless.
MOST_ROWS = 10_000


async def find_horizon(session: AsyncSession) -> str:
    """Return the first transaction that may still be running: the rows of all before it can no longer grow."""
    return str(await session.scalar(text("SELECT pg_snapshot_xmin(pg_current_snapshot())")))


async def seal(session: AsyncSession, *, horizon: str | None = None) -> int:
    """Seal the oldest unsealed audit rows of transactions before `horizon`; returns how many rows were sealed."""
    await session.execute(select(func.pg_advisory_xact_lock(SEALING_LOCK)))
    last = (await session.execute(select(AuditSeal).order_by(AuditSeal.id.desc()).limit(1))).scalar_one_or_none()
    low = last.high if last else FIRST
    high = horizon or await find_horizon(session)
    events = await list_events(session, low, high, most=MOST_ROWS + 1)
    if len(events) > MOST_ROWS:
        events, high = await _cut(session, low, events)
    if not events:
        return 0
    hashes = [hash_row(event) for event in events]
    digest = seal_digest(read_seal_keys().current, last.digest if last else b"", low, high, hashes)
    session.add(
        AuditSeal(low=low, high=high, event_ids=[event["id"] for event in events], hashes=hashes, digest=digest)
    )
    await session.flush()
    return len(events)


async def _cut(session: AsyncSession, low: str, events: Sequence[RowMapping]) -> tuple[Sequence[RowMapping], str]:
    # A seal holds whole transactions: the last one waits for the next seal, unless it alone is more than a seal holds.
    high: str = events[-1]["tx"]
    whole = [event for event in events if event["tx"] != high]
    if whole:
        return whole, high
    high = str(int(high) + 1)
    return await list_events(session, low, high), high


async def list_events(session: AsyncSession, low: str, high: str, *, most: int | None = None) -> Sequence[RowMapping]:
    """List the rows of the transactions from `low` up to but without `high`, in their order."""
    columns = select(*AuditEvent.__table__.columns)
    statement = columns.where(AuditEvent.tx >= cast(low, Xid8), AuditEvent.tx < cast(high, Xid8))
    return (await session.execute(statement.order_by(AuditEvent.tx, AuditEvent.id).limit(most))).mappings().all()


def hash_row(event: RowMapping) -> bytes:
    return hash_event(event, orjson.dumps(event["facts"], option=orjson.OPT_SORT_KEYS).decode())
