import orjson

from supervision.publication.feeds import LANGUAGE, FeedContent, FeedEntry, write_moment, xml_text

VERSION = "https://jsonfeed.org/version/1.1"


def render_json(feed: FeedContent) -> bytes:
    """Write a JSON Feed 1.1: the same facts always give the same bytes."""
    look = {"description": feed.site_name and xml_text(feed.site_name), "icon": feed.emblem}
    return orjson.dumps(
        {
            "version": VERSION,
            "title": xml_text(feed.title),
            "home_page_url": feed.home,
            "feed_url": feed.address,
            **{name: value for name, value in look.items() if value is not None},
            "language": LANGUAGE,
            "authors": [{"name": xml_text(feed.author)}],
            "items": [_item(entry) for entry in feed.entries],
        }
    )


def _item(entry: FeedEntry) -> dict[str, object]:
    return {
        "id": entry.tag,
        "url": entry.page,
        "title": xml_text(entry.title),
        "content_text": xml_text(entry.body),
        "date_published": write_moment(entry.published_at),
        "date_modified": write_moment(entry.updated_at),
        "tags": [entry.channel],
    }
