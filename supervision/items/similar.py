from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch
from supervision.items import search

# From which share of a title's pairs of characters, in percent, an item is shown as similar, and how many at most.
NEAR_PERCENT = 50
MOST = 20

_SIMILAR = text("""
    SELECT id, number, kind, title, source, deadline_on, shared_percent, is_same_source
    FROM item CROSS JOIN LATERAL (
        SELECT (count(*) * 100 / greatest(cardinality(CAST(:pairs AS text[])), 1))::int AS shared_percent,
               coalesce(item.source = CAST(:source AS text), false) AS is_same_source
        FROM unnest(tsvector_to_array(item.search)) lexeme
        WHERE lexeme = ANY (CAST(:pairs AS text[]))
    ) likeness
    WHERE closed_on IS NULL AND (shared_percent >= :near OR is_same_source)
    ORDER BY shared_percent DESC, is_same_source DESC, id DESC LIMIT :most
""")


async def list_similar_items(
    session: AsyncSession, _actor: Actor, *, title: str, source: str | None = None
) -> Sequence[Row]:
    """List the items in hand most like one that is about to be registered (§3(1)), so that none is supervised twice.

    Like is what shares half of the title's pairs of neighbouring characters, or comes from the same source.
    """
    facts = {"pairs": sorted(search.pairs_of(title)), "source": source, "near": NEAR_PERCENT, "most": MOST}
    return await fetch(session, _SIMILAR, facts)
