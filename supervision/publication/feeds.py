import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

ATOM = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml"
# Of what an entry is an alternate of, for as long as no portal has pages.
ENTRY_MEDIA_TYPE = "application/json"
LAST_ENTRIES = 50

_NAMESPACES: dict[Any, str] = {None: ATOM}
# What XML 1.0 cannot hold; no field lets it in, and a feed must not fail over it if one ever does.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class FeedEntry:
    tag: str
    title: str
    body: str
    published_at: datetime
    address: str


@dataclass(frozen=True, slots=True)
class FeedContent:
    tag: str
    title: str
    author: str
    address: str
    entries_address: str
    updated_at: datetime
    entries: Sequence[FeedEntry]


def make_tag(public_url: str, on: date, *specific: str) -> str:
    """Make a `tag:` URI (RFC 4151) that names a thing for ever, by where we lived on the day that it was made."""
    return f"tag:{urlsplit(public_url).hostname},{on.isoformat()}:{'/'.join(specific)}"


def render(feed: FeedContent) -> bytes:
    """Write an Atom 1.0 document (RFC 4287): the same facts always give the same bytes."""
    document = etree.Element(f"{{{ATOM}}}feed", nsmap=_NAMESPACES)
    _add(document, "id", feed.tag)
    _add(document, "title", feed.title)
    _add(document, "updated", _moment(feed.updated_at))
    _add(_add(document, "author"), "name", feed.author)
    _add(document, "link", rel="self", type=MEDIA_TYPE, href=feed.address)
    for entry in feed.entries:
        _add_entry(document, entry)
    return etree.tostring(document, encoding="utf-8", xml_declaration=True)


def etag_of(content: bytes) -> str:
    return f'"{sha256(content).hexdigest()[:32]}"'


def _add_entry(document: etree._Element, entry: FeedEntry) -> None:
    element = _add(document, "entry")
    _add(element, "id", entry.tag)
    _add(element, "title", entry.title)
    _add(element, "link", rel="alternate", type=ENTRY_MEDIA_TYPE, href=entry.address)
    _add(element, "published", _moment(entry.published_at))
    _add(element, "updated", _moment(entry.published_at))
    _add(element, "content", entry.body, type="text")


def _add(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    element.text = None if text is None else _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
    return element


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
