"""Corrections, withdrawals and archives, as a reader of the feeds sees them."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import feedparser
import orjson
import pytest
from lxml import etree
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit.models import AuditEvent
from supervision.foundation.errors import Stale
from supervision.publication import drafts, errors, public_queries, queries, release, withdrawal
from supervision.publication.atom import HISTORY, TOMBSTONES
from supervision.publication.feed_documents import archives_to_render
from supervision.publication.models import Feed
from supervision.publication.sources import Source
from tests.contract.atom import ATOM, require_valid
from tests.contract.json_feed import require_json_feed
from tests.contract.rss import require_rss
from tests.factories.publication import approve, correct, draft, person, put_out, render, withdraw
from tests.factories.scoring import hold
from tests.factories.signatures import AS_READ
from tests.places import Place


def noon(month: int, day: int) -> datetime:
    return datetime(2016, month, day, 4, tzinfo=UTC)


async def document(session: AsyncSession, here: Place, media: str = "atom", month: str = "") -> bytes:
    await render(session, here.actor)
    facts = {"jurisdiction_code": here.code, "channel": "progress", "media": media, "month": month}
    content = (await public_queries.get_feed(session, **facts))["content"]
    {"atom": require_valid, "json": require_json_feed, "rss": require_rss}[media](content)
    return bytes(content)


async def entries(session: AsyncSession, here: Place, month: str = "") -> list[Any]:
    return list(feedparser.parse(await document(session, here, month=month)).entries)


def tombstones(content: bytes) -> list[dict[Any, Any]]:
    return [dict(each.attrib) for each in etree.fromstring(content).findall(f"{{{TOMBSTONES}}}deleted-entry")]


def links(content: bytes) -> dict[str, str]:
    found = {str(link.get("rel")): str(link.get("href")) for link in etree.fromstring(content).findall(f"{ATOM}link")}
    return {rel: href.rsplit("/feeds/", 1)[1] for rel, href in found.items() if rel not in {"self", "alternate"}}


async def publish_correction(session: AsyncSession, here: Place, publication_id: UUID, **over: Any) -> UUID:
    correction_id = await correct(session, here.actor, publication_id, **over)
    await approve(session, here.actor, correction_id)
    await release.publish(session, person(here.actor), correction_id, AS_READ)
    return correction_id


class TestCorrecting:
    async def test_a_correction_is_a_new_edition_of_the_same_entry(self, session: AsyncSession, here: Place) -> None:
        await hold(session, here.actor, noon(4, 19))
        first_id = await put_out(session, here.actor)
        (before,) = await entries(session, here)
        await hold(session, here.actor, noon(4, 21))
        correction_id = await correct(session, here.actor, first_id)
        await approve(session, here.actor, correction_id)
        assert (await entries(session, here))[0].title == before.title
        await release.publish(session, person(here.actor), correction_id, AS_READ)
        (after,) = await entries(session, here)
        assert (after.id, after.published, after.link) == (before.id, before.published, before.link)
        assert (before.updated, after.updated) == ("2016-04-19T04:00:00Z", "2016-04-21T04:00:00Z")
        assert after.content[0].value == "完成进度：61%\n\n更正说明（第2版）：完成进度应为61%"
        older = await queries.get_publication(session, here.actor, first_id)
        assert (older["state"], older["title"]) == ("replaced", before.title)
        shown = await public_queries.get_published(session, jurisdiction_code=here.code, entry_id=first_id)
        assert (shown["edition"], shown["body"]) == (2, after.content[0].value)

    async def test_one_correction_waits_at_a_time_and_a_refused_one_in_nobodys_way(
        self, session: AsyncSession, here: Place
    ) -> None:
        first_id = await put_out(session, here.actor)
        second_id = await publish_correction(session, here, first_id)
        await correct(session, here.actor, second_id)
        with pytest.raises(errors.CorrectionWaits):
            await correct(session, here.actor, second_id)

    async def test_only_what_is_out_is_corrected(self, session: AsyncSession, here: Place) -> None:
        drafted = await draft(session, here.actor)
        with pytest.raises(errors.NotPublished):
            await correct(session, here.actor, drafted)
        first_id = await put_out(session, here.actor)
        await publish_correction(session, here, first_id)
        with pytest.raises(errors.NotPublished):
            await correct(session, here.actor, first_id)
        facts = {"title": "题", "body": "文", "note": "注"}
        with pytest.raises(Stale):
            await drafts.draft_correction(session, person(here.actor), first_id, 99, **facts)

    async def test_its_drafter_does_not_review_it(self, session: AsyncSession, here: Place) -> None:
        correction_id = await correct(session, here.actor, await put_out(session, here.actor))
        row = await queries.get_publication(session, here.actor, correction_id)
        assert row["drafted_by"] is not None
        assert (row["edition"], row["publish_by_on"] > row["fact_on"]) == (2, True)


class TestWithdrawing:
    async def test_all_editions_go_and_a_tombstone_stays(self, session: AsyncSession, here: Place) -> None:
        await hold(session, here.actor, noon(4, 19))
        first_id = await put_out(session, here.actor)
        (entry,) = await entries(session, here)
        second_id = await publish_correction(session, here, first_id)
        waiting_id = await correct(session, here.actor, second_id)
        await hold(session, here.actor, noon(4, 22))
        await withdraw(session, here.actor, second_id)
        content = await document(session, here)
        assert feedparser.parse(content).entries == []
        assert tombstones(content) == [{"ref": entry.id, "when": "2016-04-22T04:00:00Z"}]
        assert feedparser.parse(content).feed.updated == "2016-04-22T04:00:00Z"
        assert orjson.loads(await document(session, here, "json"))["items"] == []
        assert feedparser.parse(await document(session, here, "rss")).entries == []
        ids = (first_id, second_id, waiting_id)
        states = [(await queries.get_publication(session, here.actor, each))["state"] for each in ids]
        assert states == ["withdrawn", "withdrawn", "refused"]
        with pytest.raises(errors.PublicationWithdrawn):
            await public_queries.get_published(session, jurisdiction_code=here.code, entry_id=first_id)
        told = select(AuditEvent.facts["reason"].astext).where(AuditEvent.verb == "publication.withdrawn")
        assert list(await session.scalars(told)) == ["数据有误"]

    async def test_what_was_withdrawn_can_be_drafted_anew_as_another_entry(
        self, session: AsyncSession, here: Place
    ) -> None:
        first_id = await put_out(session, here.actor)
        row = await queries.get_publication(session, here.actor, first_id)
        await withdraw(session, here.actor, first_id)
        source = Source(progress_entry_id=row["progress_entry_id"])
        anew = await drafts.draft_publication(session, person(here.actor), source)
        assert (await queries.get_publication(session, here.actor, anew))["tag"] != row["tag"]

    async def test_a_stale_copy_withdraws_nothing(self, session: AsyncSession, here: Place) -> None:
        first_id = await put_out(session, here.actor)
        with pytest.raises(Stale):
            await withdrawal.withdraw_publication(session, person(here.actor), first_id, 1, reason="有误")


class TestArchives:
    async def test_a_month_that_is_over_is_archived_and_stays(self, session: AsyncSession, here: Place) -> None:
        made = []
        for month in (3, 4, 6):
            await hold(session, here.actor, noon(month, 10))
            made.append(await put_out(session, here.actor))
            await render(session, here.actor)
        assert links(await document(session, here)) == {"prev-archive": f"{here.code}/archives/progress/2016-04.atom"}
        april = await document(session, here, month="2016-04")
        assert links(april) == {
            "current": f"{here.code}/progress.atom",
            "prev-archive": f"{here.code}/archives/progress/2016-03.atom",
        }
        march = await document(session, here, month="2016-03")
        assert links(march) == {
            "current": f"{here.code}/progress.atom",
            "next-archive": f"{here.code}/archives/progress/2016-04.atom",
        }
        for content, publication_id in ((march, made[0]), (april, made[1])):
            assert etree.fromstring(content).find(f"{{{HISTORY}}}archive") is not None
            (entry,) = feedparser.parse(content).entries
            assert entry.id.endswith(f"/{publication_id}")
        await hold(session, here.actor, noon(7, 10))
        await publish_correction(session, here, made[0])
        assert await document(session, here, month="2016-03") == march
        corrected = (await entries(session, here))[0]
        assert (corrected.id, corrected.updated) == (
            feedparser.parse(march).entries[0].id,
            "2016-07-10T04:00:00Z",
        )

    async def test_a_withdrawal_takes_the_text_out_of_every_archive(self, session: AsyncSession, here: Place) -> None:
        await hold(session, here.actor, noon(3, 10))
        first_id = await put_out(session, here.actor, goal="须撤回的目标")
        kept_id = await put_out(session, here.actor)
        await hold(session, here.actor, noon(4, 10))
        second_id = await publish_correction(session, here, first_id, body="须撤回的正文")
        await hold(session, here.actor, noon(5, 10))
        await put_out(session, here.actor)
        for month in ("2016-03", "2016-04"):
            assert "须撤回".encode() in await document(session, here, month=month)
        await withdraw(session, here.actor, second_id)
        for month in ("", "2016-03", "2016-04"):
            content = await document(session, here, month=month)
            assert "须撤回".encode() not in content
            assert [each["when"] for each in tombstones(content)] == ["2016-05-10T04:00:00Z"]
        (kept,) = await entries(session, here, "2016-03")
        assert kept.id.endswith(f"/{kept_id}")

    async def test_nothing_is_lost_between_the_archives_and_the_feed(self, session: AsyncSession, here: Place) -> None:
        made = []
        for month, count in ((3, 2), (4, 52), (5, 1)):
            await hold(session, here.actor, noon(month, 10))
            made += [await put_out(session, here.actor, value=None) for _ in range(count)]
        months = ("", "2016-04", "2016-03")
        found = {entry.id.rsplit("/", 1)[1] for month in months for entry in await entries(session, here, month)}
        assert found == {str(each) for each in made}

    async def test_what_comes_late_into_an_archived_month_is_archived(self, session: AsyncSession, here: Place) -> None:
        for month, day in ((3, 10), (4, 10), (3, 31)):
            await hold(session, here.actor, noon(month, day))
            await put_out(session, here.actor)
            await render(session, here.actor)
        await hold(session, here.actor, noon(4, 11))
        await put_out(session, here.actor)
        assert len(await entries(session, here, "2016-03")) == 2

    async def test_what_comes_out_the_same_is_not_modified(self, session: AsyncSession, here: Place) -> None:
        await put_out(session, here.actor)
        await render(session, here.actor)
        moments = select(Feed.channel, Feed.format, Feed.modified_at).order_by(Feed.channel, Feed.format)
        before = {(channel, media): at for channel, media, at in await session.execute(moments)}
        await put_out(session, here.actor)
        await render(session, here.actor)
        after = {(channel, media): at for channel, media, at in await session.execute(moments)}
        changed = {channel for (channel, media), at in after.items() if before[channel, media] != at}
        assert changed == {"progress", "all"}

    @pytest.mark.parametrize(
        ("months", "stored", "wanted"),
        [
            ([], {}, set()),
            (["01"], {"": False}, {"01"}),
            (["01"], {"01": False}, set()),
            (["01", "02"], {"01": False}, {"01", "02"}),
            (["01", "02", "03"], {"01": False, "02": False}, {"02", "03"}),
            (["01", "02", "03"], {"01": False, "02": False, "03": False}, set()),
            (["01", "02", "03"], {"01": True, "02": False, "03": False}, {"01"}),
            (["01", "02", "03"], {"01": False, "03": False}, {"01", "02", "03"}),
        ],
    )
    def test_which_archives_are_rendered(self, months: list[str], stored: dict[str, bool], wanted: set[str]) -> None:
        assert set(archives_to_render(months, stored)) == wanted
