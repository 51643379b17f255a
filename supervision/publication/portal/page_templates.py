"""The portal's templates filled in; every text is escaped, and the same facts give the same bytes."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from supervision.cadence.moments import SHANGHAI, day_zh
from supervision.official_documents.states import DocumentKind
from supervision.publication.feed_documents import TITLES
from supervision.publication.portal import charts
from supervision.publication.portal.contents import Correction, ShownComment, ShownEntry
from supervision.publication.portal.shares import Share, whole
from supervision.publication.portal.site import Site
from supervision.publication.public_addresses import path_of
from supervision.publication.states import ALL_CHANNELS, CommentState, CommentUse, DocumentState

_CHANNELS = {channel: title for channel, title in TITLES.items() if channel != ALL_CHANNELS}
_NEWEST = 8
_COMMENT_STATES = {
    CommentState.WAITING: "已收到，待审核",
    CommentState.PUBLISHED: "审核通过，已公开",
    CommentState.REFUSED: "审核未通过，不予公开",
}
_COMMENT_USES = {CommentUse.CLUE: "已转为督查线索", CommentUse.OPINION: "已作为意见转有关事项办理"}
_DOCUMENT_STATES = {DocumentState.REPLACED: "已更正，以新版为准", DocumentState.WITHDRAWN: "已撤回"}
# Those that the public may read at all.
_DOCUMENT_KINDS = {
    DocumentKind.CIRCULAR: "督查通报",
    DocumentKind.RECTIFICATION: "限时整改通知",
    DocumentKind.PRESS_RELEASE: "新闻通稿",
}


@cache
def _templates() -> Environment:
    found = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters.update(day=_day, moment=_moment, stamp=_stamp, path=path_of)
    found.globals.update(CHANNELS=_CHANNELS, COMMENT_STATES=_COMMENT_STATES, COMMENT_USES=_COMMENT_USES)
    found.globals.update(DOCUMENT_STATES=_DOCUMENT_STATES, DOCUMENT_KINDS=_DOCUMENT_KINDS)
    return found


def render(template: str, site: Site, **facts: Any) -> bytes:
    """Fill in one of the templates."""
    return _templates().get_template(template).render(site=site, **facts).encode()


def render_overview(
    site: Site, entries: Sequence[ShownEntry], shares: Sequence[Share], *, today: date, late: int
) -> bytes:
    # Of each task the last word; its page leads to the others.
    newest = list({each.task_id or each.entry_id: each for each in reversed(entries)}.values())[::-1]
    newest.sort(key=lambda each: (each.updated_at, each.fact_on), reverse=True)
    facts = {"newest": newest[:_NEWEST], "count": len(entries), "shares": shares, "all": whole(shares)}
    return render("overview.html", site, **facts, today=today, late=late)


def render_entry(
    site: Site,
    entry: ShownEntry,
    told: Sequence[ShownEntry],
    orders: Sequence[ShownEntry],
    corrections: Sequence[Correction],
    comments: Sequence[ShownComment],
) -> bytes:
    """Render an entry's page; `told` is all that is published of the same task, the newest first.

    `orders` are what a circular's criticism was followed by.
    """
    readings = [charts.Reading(each.fact_on, each.facts.percent) for each in told if each.facts.percent is not None]
    facts = {"told": told, "orders": orders, "chart": charts.draw_progress(readings), "frame": charts}
    return render("entry.html", site, entry=entry, corrections=corrections, comments=comments, **facts)


def render_problem(status: int, text: str, *, style: str) -> bytes:
    """Render what a reader is told in place of a page."""
    return _templates().get_template("problem.html").render(status=status, text=text, style=style).encode()


def _day(value: date | datetime) -> str:
    return day_zh(value.astimezone(SHANGHAI).date() if isinstance(value, datetime) else value)


def _moment(value: datetime) -> str:
    local = value.astimezone(SHANGHAI)
    return f"{day_zh(local.date())}{local:%H:%M}"


def _stamp(value: datetime) -> str:
    return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
