from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.driver import fetch
from supervision.messaging.delivery import ASK_AGAIN, ClaimedMessage
from supervision.messaging.gateways import Gateway

# A lease that ran out while submitting: the attempt was written before anything was sent, so it may or may not have
# been. Where the gateway can be asked, the question takes a lease of its own; elsewhere nobody will ever know.
_TAKE_DOUBTFUL = text("""
    WITH doubtful AS (
        SELECT m.id, m.gateway = :gateway AND :can_query AS may_ask FROM message m
        WHERE m.state IN ('submitting', 'unknown') AND m.leased_until <= now() AND m.is_test = :is_test
            -- Another gateway's are its own to ask about, unless nobody has it any more.
            AND (m.gateway = :gateway OR m.gateway <> ALL(CAST(:others AS text[])))
        ORDER BY m.id LIMIT :limit FOR UPDATE SKIP LOCKED
    ), taken AS (
        UPDATE message m SET state = CASE WHEN d.may_ask THEN m.state ELSE 'unknown' END,
            leased_until = CASE WHEN d.may_ask THEN now() + :ask_again END
        FROM doubtful d WHERE m.id = d.id
        RETURNING m.id, m.jurisdiction_id, m.fence, m.attempts, m.official_id, m.broadcast_id, m.is_test, d.may_ask
    ), noted AS (
        UPDATE attempt a SET verdict = 'unknown', finished_at = clock_timestamp()
        FROM taken t WHERE NOT t.may_ask AND a.message_id = t.id AND a.fence = t.fence AND a.verdict IS NULL
    )
    SELECT t.id, t.fence, t.attempts, t.is_test OR b.critical_reason IS NOT NULL AS may_wake,
        t.jurisdiction_id, t.official_id, NULL AS telephone_sealed, '' AS text
    FROM taken t LEFT JOIN broadcast b ON b.id = t.broadcast_id WHERE t.may_ask
""")


async def take_doubtful(
    session: AsyncSession, gateway: Gateway, *, is_test: bool, limit: int, others: Sequence[str] = ()
) -> list[ClaimedMessage]:
    """Return messages to ask the gateway about, and mark as unknown those about which nobody can be asked.

    `others` are the names of the gateways that stand beside it, which are asked by themselves.
    """
    facts = {
        "gateway": gateway.name,
        "others": list(others),
        "can_query": gateway.capabilities.can_query,
        "is_test": is_test,
        "limit": limit,
        "ask_again": ASK_AGAIN,
    }
    return [ClaimedMessage(**row) for row in await fetch(session, _TAKE_DOUBTFUL, facts)]


_EXPIRE = text("""
    UPDATE message SET state = 'expired', finished_at = now(), leased_until = NULL
    WHERE state IN ('accepted', 'unknown') AND gateway <> ALL(CAST(:silent AS text[])) AND id IN (
        SELECT id FROM message WHERE state = 'accepted' AND accepted_at < now() - :patience
        UNION ALL
        SELECT m.id FROM message m JOIN attempt a ON a.message_id = m.id AND a.fence = m.fence
        WHERE m.state = 'unknown' AND a.started_at < now() - :patience
    )
""")


async def expire(session: AsyncSession, *, silent: Sequence[str], patience: timedelta) -> None:
    """Give up waiting for receipts that did not come, except from gateways that never send any."""
    await session.execute(_EXPIRE, {"silent": list(silent), "patience": patience})
