from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from supervision.publication import feeds
from tests.contract.atom import ATOM, GRAMMAR, require_valid

NOON = datetime(2016, 4, 19, 4, tzinfo=UTC)
ENTRY = feeds.FeedEntry(
    "tag:ducha.test,2016-04-18:publications/1",
    "目标一：完成进度60%",
    "目标任务：目标一\n完成进度：60%",
    NOON,
    "https://ducha.test/feeds/330326/entries/1",
)
FEED = feeds.FeedContent(
    tag="tag:ducha.test,2016-01-01:feeds/330326/progress",
    title="示例县重点工作进展",
    author="示例县督查室",
    address="https://ducha.test/feeds/330326/progress.atom",
    entries_address="https://ducha.test/feeds/330326/entries",
    updated_at=NOON,
    entries=[ENTRY],
)


def test_a_reader_reads_what_was_written() -> None:
    read = feedparser.parse(feeds.render(FEED))
    assert (read.bozo, read.version, read.encoding) == (False, "atom10", "utf-8")
    assert (read.feed.id, read.feed.title, read.feed.author) == (FEED.tag, FEED.title, FEED.author)
    (link,) = read.feed.links
    assert (link.rel, link.href) == ("self", FEED.address)
    (entry,) = read.entries
    assert (entry.id, entry.title, entry.updated) == (ENTRY.tag, ENTRY.title, "2016-04-19T04:00:00Z")
    assert [(link.rel, link.type, link.href) for link in entry.links] == [
        ("alternate", "application/json", ENTRY.address)
    ]
    assert (entry.content[0].type, entry.content[0].value) == ("text/plain", ENTRY.body)


def test_the_same_facts_give_the_same_bytes() -> None:
    elsewhere = replace(ENTRY, published_at=NOON.astimezone(tz=None))
    assert feeds.render(replace(FEED, entries=(elsewhere,))) == feeds.render(FEED)
    assert feeds.render(replace(FEED, title="另")) != feeds.render(FEED)


@pytest.mark.parametrize("count", [0, 1, 50])
def test_the_document_is_valid(count: int) -> None:
    entries = [
        replace(ENTRY, tag=f"{ENTRY.tag}{number}", published_at=NOON + timedelta(days=number))
        for number in range(count)
    ]
    require_valid(feeds.render(replace(FEED, entries=entries)))


@given(st.text(st.characters(exclude_categories=[]), max_size=30))
def test_whatever_a_text_holds_the_document_is_valid(text: str) -> None:
    content = feeds.render(replace(FEED, title=text, entries=[replace(ENTRY, title=text, body=text)]))
    require_valid(content)
    assert etree.fromstring(content).findtext(f"{ATOM}title") is not None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda feed: feed.remove(feed.find(f"{ATOM}id")),
        lambda feed: feed.find(f"{ATOM}entry").remove(feed.find(f"{ATOM}entry/{ATOM}updated")),
        lambda feed: feed.append(etree.Element(f"{ATOM}id")),
        lambda feed: feed.append(etree.Element(f"{ATOM}items")),
        lambda feed: feed.insert(6, feed.find(f"{ATOM}title")),
        lambda feed: feed.find(f"{ATOM}link").attrib.pop("href"),
        lambda feed: feed.find(f"{ATOM}author").clear(),
        lambda feed: setattr(feed.find(f"{ATOM}updated"), "text", "2016-04-19 12:00"),
        lambda feed: feed.find(f"{ATOM}link").set("type", "atom"),
        lambda feed: feed.set("version", "1.0"),
    ],
)
def test_the_grammar_sees_what_is_broken(spoil: object) -> None:
    assert callable(spoil)
    feed = etree.fromstring(feeds.render(FEED))
    assert GRAMMAR.validate(feed)
    spoil(feed)
    assert not GRAMMAR.validate(feed)


@pytest.mark.parametrize("extra", ["<x:a xmlns:x='urn:x'>1</x:a>", "<x:a xmlns:x='urn:x' b='1'><x:c/></x:a>"])
def test_the_grammar_lets_extensions_in(extra: str) -> None:
    feed = etree.fromstring(feeds.render(FEED))
    feed.insert(0, etree.fromstring(extra))
    assert GRAMMAR.validate(feed), GRAMMAR.error_log


def test_a_tag_names_host_and_day() -> None:
    tag = feeds.make_tag("https://ducha.test:8443/base", date(2016, 4, 18), "feeds", "330326")
    assert tag == "tag:ducha.test,2016-04-18:feeds/330326"
