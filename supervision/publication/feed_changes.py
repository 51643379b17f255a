from collections.abc import Collection
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.clock import SHANGHAI
from supervision.foundation.database import ask_worker
from supervision.publication.models import Feed, FeedWork

RENDER = "render_feeds"


async def note_change(session: AsyncSession, moments: Collection[datetime]) -> None:
    """Have the worker render the county's feeds anew, and the archives of the months in which these moments lie.

    Until the transaction ends no other one publishes here and no worker renders, so that neither misses this.
    """
    changed = insert(FeedWork).values(changes=1, rendered=0)
    await session.execute(
        changed.on_conflict_do_update(index_elements=[FeedWork.jurisdiction_id], set_={"changes": FeedWork.changes + 1})
    )
    months = {month_of(moment) for moment in moments}
    await session.execute(update(Feed).where(Feed.month.in_(months)).values(is_stale=True))
    ask_worker(session, RENDER)


def month_of(moment: datetime) -> str:
    """Return the month of a moment in Shanghai, by which archives are named."""
    return f"{moment.astimezone(SHANGHAI):%Y-%m}"
