"""The list of what is published, with its filters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import clock
from supervision.foundation.driver import fetch
from supervision.publication import rules
from supervision.publication.models import Publication
from supervision.publication.portal.contents import IS_SHOWN, ShownEntry, select_entries, shown_entry
from supervision.publication.portal.page_templates import render
from supervision.publication.portal.site import Site

ENTRIES_A_PAGE = 20
MOST_WORDS = 5
_UNIT: ColumnElement[str] = func.substring(Publication.body, f"(?n)^{rules.UNIT}：(.+)$")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader looks for; what is empty leaves nothing out."""

    channel: str = ""
    unit: str = ""
    words: str = ""
    page: int = 1

    def next_page(self) -> Mapping[str, str]:
        given = {"channel": self.channel, "unit": self.unit, "words": self.words, "page": str(self.page + 1)}
        return {name: value for name, value in given.items() if value}

    def previous_page(self) -> Mapping[str, str]:
        given = {"channel": self.channel, "unit": self.unit, "words": self.words, "page": str(self.page - 1)}
        return {name: value for name, value in given.items() if value and (name != "page" or self.page > 2)}  # noqa: PLR2004 - the first page needs no number


async def render_list(session: AsyncSession, site: Site, wanted: Wanted) -> bytes:
    """Render a page of the list for what is looked for."""
    conditions = [IS_SHOWN, *_conditions(wanted)]
    (counted,) = await fetch(session, select(func.count().label("entries")).where(*conditions))
    start = (wanted.page - 1) * ENTRIES_A_PAGE
    found = await fetch(session, select_entries().where(*conditions).limit(ENTRIES_A_PAGE).offset(start))
    today = await clock.today(session)
    entries = [shown_entry(row, today) for row in found]
    units = await _read_units(session)
    is_last = start + len(entries) >= counted["entries"]
    facts = {"entries": entries, "count": counted["entries"], "units": units, "is_last": is_last}
    return render("list.html", site, wanted=wanted, **facts)


def list_of(site: Site, entries: Sequence[ShownEntry], channel: str, units: Sequence[str]) -> bytes:
    """Render the list's first page of one channel, or of all, from entries that were read already."""
    of_channel = [each for each in entries if channel in {"", each.channel}]
    facts = {"entries": of_channel[:ENTRIES_A_PAGE], "count": len(of_channel), "units": units}
    is_last = len(of_channel) <= ENTRIES_A_PAGE
    return render("list.html", site, wanted=Wanted(channel=channel), is_last=is_last, **facts)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    text = func.lower(Publication.title + "\n" + Publication.body)
    words = [func.strpos(text, word.lower()) > 0 for word in wanted.words.split()[:MOST_WORDS]]
    channel = [Publication.channel == wanted.channel] if wanted.channel else []
    unit = [_UNIT.is_not_distinct_from(wanted.unit)] if wanted.unit else []
    return [*channel, *unit, *words]


async def _read_units(session: AsyncSession) -> list[str]:
    statement = select(_UNIT.label("unit")).where(IS_SHOWN, _UNIT.is_not(None)).distinct()
    return sorted(row["unit"] for row in await fetch(session, statement))
