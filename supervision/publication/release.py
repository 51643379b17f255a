from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.audit import signatures
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.publication import feeds, queries
from supervision.publication.errors import NotApproved
from supervision.publication.models import Feed
from supervision.publication.states import FOLLOWS, PublicationState


async def publish(session: AsyncSession, actor: Actor, publication_id: UUID, version: int) -> None:
    """Publish what was approved, which freezes it, and render the feed anew; refuses everything else.

    A stale version, what a report says that was returned meanwhile, and what became a work secret, is refused as well.
    """
    # The feed is locked first: of two that publish at once, the later one must see the earlier one's entry.
    empty = await queries.empty_feed(session, actor.jurisdiction_id)
    tag = await _lock_feed(session, empty)
    publication = await queries.get_for_update(session, actor, publication_id)
    signed = signatures.sign(publication, version, await queries.get_publication(session, actor, publication_id))
    if PublicationState.PUBLISHED not in FOLLOWS[PublicationState(publication.state)]:
        raise NotApproved(state=publication.state)
    await queries.require_publishable(session, publication.progress_entry_id)
    publication.state = PublicationState.PUBLISHED
    publication.published_at = await clock.now(session)
    facts = {"tag": publication.tag, "signed_sha256": signed}
    await audit.record(session, actor, "publication.published", publication_id, **facts)
    await _render(session, empty, tag)


async def _lock_feed(session: AsyncSession, empty: feeds.FeedContent) -> str:
    statement = insert(Feed).values(channel=queries.CHANNEL, tag=empty.tag, **_stored(empty, empty.updated_at))
    # An update that changes nothing takes the lock of the row that is there, and tells the tag that it was given.
    locked = statement.on_conflict_do_update(
        index_elements=[Feed.jurisdiction_id, Feed.channel], set_={"channel": Feed.channel}
    )
    tag: str = (await session.execute(locked.returning(Feed.tag))).scalar_one()
    return tag


async def _render(session: AsyncSession, empty: feeds.FeedContent, tag: str) -> None:
    entries = await queries.read_entries(session, address=empty.entries_address)
    feed = replace(empty, tag=tag, updated_at=max(entry.published_at for entry in entries), entries=entries)
    # A held clock may stand still between two publications; what HTTP caches compare must not.
    values = _stored(feed, clock.real_now())
    await session.execute(update(Feed).where(Feed.channel == queries.CHANNEL).values(**values))


def _stored(feed: feeds.FeedContent, modified_at: datetime) -> dict[str, bytes | str | datetime]:
    content = feeds.render(feed)
    return {"content": content, "etag": feeds.etag_of(content), "modified_at": modified_at}
