"""The parts of long texts at gateways that report each part: a message is delivered when every part is."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import metrics
from supervision.foundation.driver import fetch
from supervision.messaging import number_faults
from supervision.messaging.gateways import SubmissionOutcome
from supervision.messaging.states import MessageState, NumberFaultKind, may_precede

_KEEP = text("""
    INSERT INTO message_part (jurisdiction_id, message_id, gateway, reference)
    SELECT m.jurisdiction_id, m.id, :gateway, p.reference
    FROM unnest(CAST(:ids AS bigint[]), CAST(:references AS text[])) AS p (message_id, reference)
    JOIN message m ON m.id = p.message_id
""")


async def keep(session: AsyncSession, gateway: str, outcomes: Sequence[SubmissionOutcome]) -> None:
    """Keep by which ids the gateway will report the parts of what it accepted."""
    parts = [(int(outcome.message_id), part) for outcome in outcomes for part in outcome.parts]
    if parts:
        ids, references = zip(*parts, strict=True)
        facts = {"gateway": gateway, "ids": list(ids), "references": list(references)}
        await session.execute(_KEEP, facts)


# The message is locked before its parts are changed, so that of two workers that were told of different parts the
# later one sees what the earlier one wrote.
_LOCK = text("""
    WITH told AS MATERIALIZED (
        SELECT l.id, p.message_id FROM receipt_line l
        JOIN receipt r ON r.id = l.receipt_id
        JOIN message_part p ON p.gateway = r.gateway AND p.reference = l.reference
        WHERE l.state = 'waiting' AND l.message_id IS NULL ORDER BY l.id LIMIT :limit FOR UPDATE OF l SKIP LOCKED
    ), locked AS (
        SELECT m.id FROM message m WHERE m.id IN (SELECT message_id FROM told) ORDER BY m.id FOR UPDATE OF m
    )
    SELECT told.id AS line_id, locked.id AS message_id FROM told JOIN locked ON locked.id = told.message_id
""")
# Of several lines about one part the handset's "delivered" counts, in whatever order they come.
_NOTE = text("""
    WITH told AS (
        SELECT p.id, p.message_id, p.jurisdiction_id, l.id AS line_id, l.delivered, l.code
        FROM receipt_line l JOIN receipt r ON r.id = l.receipt_id
        JOIN message_part p ON p.gateway = r.gateway AND p.reference = l.reference
        JOIN message m ON m.id = p.message_id AND m.is_test = coalesce(r.is_test, m.is_test)
        WHERE l.id = ANY(CAST(:lines AS bigint[]))
    ), best AS (
        SELECT DISTINCT ON (id) id, delivered, code FROM told ORDER BY id, delivered DESC, line_id
    ), noted AS (
        UPDATE message_part p SET delivered = b.delivered, code = b.code FROM best b
        WHERE p.id = b.id AND (p.delivered IS NULL OR b.delivered)
    )
    UPDATE receipt_line l SET state = 'matched', message_id = t.message_id, jurisdiction_id = t.jurisdiction_id
    FROM told t WHERE l.id = t.line_id
""")
_CONCLUDE = text("""
    WITH whole AS (
        SELECT message_id, bool_and(coalesce(delivered, false)) AS delivered, bool_or(NOT delivered) AS failed,
            min(code) FILTER (WHERE NOT delivered) AS failure, min(code) FILTER (WHERE delivered) AS success
        FROM message_part WHERE message_id = ANY(CAST(:ids AS bigint[])) GROUP BY message_id
    )
    UPDATE message m SET state = CASE WHEN w.delivered THEN 'delivered' ELSE 'failed' END,
        code = CASE WHEN w.delivered THEN w.success ELSE w.failure END, leased_until = NULL, finished_at = now(),
        accepted_at = coalesce(m.accepted_at, now())
    FROM whole w
    WHERE m.id = w.message_id AND (w.delivered OR w.failed) AND m.state = ANY(
        CASE WHEN w.delivered THEN CAST(:before_delivered AS text[]) ELSE CAST(:before_failed AS text[]) END
    )
    RETURNING m.id, m.state, m.code, extract(epoch FROM now() - m.accepted_at)::float AS seconds
""")
_RUNGS = {
    "before_delivered": sorted(may_precede(MessageState.DELIVERED)),
    "before_failed": sorted(may_precede(MessageState.FAILED)),
}


async def match(session: AsyncSession, *, limit: int) -> int:
    """Take receipt lines that wait and are about parts, and return how many there were.

    A message moves once all of its parts were delivered, or one of them failed.
    """
    told = await fetch(session, _LOCK, {"limit": limit})
    if not told:
        return 0
    await session.execute(_NOTE, {"lines": [row["line_id"] for row in told]})
    ids = list({row["message_id"] for row in told})
    moved = await fetch(session, _CONCLUDE, {"ids": ids, **_RUNGS})
    metrics.RECEIPTS.labels("matched").inc(len(told))
    for row in moved:
        metrics.RECEIPT_DELAY.observe(max(0, row["seconds"]))
    failed = [row for row in moved if row["state"] == MessageState.FAILED]
    invalid = [row["id"] for row in failed if number_faults.is_invalid(row["code"])]
    await number_faults.note(session, invalid, NumberFaultKind.INVALID)
    return len(told)
