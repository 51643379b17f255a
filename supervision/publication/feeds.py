"""What a feed holds, whatever its format; the formats are in atom.py, json_feed.py and rss.py."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from hashlib import sha256
from urllib.parse import urlsplit

LAST_ENTRIES = 50
LANGUAGE = "zh-CN"

# What XML 1.0 cannot hold; no field lets it in, and a feed must not fail over it if one ever does.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class FeedFormat(StrEnum):
    """A format, by the ending of its address."""

    ATOM = "atom"
    JSON = "json"
    RSS = "rss"


MEDIA_TYPES: dict[str, str] = {
    FeedFormat.ATOM: "application/atom+xml",
    FeedFormat.JSON: "application/feed+json",
    FeedFormat.RSS: "application/rss+xml",
}


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One edition of what is published, with its page for people and its address for programs."""

    tag: str
    channel: str
    title: str
    body: str
    published_at: datetime
    updated_at: datetime
    page: str
    address: str


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What remains of an entry that was withdrawn (RFC 6721)."""

    tag: str
    withdrawn_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedContent:
    """A document of a feed: the subscription document, or an archive, which knows its neighbours (RFC 5005)."""

    tag: str
    title: str
    author: str
    address: str
    home: str
    updated_at: datetime
    # The county's look, as its portal has it: what its site is called, and where its emblem is.
    site_name: str | None = None
    emblem: str | None = None
    entries: Sequence[FeedEntry] = field(default=())
    tombstones: Sequence[Tombstone] = field(default=())
    previous_archive: str | None = None
    next_archive: str | None = None
    # Of an archive only: the subscription document.
    current: str | None = None


def make_tag(public_url: str, on: date, *specific: str) -> str:
    """Make a `tag:` URI (RFC 4151) that names a thing for ever, by where we lived on the day that it was made."""
    return f"tag:{urlsplit(public_url).hostname},{on.isoformat()}:{'/'.join(specific)}"


def etag_of(content: bytes) -> str:
    return f'"{sha256(content).hexdigest()[:32]}"'


def write_moment(moment: datetime) -> str:
    """Write a moment as RFC 3339 does, in UTC and whole seconds."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def xml_text(text: str) -> str:
    """Return a text that XML can hold."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
