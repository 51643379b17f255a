from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.desk.models import Watch
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch_one
from supervision.foundation.locks import find_locked
from supervision.items import queries as items


async def watch_item(session: AsyncSession, actor: Actor, item_id: UUID) -> None:
    """Watch an item, so that it stands in one's work list; again changes nothing. Refuses an item out of sight."""
    await items.get_item(session, actor, item_id)
    now = await clock.now(session)
    watch = insert(Watch).values(item_id=item_id, person_id=actor.person, watched_at=now)
    again = watch.on_conflict_do_update(
        index_elements=[Watch.item_id, Watch.person_id],
        set_={"watched_at": now, "ended_at": None},
        where=Watch.ended_at.is_not(None),
    )
    if (await session.execute(again.returning(Watch.item_id))).one_or_none():
        await audit.record(session, actor, "watch.begun", item_id)


async def end_watch(session: AsyncSession, actor: Actor, item_id: UUID) -> None:
    """Watch an item no longer; refuses an item out of sight."""
    await items.get_item(session, actor, item_id)
    mine = select(Watch).where(Watch.item_id == item_id, Watch.person_id == actor.person, Watch.ended_at.is_(None))
    watch = await find_locked(session, mine)
    if watch is not None:
        watch.ended_at = await clock.now(session)
        await audit.record(session, actor, "watch.ended", item_id)


async def get_watch(session: AsyncSession, actor: Actor, item_id: UUID) -> Row:
    """Tell whether the actor watches an item, and since when."""
    statement = select(Watch.watched_at).where(
        Watch.item_id == item_id, Watch.person_id == actor.person, Watch.ended_at.is_(None)
    )
    found = await fetch_one(session, statement)
    return {"item_id": item_id, "is_watched": found is not None, "watched_at": found["watched_at"] if found else None}
