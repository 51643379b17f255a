from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock, metrics
from supervision.foundation.actors import Actor
from supervision.foundation.driver import fetch

# Another post of the same person is another row, and keeps its number.
_ERASE = text("""
    UPDATE official SET telephone_sealed = NULL, telephone_index = NULL, telephone_masked = NULL, version = version + 1
    WHERE id IN (
        SELECT id FROM official WHERE left_on < :before AND telephone_sealed IS NOT NULL
        ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED
    ) RETURNING id
""")


async def erase_numbers(session: AsyncSession, actor: Actor, *, keep_days: int, limit: int) -> int:
    """Erase the telephone numbers of officials who left more than so many days ago, up to `limit`; say how many."""
    before = await clock.today(session) - timedelta(days=keep_days)
    erased = await fetch(session, _ERASE, {"before": before, "limit": limit})
    if erased:
        await audit.record(session, actor, "telephones.erased", None, count=len(erased), left_before=before)
    metrics.ERASED.labels("telephone").inc(len(erased))
    return len(erased)
