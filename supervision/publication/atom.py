from typing import Any

from lxml import etree

from supervision.publication.feeds import (
    LANGUAGE,
    MEDIA_TYPES,
    FeedContent,
    FeedEntry,
    FeedFormat,
    Tombstone,
    write_moment,
    xml_text,
)

ATOM = "http://www.w3.org/2005/Atom"
HISTORY = "http://purl.org/syndication/history/1.0"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"

_NAMESPACES: dict[Any, str] = {None: ATOM, "fh": HISTORY, "at": TOMBSTONES}
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_ITSELF = MEDIA_TYPES[FeedFormat.ATOM]


def render_atom(feed: FeedContent) -> bytes:
    """Write an Atom 1.0 document (RFC 4287): the same facts always give the same bytes."""
    document = etree.Element(f"{{{ATOM}}}feed", {_LANGUAGE: LANGUAGE}, nsmap=_NAMESPACES)
    _add(document, "id", feed.tag)
    _add(document, "title", feed.title)
    if feed.site_name is not None:
        _add(document, "subtitle", feed.site_name)
    if feed.emblem is not None:
        _add(document, "icon", feed.emblem)
        _add(document, "logo", feed.emblem)
    _add(document, "updated", write_moment(feed.updated_at))
    _add(_add(document, "author"), "name", feed.author)
    _add(document, "link", rel="self", type=_ITSELF, href=feed.address)
    _add(document, "link", rel="alternate", type="text/html", href=feed.home)
    if feed.current is not None:
        etree.SubElement(document, f"{{{HISTORY}}}archive")
    neighbours = {"current": feed.current, "prev-archive": feed.previous_archive, "next-archive": feed.next_archive}
    for rel, address in neighbours.items():
        if address is not None:
            _add(document, "link", rel=rel, type=_ITSELF, href=address)
    for tombstone in feed.tombstones:
        _add_tombstone(document, tombstone)
    for entry in feed.entries:
        _add_entry(document, entry)
    return etree.tostring(document, encoding="utf-8", xml_declaration=True)


def _add_tombstone(document: etree._Element, tombstone: Tombstone) -> None:
    facts = {"ref": tombstone.tag, "when": write_moment(tombstone.withdrawn_at)}
    etree.SubElement(document, f"{{{TOMBSTONES}}}deleted-entry", facts)


def _add_entry(document: etree._Element, entry: FeedEntry) -> None:
    element = _add(document, "entry")
    _add(element, "id", entry.tag)
    _add(element, "title", entry.title)
    _add(element, "link", rel="alternate", type="text/html", href=entry.page)
    _add(element, "link", rel="alternate", type="application/json", href=entry.address)
    _add(element, "category", term=entry.channel)
    _add(element, "published", write_moment(entry.published_at))
    _add(element, "updated", write_moment(entry.updated_at))
    _add(element, "content", entry.body, type="text")


def _add(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    element.text = None if text is None else xml_text(text)
    return element
