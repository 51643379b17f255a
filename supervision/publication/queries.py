from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.documents.models import Secrecy
from supervision.foundation import clock, settings
from supervision.foundation.actors import Actor
from supervision.foundation.database import enter
from supervision.foundation.driver import Row, fetch, fetch_one
from supervision.foundation.errors import NotFound, or_not_found
from supervision.foundation.locks import get_locked
from supervision.foundation.paging import Page, PageRequest, Rows, page, where_given
from supervision.identity.models import Jurisdiction
from supervision.items.models import Item
from supervision.progress.models import ProgressEntry, ProgressReport
from supervision.progress.states import ReportState
from supervision.publication import feeds, policy
from supervision.publication.errors import ReportReturnedSince, UnknownProgressEntry, WorkSecretNotPublished
from supervision.publication.models import Feed, Publication
from supervision.publication.states import PublicationState
from supervision.tasks.models import Task

CHANNEL = "progress"
COLUMNS = (
    Publication.id,
    Publication.progress_entry_id,
    Publication.tag,
    Publication.title,
    Publication.body,
    Publication.state,
    Publication.drafted_by,
    Publication.drafted_at,
    Publication.reviewed_by,
    Publication.reviewed_at,
    Publication.verdict,
    Publication.legal_basis,
    Publication.reason,
    Publication.published_at,
    Publication.version,
)


async def list_publications(
    session: AsyncSession, actor: Actor, request: PageRequest[UUID], *, state: str | None = None
) -> Page:
    statement: Rows = select(*COLUMNS).where(policy.publications_visible_to(actor))
    statement = where_given(statement, {Publication.state: state})
    return await page(session, statement, request, identity=Publication.id)


async def get_publication(session: AsyncSession, actor: Actor, publication_id: UUID) -> Row:
    statement = select(*COLUMNS).where(Publication.id == publication_id, policy.publications_visible_to(actor))
    return or_not_found(await fetch_one(session, statement))


async def get_for_update(session: AsyncSession, actor: Actor, publication_id: UUID) -> Publication:
    """Read a publication and lock its row; refuses one that is out of sight."""
    statement = select(Publication).where(Publication.id == publication_id, policy.publications_visible_to(actor))
    return await get_locked(session, statement)


async def require_publishable(session: AsyncSession, progress_entry_id: UUID) -> None:
    """Refuse an entry that is not there, one of a report that was returned, and one of a work secret."""
    statement = (
        select(ProgressReport.state, Item.secrecy)
        .join_from(ProgressEntry, ProgressReport, ProgressReport.id == ProgressEntry.report_id)
        .join(Task, Task.id == ProgressEntry.task_id)
        .join(Item, Item.id == Task.item_id)
        .where(ProgressEntry.id == progress_entry_id)
        # Nobody returns the report before what rests on this is done.
        .with_for_update(read=True, of=ProgressReport)
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise UnknownProgressEntry
    if row.state == ReportState.RETURNED:
        raise ReportReturnedSince
    if row.secrecy == Secrecy.WORK_SECRET:
        raise WorkSecretNotPublished


async def get_feed(session: AsyncSession, *, jurisdiction_code: str, channel: str) -> Mapping[Any, Any]:
    """Enter a jurisdiction by its code and read a feed of it as it was rendered; refuses unknown ones."""
    if channel != CHANNEL:
        raise NotFound
    jurisdiction_id = await _enter_by_code(session, jurisdiction_code)
    statement = select(Feed.content, Feed.etag, Feed.modified_at).where(Feed.channel == channel)
    stored = await fetch_one(session, statement)
    if stored is not None:
        return stored
    empty = await empty_feed(session, jurisdiction_id)
    content = feeds.render(empty)
    return {"content": content, "etag": feeds.etag_of(content), "modified_at": empty.updated_at}


async def empty_feed(session: AsyncSession, jurisdiction_id: UUID) -> feeds.FeedContent:
    """Describe the feed of a jurisdiction before anything was published in it."""
    statement = select(Jurisdiction.code, Jurisdiction.name, Jurisdiction.created_at)
    (row,) = await fetch(session, statement.where(Jurisdiction.id == jurisdiction_id))
    public_url = settings.current().public_url.rstrip("/")
    founded_at: datetime = row["created_at"]
    return feeds.FeedContent(
        tag=feeds.make_tag(public_url, founded_at.astimezone(clock.SHANGHAI).date(), "feeds", row["code"], CHANNEL),
        title=f"{row['name']}重点工作进展",
        author=f"{row['name']}督查室",
        address=f"{public_url}/feeds/{row['code']}/{CHANNEL}.atom",
        entries_address=f"{public_url}/feeds/{row['code']}/entries",
        updated_at=founded_at,
        entries=(),
    )


async def get_published(session: AsyncSession, *, jurisdiction_code: str, publication_id: UUID) -> Row:
    """Enter a jurisdiction by its code and read what it published, for anybody; refuses everything else."""
    await _enter_by_code(session, jurisdiction_code)
    shown = select(
        Publication.id,
        Publication.tag,
        Publication.title,
        Publication.body,
        Publication.published_at,
        Publication.version,
    )
    statement = shown.where(Publication.id == publication_id, Publication.state == PublicationState.PUBLISHED)
    return or_not_found(await fetch_one(session, statement))


async def read_entries(session: AsyncSession, *, address: str) -> list[feeds.FeedEntry]:
    """Read the last published entries, the newest first, each with its own address below the one given."""
    statement = (
        select(Publication.id, Publication.tag, Publication.title, Publication.body, Publication.published_at)
        .where(Publication.state == PublicationState.PUBLISHED)
        .order_by(Publication.published_at.desc(), Publication.id.desc())
        .limit(feeds.LAST_ENTRIES)
    )
    rows = await fetch(session, statement)
    return [
        feeds.FeedEntry(row["tag"], row["title"], row["body"], row["published_at"], f"{address}/{row['id']}")
        for row in rows
    ]


async def _enter_by_code(session: AsyncSession, code: str) -> UUID:
    jurisdiction = or_not_found(await fetch_one(session, select(Jurisdiction.id).where(Jurisdiction.code == code)))
    jurisdiction_id: UUID = jurisdiction["id"]
    await enter(session, jurisdiction_id)
    return jurisdiction_id
