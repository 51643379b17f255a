"""Which documents a feed has, and what each of them holds."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from supervision.publication import public_addresses as addresses
from supervision.publication.feed_changes import month_of
from supervision.publication.feeds import LAST_ENTRIES, FeedContent, FeedEntry, FeedFormat, Tombstone
from supervision.publication.states import ALL_CHANNELS, Channel

TITLES: dict[str, str] = {
    Channel.PROGRESS: "重点工作进展",
    Channel.CIRCULARS: "督查通报",
    Channel.EXPOSURE: "限时整改曝光",
    ALL_CHANNELS: "督查工作公开",
}


@dataclass(frozen=True, slots=True)
class Edition:
    """What was published at a moment, and whether it is what the entry shows now."""

    channel: str
    entry_id: UUID
    edition: int
    tag: str
    title: str
    body: str
    published_at: datetime
    updated_at: datetime
    is_latest: bool


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What was withdrawn, and the months whose archives must say so."""

    channel: str
    tag: str
    withdrawn_at: datetime
    months: frozenset[str]


Thing = TypeVar("Thing", Edition, Withdrawal)


@dataclass(frozen=True, slots=True)
class County:
    code: str
    name: str
    founded_at: datetime
    site_name: str
    emblem: str | None


@dataclass(frozen=True, slots=True)
class Published:
    """What a county has published and withdrawn, as far as the documents to be rendered need it."""

    county: County
    editions: Sequence[Edition]
    withdrawals: Sequence[Withdrawal]

    def subscription(
        self, channel: str, media: FeedFormat, *, tag: str, months: Sequence[str], now: datetime
    ) -> FeedContent:
        """Return the document that readers subscribe to: the last 50 entries, and all that no archive holds yet."""
        latest = _newest_first(each for each in _of(channel, self.editions) if each.is_latest)
        gone = sorted(_of(channel, self.withdrawals), key=lambda each: (each.withdrawn_at, each.tag), reverse=True)
        since = month_of(now)
        document = self._document(
            channel,
            tag=tag,
            address=addresses.feed_address(self.county.code, channel, media),
            editions=[each for place, each in enumerate(latest) if _is_kept(place, each.updated_at, since)],
            withdrawals=[each for place, each in enumerate(gone) if _is_kept(place, each.withdrawn_at, since)],
            previous_archive=self._archive(channel, months[-1:]),
        )
        # Archives have no look: they stay as they are, whatever the county looks like later.
        return replace(document, site_name=self.county.site_name, emblem=self.county.emblem)

    def archive(self, channel: str, *, tag: str, months: Sequence[str], month: str) -> FeedContent:
        """Return the archive of a month: each entry as it was last published in it, or the tombstone in its place."""
        place = months.index(month)
        within = [each for each in _of(channel, self.editions) if month_of(each.updated_at) == month]
        last = {each.entry_id: each for each in sorted(within, key=lambda each: each.edition)}
        return self._document(
            channel,
            tag=tag,
            address=addresses.archive_address(self.county.code, channel, month),
            editions=_newest_first(last.values()),
            withdrawals=[each for each in _of(channel, self.withdrawals) if month in each.months],
            previous_archive=self._archive(channel, months[max(place - 1, 0) : place]),
            next_archive=self._archive(channel, months[place + 1 : place + 2]),
            current=addresses.feed_address(self.county.code, channel, FeedFormat.ATOM),
        )

    def _document(
        self,
        channel: str,
        *,
        tag: str,
        address: str,
        editions: Sequence[Edition],
        withdrawals: Sequence[Withdrawal],
        previous_archive: str | None,
        next_archive: str | None = None,
        current: str | None = None,
    ) -> FeedContent:
        county = self.county
        moments = [each.updated_at for each in editions] + [each.withdrawn_at for each in withdrawals]
        return FeedContent(
            tag=tag,
            title=f"{county.name}{TITLES[channel]}",
            author=f"{county.name}督查室",
            address=address,
            home=addresses.portal_address(county.code),
            updated_at=max(moments, default=county.founded_at),
            entries=[self._entry(each) for each in editions],
            tombstones=[Tombstone(each.tag, each.withdrawn_at) for each in withdrawals],
            previous_archive=previous_archive,
            next_archive=next_archive,
            current=current,
        )

    def _entry(self, edition: Edition) -> FeedEntry:
        return FeedEntry(
            tag=edition.tag,
            channel=edition.channel,
            title=edition.title,
            body=edition.body,
            published_at=edition.published_at,
            updated_at=edition.updated_at,
            page=addresses.portal_entry_address(self.county.code, edition.entry_id),
            address=addresses.entry_address(self.county.code, edition.entry_id),
        )

    def _archive(self, channel: str, months: Sequence[str]) -> str | None:
        return addresses.archive_address(self.county.code, channel, months[0]) if months else None


def archives_to_render(months: Sequence[str], stored: dict[str, bool]) -> Collection[str]:
    """Tell which archives to render: what is new, its neighbours, which link to it, and what is stale.

    `months` are those that have come to their end, in order; `stored` says of each archive whether it is stale.
    """
    wanted = set()
    for place, month in enumerate(months):
        if month not in stored:
            wanted |= set(months[max(place - 1, 0) : place + 2])
        elif stored[month]:
            wanted.add(month)
    return wanted


def _of(channel: str, things: Iterable[Thing]) -> Iterator[Thing]:
    return (each for each in things if channel in {ALL_CHANNELS, each.channel})


def _is_kept(place: int, moment: datetime, since: str) -> bool:
    return place < LAST_ENTRIES or month_of(moment) >= since


def _newest_first(editions: Iterable[Edition]) -> list[Edition]:
    return sorted(editions, key=lambda each: (each.updated_at, str(each.entry_id)), reverse=True)
