from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from supervision.foundation import clock, settings
from supervision.foundation.locks import get_locked
from supervision.identity.models import Jurisdiction
from supervision.publication import feeds, rules
from supervision.publication import public_addresses as addresses
from supervision.publication.atom import render_atom
from supervision.publication.feed_changes import month_of
from supervision.publication.feed_documents import TITLES, County, Edition, Published, Withdrawal, archives_to_render
from supervision.publication.feeds import LAST_ENTRIES, FeedContent, FeedFormat
from supervision.publication.json_feed import render_json
from supervision.publication.models import Feed, FeedWork, Publication
from supervision.publication.portal.page_store import EMBLEM, render_pages
from supervision.publication.portal.site import read_site
from supervision.publication.queries import count_order_changes
from supervision.publication.rss import render_rss
from supervision.publication.states import ALL_CHANNELS, SHOWN, PublicationState

_RENDER = {FeedFormat.ATOM: render_atom, FeedFormat.JSON: render_json, FeedFormat.RSS: render_rss}
# The month, channel by channel, in which something was published or taken back.
Months = Mapping[str, Sequence[str]]


async def render_feeds(session: AsyncSession, jurisdiction_id: UUID) -> None:
    """Render a county's feeds and pages as they are to be served, and the archives that lack something."""
    first = insert(FeedWork).values(changes=1, rendered=0).on_conflict_do_nothing()
    await session.execute(first)
    # Whoever publishes waits for this lock, so that no entry falls between two renderings.
    work = await get_locked(session, select(FeedWork))
    today = clock.real_now().astimezone(clock.SHANGHAI).date()
    orders = await session.scalar(select(count_order_changes()).select_from(FeedWork)) or 0
    if (work.rendered, work.rendered_on, work.orders_rendered) == (work.changes, today, orders):
        return
    months = await _read_months(session)
    stored = (await session.scalars(select(Feed).where(Feed.format == FeedFormat.ATOM))).all()
    wanted = {
        channel: archives_to_render(ended, {each.month: each.is_stale for each in stored if each.channel == channel})
        for channel, ended in months.items()
    }
    county = await _read_county(session, jurisdiction_id)
    published = await _read_published(session, county, sorted(set().union(*wanted.values())))
    tags = {channel: _make_tag(county, channel) for channel in TITLES} | {each.channel: each.tag for each in stored}
    now = await clock.now(session)
    documents = []
    for channel, tag in tags.items():
        for media in FeedFormat:
            content = published.subscription(channel, media, tag=tag, months=months[channel], now=now)
            documents.append(_document(channel, media, "", content))
        for month in wanted[channel]:
            content = published.archive(channel, tag=tag, months=months[channel], month=month)
            documents.append(_document(channel, FeedFormat.ATOM, month, content))
    await _store(session, documents)
    await render_pages(session, jurisdiction_id)
    await session.execute(update(FeedWork).values(rendered=FeedWork.changes, rendered_on=today, orders_rendered=orders))


def _document(channel: str, media: FeedFormat, month: str, content: FeedContent) -> dict[str, Any]:
    rendered = _RENDER[media](content)
    return {
        "channel": channel,
        "format": media,
        "month": month,
        "tag": content.tag,
        "content": rendered,
        "etag": feeds.etag_of(rendered),
        # A held clock may stand still between two publications; what HTTP caches compare must not.
        "modified_at": clock.real_now(),
    }


async def _store(session: AsyncSession, documents: Sequence[dict[str, Any]]) -> None:
    storing = insert(Feed).values(documents)
    new = storing.excluded
    changed = {"content": new.content, "etag": new.etag, "modified_at": new.modified_at, "is_stale": False}
    await session.execute(
        storing.on_conflict_do_update(
            index_elements=[Feed.jurisdiction_id, Feed.channel, Feed.format, Feed.month],
            set_=changed,
            # What comes out the same was modified when it last came out otherwise.
            where=or_(Feed.etag != new.etag, Feed.is_stale),
        )
    )


async def _read_county(session: AsyncSession, jurisdiction_id: UUID) -> County:
    founded_at = select(Jurisdiction.created_at).where(Jurisdiction.id == jurisdiction_id)
    site = await read_site(session)
    emblem = addresses.portal_page_address(site.code, EMBLEM) if site.emblem else None
    return County(site.code, site.county, (await session.execute(founded_at)).scalar_one(), site.name, emblem)


def _make_tag(county: County, channel: str) -> str:
    founded_on = county.founded_at.astimezone(clock.SHANGHAI).date()
    return feeds.make_tag(settings.current().public_url, founded_on, "feeds", county.code, channel)


async def _read_months(session: AsyncSession) -> Months:
    """Read in which months something happened, channel by channel, as far as these have come to their end."""
    running = month_of(await clock.now(session))
    happened = [_month(Publication.published_at), _month(Publication.withdrawn_at)]
    rows = await session.execute(select(Publication.channel, *happened).distinct())
    months: dict[str, set[str]] = {channel: set() for channel in TITLES}
    for channel, *found in rows:
        ended = {month for month in found if month is not None and month < running}
        months[channel] |= ended
        months[ALL_CHANNELS] |= ended
    return {channel: sorted(ended) for channel, ended in months.items()}


async def _read_published(session: AsyncSession, county: County, months: Sequence[str]) -> Published:
    """Read what the documents need: the archives' months and the running one, and the last entries of each channel."""
    first = aliased(Publication)
    place = func.row_number().over(
        partition_by=Publication.channel, order_by=(Publication.published_at.desc(), Publication.entry_id.desc())
    )
    last = (
        select(Publication.id, place.label("place")).where(Publication.state == PublicationState.PUBLISHED).subquery()
    )
    read_months = [*months, month_of(await clock.now(session))]
    statement = (
        select(Publication, first.published_at)
        .join(first, first.id == Publication.entry_id)
        .outerjoin(last, last.c.id == Publication.id)
        .where(
            Publication.state.in_(SHOWN),
            or_(_month(Publication.published_at).in_(read_months), last.c.place <= LAST_ENTRIES),
        )
    )
    editions = [_edition(row, first_at) for row, first_at in await session.execute(statement)]
    return Published(county, editions, await _read_withdrawals(session))


def _edition(row: Publication, first_at: Any) -> Edition:
    assert row.published_at is not None  # noqa: S101 - what is shown has been published
    return Edition(
        channel=row.channel,
        entry_id=row.entry_id,
        edition=row.edition,
        tag=row.tag,
        title=row.title,
        body=rules.shown_body(row.body, edition=row.edition, note=row.note),
        published_at=first_at,
        updated_at=row.published_at,
        is_latest=row.state == PublicationState.PUBLISHED,
    )


async def _read_withdrawals(session: AsyncSession) -> list[Withdrawal]:
    # Of what was withdrawn not even the text is read.
    statement = (
        select(
            Publication.channel,
            Publication.tag,
            Publication.withdrawn_at,
            func.array_agg(_month(Publication.published_at)),
        )
        .where(Publication.state == PublicationState.WITHDRAWN)
        .group_by(Publication.entry_id, Publication.channel, Publication.tag, Publication.withdrawn_at)
    )
    return [
        Withdrawal(channel, tag, withdrawn_at, frozenset([*months, month_of(withdrawn_at)]))
        for channel, tag, withdrawn_at, months in await session.execute(statement)
    ]


def _month(moment: Any) -> Any:
    return func.to_char(func.timezone("Asia/Shanghai", moment), "YYYY-MM")
