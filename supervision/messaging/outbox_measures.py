from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import metrics

_OUTBOX = text("""
    SELECT count(*) AS depth,
        coalesce(extract(epoch FROM now() - min(not_before) FILTER (WHERE not_before <= now())), 0) AS age
    FROM message WHERE state = 'queued'
""")


async def measure_outbox(session: AsyncSession) -> None:
    """Show how many messages wait, and for how many seconds the oldest of those that may leave."""
    outbox = (await session.execute(_OUTBOX)).mappings().one()
    metrics.OUTBOX_DEPTH.set(outbox["depth"])
    metrics.OUTBOX_AGE.set(outbox["age"])
