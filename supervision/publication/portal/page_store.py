"""The portal's pages as they are served: rendered by the worker together with the feeds."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.cadence.periods import PeriodKind
from supervision.cadence.rhythms import find_rhythm
from supervision.foundation import clock
from supervision.foundation.actors import system
from supervision.foundation.driver import fetch
from supervision.publication import candidates, queries
from supervision.publication.feeds import etag_of
from supervision.publication.models import PortalPage, Publication
from supervision.publication.portal import contents, entry_list, page_templates
from supervision.publication.portal.contents import ShownEntry
from supervision.publication.portal.shares import count_shares
from supervision.publication.portal.site import Site, read_site
from supervision.publication.states import WAITING, Channel

HTML, CSS, PNG = "text/html", "text/css", "image/png"
OVERVIEW, LIST, STYLE, EMBLEM, LOOKUP = "", "publications", "portal.css", "emblem.png", "comments"


def entry_path(entry_id: UUID) -> str:
    return f"{LIST}/{entry_id}"


async def render_pages(session: AsyncSession, jurisdiction_id: UUID) -> None:
    """Render a county's pages as they are to be served; of what was withdrawn a page stays that says so."""
    site = await read_site(session)
    entries = await contents.read_entries(session)
    today = await clock.today(session)
    rhythm = await find_rhythm(session, PeriodKind.QUARTER, today)
    shares = count_shares(entries, behind_percent=rhythm.behind_percent)
    late = await _count_late(session, jurisdiction_id)
    pages = [
        _page(OVERVIEW, page_templates.render_overview(site, entries, shares, today=today, late=late)),
        *_fixed_pages(site),
        *_lists(site, entries),
        *await _entry_pages(session, site, entries),
        *(_withdrawn_page(site, each) for each in await contents.read_withdrawn(session)),
    ]
    await _store(session, pages)


async def store_withdrawn(session: AsyncSession, entries: Collection[UUID]) -> None:
    """Put in the place of what is being withdrawn the page that says so."""
    site, gone = await read_site(session), await contents.read_withdrawn(session)
    await _store(session, [_withdrawn_page(site, each) for each in gone if each.entry_id in entries])


def _fixed_pages(site: Site) -> Iterator[dict[str, Any]]:
    yield _page(STYLE, page_templates.render("portal.css", site), CSS)
    yield _page(LOOKUP, page_templates.render("lookup.html", site, is_unknown=False))
    if site.emblem is not None:
        yield _page(EMBLEM, site.emblem, PNG)


def _lists(site: Site, entries: Sequence[ShownEntry]) -> Iterator[dict[str, Any]]:
    units = sorted({each.facts.unit for each in entries} - {""})
    yield _page(LIST, entry_list.list_of(site, entries, "", units))
    for channel in Channel:
        yield _page(channel, entry_list.list_of(site, entries, channel, units))


async def _entry_pages(session: AsyncSession, site: Site, entries: Sequence[ShownEntry]) -> list[dict[str, Any]]:
    corrections, comments = await contents.read_corrections(session), await contents.read_comments(session)
    of_circular, shown = await contents.read_orders(session), {each.entry_id: each for each in entries}
    told: dict[UUID, list[ShownEntry]] = defaultdict(list)
    for entry in entries:
        told[entry.task_id or entry.entry_id].append(entry)
    return [
        _page(
            entry_path(entry.entry_id),
            page_templates.render_entry(
                site,
                entry,
                told[entry.task_id or entry.entry_id],
                [shown[each] for each in of_circular.get(entry.entry_id, ()) if _names(entry, shown.get(each))],
                corrections.get(entry.entry_id, ()),
                comments.get(entry.entry_id, ()),
            ),
        )
        for entry in entries
    ]


def _names(circular: ShownEntry, order: ShownEntry | None) -> bool:
    # Of a unit that the review took out of the circular's text, no order leads back to it.
    return order is not None and order.facts.unit != "" and order.facts.unit in circular.body


def _withdrawn_page(site: Site, gone: contents.Withdrawn) -> dict[str, Any]:
    return _page(entry_path(gone.entry_id), page_templates.render("withdrawn.html", site, gone=gone), status=410)


async def _count_late(session: AsyncSession, jurisdiction_id: UUID) -> int:
    """Count what should be public by now and is not: drafts that wait, and what nobody has drafted."""
    late = queries.is_late_on(await clock.today(session))
    waiting = select(func.count()).where(late, Publication.state.in_(WAITING))
    offered = await candidates.count_candidates(session, system(jurisdiction_id))
    return (await session.scalar(waiting) or 0) + int(offered["late_candidates"])


def _page(path: str, content: bytes, media_type: str = HTML, *, status: int = 200) -> dict[str, Any]:
    return {
        "path": path,
        "status": status,
        "media_type": media_type,
        "content": content,
        "etag": etag_of(content),
        "modified_at": clock.real_now(),
    }


async def _store(session: AsyncSession, pages: Sequence[dict[str, Any]]) -> None:
    stored = {row["path"]: row["etag"] for row in await fetch(session, select(PortalPage.path, PortalPage.etag))}
    # What comes out the same was modified when it last came out otherwise.
    changed = [page for page in pages if stored.get(page["path"]) != page["etag"]]
    if changed:
        storing = insert(PortalPage)
        fresh = {name: storing.excluded[name] for name in changed[0] if name != "path"}
        keys = [PortalPage.jurisdiction_id, PortalPage.path]
        await session.execute(storing.on_conflict_do_update(index_elements=keys, set_=fresh), changed)
