from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import metrics
from supervision.foundation.database import ask_worker
from supervision.messaging import number_faults, replies
from supervision.messaging.gateways import Gateway
from supervision.messaging.gateways.models import Receipt
from supervision.messaging.states import MessageState, NumberFaultKind, may_precede

# Nothing is returned: a line belongs to no county yet, so nobody who keeps one may read it.
_KEEP_LINES = text("""
    INSERT INTO receipt_line (receipt_id, message_id, reference, delivered, code, at)
    SELECT :receipt_id, l.* FROM unnest(
        CAST(:message_ids AS bigint[]), CAST(:references AS text[]), CAST(:delivered AS boolean[]),
        CAST(:codes AS text[]), CAST(:moments AS timestamptz[])
    ) AS l
""")


async def keep(session: AsyncSession, gateway: Gateway, raw: bytes, *, is_test: bool, webhook_id: str | None) -> int:
    """Keep a report as it came, and its lines for the matching; refuses a malformed one. Returns how many lines.

    The gateway of test messages is believed about these only, and that of live messages about those. One that the
    gateway sends again, under the same id, is kept already.
    """
    lines = gateway.parse_receipts(raw)
    # Without naming the columns that clash, for nobody who keeps a report may read them.
    report = insert(Receipt).values(gateway=gateway.name, is_test=is_test, raw=raw, webhook_id=webhook_id)
    report = report.on_conflict_do_nothing()
    receipt_id = (await session.execute(report.returning(Receipt.id))).scalar_one_or_none()
    if lines and receipt_id is not None:
        facts = {
            "receipt_id": receipt_id,
            "message_ids": [None if line.message_id is None else int(line.message_id) for line in lines],
            "references": [line.reference for line in lines],
            "delivered": [line.delivered for line in lines],
            "codes": [line.code for line in lines],
            "moments": [line.at for line in lines],
        }
        await session.execute(_KEEP_LINES, facts)
        ask_worker(session, "match_receipts")
    if receipt_id is not None:
        lines_of_people = gateway.parse_replies(raw)
        await replies.keep(session, receipt_id, lines_of_people)
        return len(lines) + len(lines_of_people)
    return len(lines)


# A line names its message by our id or, failing that, by the gateway's reference, and only its own gateway is
# believed. Of several lines about one message the handset's "delivered" counts, else the first. Locked in the order
# of ids, like the settling of a batch.
# Long because lines, messages and attempts move together or not at all.
_MATCH = text("""
    WITH waiting AS MATERIALIZED (
        SELECT l.id, l.message_id, l.reference, l.delivered, l.code, r.gateway, r.is_test, r.received_at
        FROM receipt_line l JOIN receipt r ON r.id = l.receipt_id
        WHERE l.state = 'waiting' AND l.id > :after ORDER BY l.id LIMIT :limit FOR UPDATE OF l SKIP LOCKED
    ), found AS (
        SELECT w.*, m.id AS found_id, m.jurisdiction_id
        FROM waiting w JOIN message m ON m.id = w.message_id AND m.gateway = w.gateway
            AND m.is_test = coalesce(w.is_test, m.is_test)
        UNION ALL
        SELECT w.*, m.id, m.jurisdiction_id
        FROM waiting w JOIN message m ON m.gateway = w.gateway AND m.reference = w.reference
            AND m.is_test = coalesce(w.is_test, m.is_test)
        WHERE w.message_id IS NULL
    ), best AS (
        SELECT DISTINCT ON (found_id) * FROM found ORDER BY found_id, delivered DESC, id
    ), locked AS (
        SELECT m.id FROM message m JOIN best ON best.found_id = m.id ORDER BY m.id FOR UPDATE OF m
    ), moved AS (
        UPDATE message m SET state = CASE WHEN b.delivered THEN 'delivered' ELSE 'failed' END, code = b.code,
            leased_until = NULL, finished_at = now(), accepted_at = coalesce(m.accepted_at, b.received_at)
        FROM best b JOIN locked ON locked.id = b.found_id
        WHERE m.id = b.found_id AND m.state = ANY(
            CASE WHEN b.delivered THEN CAST(:before_delivered AS text[]) ELSE CAST(:before_failed AS text[]) END
        )
        RETURNING b.id AS line_id, extract(epoch FROM b.received_at - m.accepted_at)::float AS seconds,
            CASE WHEN NOT b.delivered THEN m.id END AS failed_id, b.code, m.id, m.fence
    ), noted AS (
        -- Its worker may be gone, and nobody else will say that the gateway had it.
        UPDATE attempt a SET verdict = 'accepted', finished_at = clock_timestamp()
        FROM moved
        WHERE a.message_id = moved.id AND a.fence = moved.fence AND coalesce(a.verdict, 'unknown') = 'unknown'
    ), marked AS (
        UPDATE receipt_line l SET jurisdiction_id = f.jurisdiction_id, message_id = f.found_id,
            state = CASE WHEN EXISTS (SELECT FROM moved WHERE line_id = f.id) THEN 'matched' ELSE 'superseded' END
        FROM found f WHERE l.id = f.id
        RETURNING l.id, l.state
    )
    SELECT w.id, coalesce(marked.state, 'waiting') AS outcome, moved.seconds, moved.failed_id, moved.code
    FROM waiting w LEFT JOIN marked ON marked.id = w.id LEFT JOIN moved ON moved.line_id = w.id ORDER BY w.id
""")
_RUNGS = {
    "before_delivered": sorted(may_precede(MessageState.DELIVERED)),
    "before_failed": sorted(may_precede(MessageState.FAILED)),
}


@dataclass(frozen=True, slots=True)
class Matched:
    last: int
    is_full: bool


async def match(session: AsyncSession, *, after: int, limit: int) -> Matched:
    """Take receipt lines that wait beyond the line `after`, and move their messages up the ladder, never down."""
    facts = {"after": after, "limit": limit, **_RUNGS}
    rows = (await session.execute(_MATCH, facts)).all()
    for row in rows:
        if row.outcome != "waiting":
            metrics.RECEIPTS.labels(row.outcome).inc()
        if row.seconds is not None:
            metrics.RECEIPT_DELAY.observe(max(0, row.seconds))
    invalid = [row.failed_id for row in rows if row.failed_id and number_faults.is_invalid(row.code)]
    await number_faults.note(session, invalid, NumberFaultKind.INVALID)
    return Matched(rows[-1].id if rows else after, len(rows) == limit)


_GIVE_UP = text("""
    UPDATE receipt_line l SET state = 'unmatched' FROM receipt r
    WHERE r.id = l.receipt_id AND l.state = 'waiting' AND r.received_at < now() - :patience
""")


async def give_up(session: AsyncSession, *, patience: timedelta) -> None:
    """Mark as unmatched the lines whose message did not turn up."""
    await session.execute(_GIVE_UP, {"patience": patience})
