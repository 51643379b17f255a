"""A reply by SMS that acknowledges a notice (签收) for the official's unit."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.driver import fetch
from supervision.messaging import outbox, replies
from supervision.notices.models import Urging
from supervision.notices.sign_off import matter_of

# The matters under which a notice and its urgings are sent (sign_off.py) name what is acknowledged.
_ACKNOWLEDGE = text("""
    WITH replied AS (
        SELECT * FROM unnest(CAST(:official_ids AS uuid[]), CAST(:unit_ids AS uuid[]), CAST(:matters AS text[]))
            AS r (official_id, unit_id, matter)
    ), meant AS (
        SELECT DISTINCT ON (d.id) d.id, r.official_id FROM replied r JOIN notice_delivery d ON d.unit_id = r.unit_id
        WHERE r.matter = 'notice\\:' || d.notice_id || '\\:issued'
            OR r.matter IN (SELECT 'urging\\:' || u.id FROM urging u WHERE u.delivery_id = d.id)
        ORDER BY d.id, r.official_id
    )
    UPDATE notice_delivery d SET state = 'acknowledged', acknowledged_by = meant.official_id, acknowledged_at = :now
    FROM meant WHERE d.id = meant.id AND d.state = 'delivered'
    RETURNING d.id, d.notice_id, d.unit_id, d.acknowledged_by
""")


async def acknowledge_replied(session: AsyncSession, actor: Actor) -> int:
    """Acknowledge the deliveries that officials acknowledged by reply, and withdraw urgings; returns how many.

    A reply to anything else acknowledges nothing.
    """
    rows = await replies.take_acknowledging(session)
    told: Sequence[Mapping[str, Any]] = [row for row in rows if row["matter"] is not None]
    if not told:
        return 0
    facts = {
        "official_ids": [row["official_id"] for row in told],
        "unit_ids": [row["unit_id"] for row in told],
        "matters": [row["matter"] for row in told],
        "now": await clock.now(session),
    }
    done = await fetch(session, _ACKNOWLEDGE, facts)
    await _withdraw_urgings(session, actor, [row["id"] for row in done])
    subjects = [
        (
            row["id"],
            {
                "notice_id": row["notice_id"],
                "unit_id": row["unit_id"],
                "official_id": row["acknowledged_by"],
                "by": "reply",
            },
        )
        for row in done
    ]
    await audit.record_each(session, actor, "notice.acknowledged", subjects)
    return len(done)


async def _withdraw_urgings(session: AsyncSession, actor: Actor, delivery_ids: Sequence[UUID]) -> None:
    urgings = await session.scalars(select(Urging.id).where(Urging.delivery_id.in_(delivery_ids)))
    matters = [matter_of(urging_id) for urging_id in urgings]
    if matters:
        await outbox.withdraw(session, actor, matters=matters)
