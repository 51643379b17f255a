from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import feedparser
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from supervision.publication import feeds
from supervision.publication.atom import HISTORY, TOMBSTONES, render_atom
from supervision.publication.json_feed import render_json
from supervision.publication.rss import render_rss
from tests.contract.atom import ATOM, GRAMMAR, require_valid
from tests.contract.json_feed import require_json_feed
from tests.contract.rss import require_rss

NOON = datetime(2016, 4, 19, 4, tzinfo=UTC)
ENTRY = feeds.FeedEntry(
    tag="tag:ducha.test,2016-04-18:publications/1",
    channel="progress",
    title="目标一：完成进度60%",
    body="目标任务：目标一\n完成进度：60% <甲>&乙",
    published_at=NOON,
    updated_at=NOON + timedelta(hours=1),
    page="https://ducha.test/portal/330326/publications/1",
    address="https://ducha.test/feeds/330326/entries/1",
)
FEED = feeds.FeedContent(
    tag="tag:ducha.test,2016-01-01:feeds/330326/progress",
    title="示例县重点工作进展",
    author="示例县督查室",
    address="https://ducha.test/feeds/330326/progress.atom",
    home="https://ducha.test/portal/330326",
    updated_at=NOON,
    entries=[ENTRY],
    previous_archive="https://ducha.test/feeds/330326/archives/progress/2016-03.atom",
)
GONE = feeds.Tombstone("tag:ducha.test,2016-04-18:publications/2", NOON)


def test_a_reader_reads_what_was_written() -> None:
    read = feedparser.parse(render_atom(FEED))
    assert (read.bozo, read.version, read.encoding) == (False, "atom10", "utf-8")
    assert (read.feed.id, read.feed.title, read.feed.author) == (FEED.tag, FEED.title, FEED.author)
    assert {link.rel: link.href for link in read.feed.links} == {
        "self": FEED.address,
        "alternate": FEED.home,
        "prev-archive": FEED.previous_archive,
    }
    (entry,) = read.entries
    assert (entry.id, entry.title, entry.published) == (ENTRY.tag, ENTRY.title, "2016-04-19T04:00:00Z")
    assert (entry.updated, entry.tags[0].term) == ("2016-04-19T05:00:00Z", "progress")
    assert [(link.rel, link.type, link.href) for link in entry.links] == [
        ("alternate", "text/html", ENTRY.page),
        ("alternate", "application/json", ENTRY.address),
    ]
    assert (entry.content[0].type, entry.content[0].value) == ("text/plain", ENTRY.body)


def test_an_archive_says_so_and_knows_its_neighbours() -> None:
    current, following = "https://ducha.test/a", "https://ducha.test/b"
    document = etree.fromstring(render_atom(replace(FEED, current=current, next_archive=following)))
    assert document.find(f"{{{HISTORY}}}archive") is not None
    links = {link.get("rel"): link.get("href") for link in document.findall(f"{ATOM}link")}
    assert links == {
        "self": FEED.address,
        "alternate": FEED.home,
        "current": current,
        "prev-archive": FEED.previous_archive,
        "next-archive": following,
    }
    assert etree.fromstring(render_atom(FEED)).find(f"{{{HISTORY}}}archive") is None


def test_what_was_withdrawn_leaves_a_tombstone() -> None:
    content = render_atom(replace(FEED, tombstones=[GONE]))
    require_valid(content)
    (tombstone,) = etree.fromstring(content).findall(f"{{{TOMBSTONES}}}deleted-entry")
    assert dict(tombstone.attrib.items()) == {"ref": GONE.tag, "when": "2016-04-19T04:00:00Z"}
    assert len(feedparser.parse(content).entries) == 1


def test_a_json_feed_holds_what_version_1_1_asks_for() -> None:
    told = orjson.loads(render_json(FEED))
    assert told == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": FEED.title,
        "home_page_url": FEED.home,
        "feed_url": FEED.address,
        "language": "zh-CN",
        "authors": [{"name": FEED.author}],
        "items": [
            {
                "id": ENTRY.tag,
                "url": ENTRY.page,
                "title": ENTRY.title,
                "content_text": ENTRY.body,
                "date_published": "2016-04-19T04:00:00Z",
                "date_modified": "2016-04-19T05:00:00Z",
                "tags": ["progress"],
            }
        ],
    }
    require_json_feed(render_json(FEED))


def test_a_reader_reads_rss() -> None:
    content = render_rss(FEED)
    require_rss(content)
    read = feedparser.parse(content)
    assert (read.bozo, read.version) == (False, "rss20")
    assert (read.feed.title, read.feed.link, read.feed.language) == (FEED.title, FEED.home, "zh-CN")
    (entry,) = read.entries
    assert (entry.id, entry.title, entry.link, entry.guidislink) == (ENTRY.tag, ENTRY.title, ENTRY.page, False)
    assert entry.summary == "目标任务：目标一<br />\n完成进度：60% &lt;甲&gt;&amp;乙"
    assert entry.published == "Tue, 19 Apr 2016 04:00:00 GMT"


def test_a_reader_sees_the_countys_name_and_emblem() -> None:
    emblem = "https://ducha.test/portal/330326/emblem.png"
    feed = replace(FEED, site_name="示例县督查公开", emblem=emblem)
    atom, rss, told = render_atom(feed), render_rss(feed), orjson.loads(render_json(feed))
    require_valid(atom)
    require_rss(rss)
    require_json_feed(render_json(feed))
    read, simple = feedparser.parse(atom).feed, feedparser.parse(rss).feed
    assert (read.subtitle, read.icon, read.logo) == ("示例县督查公开", emblem, emblem)
    assert (simple.subtitle, simple.image.href) == ("示例县督查公开", emblem)
    # As RSS asks: the image is told with the channel's own title and link.
    assert (simple.image.title, simple.image.link) == (simple.title, simple.link)
    assert (told["description"], told["icon"]) == ("示例县督查公开", emblem)


def test_the_same_facts_give_the_same_bytes() -> None:
    elsewhere = replace(ENTRY, published_at=NOON.astimezone(tz=None))
    for render in (render_atom, render_json, render_rss):
        assert render(replace(FEED, entries=(elsewhere,))) == render(FEED)
        assert render(replace(FEED, title="另")) != render(FEED)


@pytest.mark.parametrize("count", [0, 1, 50])
def test_the_document_is_valid(count: int) -> None:
    entries = [
        replace(ENTRY, tag=f"{ENTRY.tag}{number}", updated_at=NOON + timedelta(days=number)) for number in range(count)
    ]
    feed = replace(FEED, entries=entries)
    require_valid(render_atom(feed))
    require_json_feed(render_json(feed))
    require_rss(render_rss(feed))


@given(st.text(st.characters(exclude_categories=[]), max_size=30))
def test_whatever_a_text_holds_the_document_is_valid(text: str) -> None:
    feed = replace(FEED, title=text, entries=[replace(ENTRY, title=text, body=text)])
    content = render_atom(feed)
    require_valid(content)
    require_json_feed(render_json(feed))
    require_rss(render_rss(feed))
    assert etree.fromstring(content).findtext(f"{ATOM}title") is not None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda feed: feed.remove(feed.find(f"{ATOM}id")),
        lambda feed: feed.find(f"{ATOM}entry").remove(feed.find(f"{ATOM}entry/{ATOM}updated")),
        lambda feed: feed.append(etree.Element(f"{ATOM}id")),
        lambda feed: feed.append(etree.Element(f"{ATOM}items")),
        lambda feed: feed.append(feed.find(f"{ATOM}title")),
        lambda feed: feed.find(f"{ATOM}link").attrib.pop("href"),
        lambda feed: feed.find(f"{ATOM}author").clear(),
        lambda feed: setattr(feed.find(f"{ATOM}updated"), "text", "2016-04-19 12:00"),
        lambda feed: feed.find(f"{ATOM}link").set("type", "atom"),
        lambda feed: feed.set("version", "1.0"),
    ],
)
def test_the_grammar_sees_what_is_broken(spoil: object) -> None:
    assert callable(spoil)
    feed = etree.fromstring(render_atom(FEED))
    assert GRAMMAR.validate(feed)
    spoil(feed)
    assert not GRAMMAR.validate(feed)


@pytest.mark.parametrize("extra", ["<x:a xmlns:x='urn:x'>1</x:a>", "<x:a xmlns:x='urn:x' b='1'><x:c/></x:a>"])
def test_the_grammar_lets_extensions_in(extra: str) -> None:
    feed = etree.fromstring(render_atom(FEED))
    feed.insert(0, etree.fromstring(extra))
    assert GRAMMAR.validate(feed), GRAMMAR.error_log


def test_a_tag_names_host_and_day() -> None:
    tag = feeds.make_tag("https://ducha.test:8443/base", date(2016, 4, 18), "feeds", "330326")
    assert tag == "tag:ducha.test,2016-04-18:feeds/330326"
