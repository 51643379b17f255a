"""What the worker alone measures of its outbox: an API that said 0 of it would hide what waits."""

from prometheus_client import Gauge
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.driver import fetch
from supervision.messaging.states import MessageState

# In none of these has a message come to an end, or at least to its gateway.
UNFINISHED = (MessageState.QUEUED, MessageState.SUBMITTING, MessageState.UNKNOWN)
MESSAGES = Gauge("ducha_outbox_messages", "Messages that wait, are under way, or of which nothing is known", ["state"])
OLDEST = Gauge("ducha_outbox_oldest_seconds", "How long the oldest message that may leave now has been queued")
SUCCEEDED_AT = Gauge("ducha_gateway_succeeded_at_seconds", "When a gateway last took a message, Unix time", ["gateway"])

# What people left for later, or kept back for a while, waits since it may leave.
_COUNTS = text("""
    SELECT m.state, count(*) AS messages, coalesce(extract(epoch FROM now() - min(
        greatest(m.queued_at, CASE WHEN b.send_at IS NOT NULL OR b.state_at IS NOT NULL THEN b.leaves_at END)
    ) FILTER (WHERE m.not_before <= now() AND coalesce(b.state, 'sending') = 'sending')), 0) AS oldest
    FROM message m LEFT JOIN broadcast b ON b.id = m.broadcast_id
    WHERE m.state IN ('queued', 'submitting', 'unknown') GROUP BY m.state
""")


async def measure_outbox(session: AsyncSession) -> None:
    """Show how many messages are in each unfinished state, and for how many seconds the oldest has been waiting."""
    found = {row["state"]: row for row in await fetch(session, _COUNTS)}
    for state in UNFINISHED:
        MESSAGES.labels(state).set(found[state]["messages"] if state in found else 0)
    OLDEST.set(found[MessageState.QUEUED]["oldest"] if MessageState.QUEUED in found else 0)
