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
WEIGHT = Gauge(
    "ducha_gateway_weight",
    "What a gateway's weight is at present; 0: switched off",
    ["gateway", "is_test"],
)

_COUNTS = text("""
    SELECT state, count(*) AS messages,
        coalesce(extract(epoch FROM now() - min(queued_at) FILTER (WHERE not_before <= now())), 0) AS oldest
    FROM message WHERE state IN ('queued', 'submitting', 'unknown') GROUP BY state
""")


async def measure_outbox(session: AsyncSession) -> None:
    """Show how many messages are in each unfinished state, and for how many seconds the oldest has been waiting."""
    found = {row["state"]: row for row in await fetch(session, _COUNTS)}
    for state in UNFINISHED:
        MESSAGES.labels(state).set(found[state]["messages"] if state in found else 0)
    OLDEST.set(found[MessageState.QUEUED]["oldest"] if MessageState.QUEUED in found else 0)
