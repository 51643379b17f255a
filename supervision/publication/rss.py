from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape

from lxml import etree

from supervision.publication.feeds import LANGUAGE, MEDIA_TYPES, FeedContent, FeedEntry, FeedFormat, xml_text

_ATOM = "http://www.w3.org/2005/Atom"


def render_rss(feed: FeedContent) -> bytes:
    """Write an RSS 2.0 document: the same facts always give the same bytes."""
    document = etree.Element("rss", {"version": "2.0"}, nsmap={"atom": _ATOM})
    channel = etree.SubElement(document, "channel")
    _add(channel, "title", feed.title)
    _add(channel, "link", feed.home)
    _add(channel, "description", feed.site_name or f"{feed.author}公开的内容")
    _add(channel, "language", LANGUAGE)
    _add(channel, "lastBuildDate", _moment(feed.updated_at))
    if feed.emblem is not None:
        image = etree.SubElement(channel, "image")
        # Readers expect the channel's own title and link here.
        for name, text in (("url", feed.emblem), ("title", feed.title), ("link", feed.home)):
            _add(image, name, text)
    itself = {"rel": "self", "type": MEDIA_TYPES[FeedFormat.RSS], "href": feed.address}
    etree.SubElement(channel, f"{{{_ATOM}}}link", itself)
    for entry in feed.entries:
        _add_item(channel, entry)
    return etree.tostring(document, encoding="utf-8", xml_declaration=True)


def _add_item(channel: etree._Element, entry: FeedEntry) -> None:
    item = etree.SubElement(channel, "item")
    _add(item, "title", entry.title)
    _add(item, "link", entry.page)
    # Readers take a description for HTML, so that a plain text is written as such.
    _add(item, "description", escape(entry.body, quote=False).replace("\n", "<br/>\n"))
    _add(item, "category", entry.channel)
    _add(item, "guid", entry.tag, isPermaLink="false")
    _add(item, "pubDate", _moment(entry.published_at))


def _add(parent: etree._Element, name: str, text: str, **attributes: str) -> None:
    etree.SubElement(parent, name, attributes).text = xml_text(text)


def _moment(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)
