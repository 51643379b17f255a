"""What the worker alone measures of its outbox: an API that said 0 of it would hide what waits."""

import structlog
from prometheus_client import Gauge
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import settings
from supervision.foundation.clock import real_now
from supervision.foundation.driver import fetch
from supervision.messaging import rules
from supervision.messaging.states import MessageState

# In none of these has a message come to an end, or at least to its gateway.
UNFINISHED = (MessageState.QUEUED, MessageState.SUBMITTING, MessageState.UNKNOWN)
MESSAGES = Gauge("ducha_outbox_messages", "Messages that wait, are under way, or of which nothing is known", ["state"])
OLDEST = Gauge("ducha_outbox_oldest_seconds", "How long the oldest message that may leave now has been queued")
FAILED_SHARE = Gauge("ducha_messages_failed_share", "Of what came to an end within the last hour, how much failed")
SUCCEEDED_AT = Gauge("ducha_gateway_succeeded_at_seconds", "When a gateway last took a message, Unix time", ["gateway"])
WEIGHT = Gauge(
    "ducha_gateway_weight",
    "What a gateway's weight is at present; 0: switched off",
    ["gateway", "is_test"],
)

# What people left for later, or kept back for a while, waits since it may leave.
_COUNTS = text("""
    SELECT m.state, count(*) AS messages, coalesce(extract(epoch FROM now() - min(
        greatest(m.queued_at, CASE WHEN b.send_at IS NOT NULL OR b.state_at IS NOT NULL THEN b.leaves_at END)
    ) FILTER (WHERE m.not_before <= now() AND coalesce(b.state, 'sending') = 'sending')), 0) AS oldest
    FROM message m LEFT JOIN broadcast b ON b.id = m.broadcast_id
    WHERE m.state IN ('queued', 'submitting', 'unknown') GROUP BY m.state
""")
# Below so many a share says nothing.
LEAST_MESSAGES = 20
# Of a very full hour the last of it tells enough, and is found by the primary key.
_ENDED = text("""
    SELECT count(*) AS messages, count(*) FILTER (WHERE state IN ('failed', 'refused', 'expired')) AS failed
    FROM message WHERE id > (SELECT coalesce(max(id), 0) - 50000 FROM message) AND NOT is_test AND state <> 'cancelled'
        AND (finished_at > now() - interval '1 hour' OR accepted_at > now() - interval '1 hour')
""")
# What was told in the log: once when it begins, and once when it is over.
told: set[str] = set()


async def measure_outbox(session: AsyncSession) -> None:
    """Show how many messages are in each unfinished state, how long the oldest has waited, and how many failed.

    Warns in the log when the age or the share of failures passes its limit.
    """
    found = {row["state"]: row for row in await fetch(session, _COUNTS)}
    for state in UNFINISHED:
        MESSAGES.labels(state).set(found[state]["messages"] if state in found else 0)
    oldest = float(found[MessageState.QUEUED]["oldest"]) if MessageState.QUEUED in found else 0.0
    OLDEST.set(oldest)
    (ended,) = await fetch(session, _ENDED)
    share = ended["failed"] / ended["messages"] if ended["messages"] else 0.0
    FAILED_SHARE.set(share)
    chosen, now = settings.current(), real_now()
    is_failing = ended["messages"] >= LEAST_MESSAGES and share * 100 > chosen.alert_failed_percent
    _tell("messages_fail", is_on=is_failing, failed=ended["failed"], messages=ended["messages"])
    # By night nothing leaves, however long it may wait.
    is_late = rules.not_before(now) == now and oldest > chosen.alert_oldest_seconds
    _tell("messages_wait", is_on=is_late, oldest_seconds=round(oldest))


def _tell(alert: str, *, is_on: bool, **facts: int) -> None:
    log = structlog.get_logger()
    if is_on and alert not in told:
        told.add(alert)
        log.warning(alert, **facts)
    elif not is_on and alert in told:
        told.remove(alert)
        log.info(alert, is_over=True, **facts)
