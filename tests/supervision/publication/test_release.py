import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import feedparser
import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit.models import AuditEvent
from supervision.documents.models import Secrecy
from supervision.foundation import settings
from supervision.foundation.actors import Actor, Role
from supervision.foundation.database import enter
from supervision.foundation.driver import Row
from supervision.foundation.errors import Conflict, NotFound
from supervision.foundation.ids import new_id
from supervision.items.models import Item
from supervision.progress.models import ProgressReport
from supervision.publication import drafts, errors, feeds, public_queries, publication_review, queries, release, rules
from supervision.publication.models import Publication
from supervision.publication.sources import Source
from supervision.publication.states import FOLLOWS, SHOWN, PublicationState, ReviewVerdict
from tests.contract.atom import require_valid
from tests.factories.publication import add_progress, approve, draft, person, put_out, render, withdraw
from tests.factories.scoring import hold
from tests.factories.signatures import AS_READ
from tests.places import Committed, Place


async def state_of(session: AsyncSession, publication_id: UUID) -> str | None:
    return await session.scalar(select(Publication.state).where(Publication.id == publication_id))


async def get_feed(session: AsyncSession, place: Place, **over: Any) -> Row:
    facts = {"jurisdiction_code": place.code, "channel": "progress", "media": "atom", **over}
    return await public_queries.get_feed(session, **facts)


async def read_feed(session: AsyncSession, place: Place) -> feedparser.FeedParserDict:
    await enter(session, place.actor.jurisdiction_id)
    await render(session, place.actor)
    feed = await get_feed(session, place)
    require_valid(feed["content"])
    assert feed["etag"] == feeds.etag_of(feed["content"])
    return feedparser.parse(feed["content"])


class TestDrafting:
    async def test_shows_post_and_figure_but_no_name(self, session: AsyncSession, here: Place) -> None:
        publication_id = await draft(session, here.actor, unit="发展改革局")
        row = await queries.get_publication(session, here.actor, publication_id)
        assert row["title"] == "国内生产总值增长6.5%—7%：完成进度60%（2016年4月1日至2016年4月15日）"
        assert row["body"].split("\n") == [
            "目标任务：国内生产总值增长6.5%—7%",
            "牵头领导：综合科科长",
            "责任单位：发展改革局",
            "责任人：综合科科长",
            "报告期：2016年4月1日至2016年4月15日",
            "完成进度：60%",
            "国内生产总值增速：6.7%",
        ]
        assert "张某某" not in row["title"] + row["body"]
        assert "示例进展" not in row["body"]

    async def test_refuses_an_entry_twice(self, session: AsyncSession, here: Place) -> None:
        entry_id = await add_progress(session, here.actor, value=None)
        await drafts.draft_publication(session, person(here.actor), Source(progress_entry_id=entry_id))
        with pytest.raises(errors.AlreadyDrafted):
            await drafts.draft_publication(session, person(here.actor), Source(progress_entry_id=entry_id))

    async def test_refuses_a_work_secret(self, session: AsyncSession, here: Place) -> None:
        entry_id = await add_progress(session, here.actor)
        await session.execute(update(Item).values(secrecy=Secrecy.WORK_SECRET))
        with pytest.raises(errors.WorkSecretNotPublished):
            await drafts.draft_publication(session, person(here.actor), Source(progress_entry_id=entry_id))
        assert await session.scalar(select(Publication.id)) is None

    async def test_refuses_another_countys_entry(self, session: AsyncSession, here: Place, elsewhere: Place) -> None:
        entry_id = await add_progress(session, here.actor)
        await enter(session, elsewhere.actor.jurisdiction_id)
        with pytest.raises(errors.UnknownProgressEntry):
            await drafts.draft_publication(session, person(elsewhere.actor), Source(progress_entry_id=entry_id))

    def test_a_long_goal_is_cut_in_the_title_only(self) -> None:
        facts = rules.Progress("目" * 61, "局", "科长", 0, date(2016, 4, 1), date(2016, 4, 15))
        title, body = rules.compose(facts)
        assert title.startswith("目" * 59 + "…：")
        assert "目" * 61 in body

    @pytest.mark.parametrize(("value", "told"), [("100", "100"), ("2.0", "2"), ("0.0000", "0"), ("-1.5000", "-1.5")])
    def test_figures_are_plain(self, value: str, told: str) -> None:
        figures = [rules.Measured("指标", Decimal(value), "万人")]
        facts = rules.Progress("目标", "局", "科长", 0, date(2016, 4, 1), date(2016, 4, 15), figures)
        assert rules.compose(facts)[1].endswith(f"\n指标：{told}万人")


class TestReviewing:
    async def test_the_drafter_does_not_review(self, session: AsyncSession, here: Place) -> None:
        entry_id = await add_progress(session, here.actor)
        official_id = new_id()
        drafter, reviewer = [
            Actor(here.actor.jurisdiction_id, role, client_id=new_id(), official_id=official_id)
            for role in (Role.PUBLISHER, Role.OFFICE)
        ]
        publication_id = await drafts.draft_publication(session, drafter, Source(progress_entry_id=entry_id))
        with pytest.raises(errors.DrafterReviews):
            await publication_review.review_publication(
                session, reviewer, publication_id, AS_READ, verdict=ReviewVerdict.APPROVED, legal_basis="依据"
            )
        assert await state_of(session, publication_id) == "drafted"

    async def test_keeps_basis_reason_and_reviewer(self, session: AsyncSession, here: Place) -> None:
        publication_id = await draft(session, here.actor)
        reviewer = person(here.actor, Role.OFFICE)
        await publication_review.review_publication(
            session,
            reviewer,
            publication_id,
            AS_READ,
            verdict=ReviewVerdict.REFUSED,
            legal_basis=None,
            reason="尚不宜公开",
        )
        row = await queries.get_publication(session, here.actor, publication_id)
        assert (row["state"], row["verdict"], row["reason"]) == ("refused", "refused", "尚不宜公开")
        assert (row["reviewed_by"], row["legal_basis"]) == (reviewer.person, None)
        verbs = select(AuditEvent.verb).where(AuditEvent.subject_id == str(publication_id)).order_by(AuditEvent.id)
        assert list(await session.scalars(verbs)) == ["publication.drafted", "publication.refused"]

    async def test_an_approval_needs_its_basis(self, session: AsyncSession, here: Place) -> None:
        publication_id = await draft(session, here.actor)
        with pytest.raises(errors.ApprovalNeedsBasis):
            await publication_review.review_publication(
                session, person(here.actor), publication_id, AS_READ, verdict=ReviewVerdict.APPROVED
            )

    async def test_a_refusal_needs_its_reason(self, session: AsyncSession, here: Place) -> None:
        publication_id = await draft(session, here.actor)
        with pytest.raises(errors.RefusalNeedsReason):
            await publication_review.review_publication(
                session, person(here.actor), publication_id, AS_READ, verdict=ReviewVerdict.REFUSED
            )


VERBS: dict[PublicationState, Callable[[AsyncSession, Actor, UUID], Awaitable[object]]] = {
    PublicationState.APPROVED: approve,
    PublicationState.REFUSED: lambda session, actor, publication_id: publication_review.review_publication(
        session, person(actor), publication_id, AS_READ, verdict=ReviewVerdict.REFUSED, reason="尚不宜公开"
    ),
    PublicationState.PUBLISHED: lambda session, actor, publication_id: release.publish(
        session, person(actor), publication_id, AS_READ
    ),
    PublicationState.WITHDRAWN: withdraw,
}


@pytest.mark.parametrize("following", VERBS)
@pytest.mark.parametrize("state", list(PublicationState))
async def test_only_what_the_table_allows_follows(
    session: AsyncSession, here: Place, state: PublicationState, following: PublicationState
) -> None:
    publication_id = await draft(session, here.actor)
    noon = datetime(2016, 4, 19, 4, tzinfo=UTC)
    stamps: dict[str, Any] = {"published_at": noon} if state in {*SHOWN, PublicationState.WITHDRAWN} else {}
    if state == PublicationState.WITHDRAWN:
        stamps["withdrawn_at"] = noon
    await session.execute(update(Publication).values(state=state, **stamps))
    before = await queries.get_publication(session, here.actor, publication_id)
    # What was replaced is withdrawn with the edition that replaced it, never alone.
    if following in FOLLOWS[state] and state != PublicationState.REPLACED:
        await VERBS[following](session, here.actor, publication_id)
        assert await state_of(session, publication_id) == following
    else:
        with pytest.raises(Conflict):
            await VERBS[following](session, here.actor, publication_id)
        assert await queries.get_publication(session, here.actor, publication_id) == before


class TestPublishing:
    async def test_what_is_not_published_is_in_no_feed(self, session: AsyncSession, here: Place) -> None:
        refused, approved = [await draft(session, here.actor) for _ in range(2)]
        await draft(session, here.actor)
        await VERBS[PublicationState.REFUSED](session, here.actor, refused)
        await approve(session, here.actor, approved)
        shown = await put_out(session, here.actor)
        (entry,) = (await read_feed(session, here)).entries
        assert entry.id.endswith(f":publications/{shown}")

    async def test_the_feed_is_stored_newest_first(self, session: AsyncSession, here: Place) -> None:
        made = []
        for day in (18, 20, 19):
            await hold(session, here.actor, datetime(2016, 4, day, 4, tzinfo=UTC))
            made.append(await put_out(session, here.actor))
        read = await read_feed(session, here)
        assert [entry.id.rsplit("/", 1)[1] for entry in read.entries] == [str(made[place]) for place in (1, 2, 0)]
        assert (read.feed.updated, read.feed.title) == ("2016-04-20T04:00:00Z", "示例县330326重点工作进展")

    async def test_the_feed_keeps_the_last_fifty_and_the_running_month(
        self, session: AsyncSession, here: Place
    ) -> None:
        await hold(session, here.actor, datetime(2016, 4, 20, 4, tzinfo=UTC))
        made = [await put_out(session, here.actor, value=None) for _ in range(51)]
        entries = (await read_feed(session, here)).entries
        assert [entry.id.rsplit("/", 1)[1] for entry in entries] == [str(each) for each in reversed(made)]
        await hold(session, here.actor, datetime(2016, 5, 1, 4, tzinfo=UTC))
        made.append(await put_out(session, here.actor, value=None))
        entries = (await read_feed(session, here)).entries
        assert [entry.id.rsplit("/", 1)[1] for entry in entries] == [str(each) for each in reversed(made[2:])]

    async def test_ids_stay_when_the_address_changes(
        self, session: AsyncSession, here: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await put_out(session, here.actor)
        before = await read_feed(session, here)
        monkeypatch.setattr(settings.current(), "public_url", "https://new.test/")
        await put_out(session, here.actor)
        after = await read_feed(session, here)
        assert after.feed.id == before.feed.id
        assert before.entries[0].id in [entry.id for entry in after.entries]
        assert after.feed.links[0].href == "https://new.test/feeds/330326/progress.atom"

    async def test_a_county_without_publications_has_an_empty_feed(self, session: AsyncSession, here: Place) -> None:
        read = await read_feed(session, here)
        assert (read.entries, read.feed.title) == ([], "示例县330326重点工作进展")
        await put_out(session, here.actor)
        assert (await read_feed(session, here)).feed.id == read.feed.id

    async def test_another_countys_feed_shows_nothing(
        self, session: AsyncSession, here: Place, elsewhere: Place
    ) -> None:
        publication_id = await put_out(session, here.actor)
        assert (await read_feed(session, elsewhere)).entries == []
        with pytest.raises(NotFound):
            await release.publish(session, person(elsewhere.actor), publication_id, AS_READ)

    @pytest.mark.parametrize(
        "over",
        [{"jurisdiction_code": "999999"}, {"channel": "scores"}, {"media": "xml"}, {"month": "2016-03"}],
    )
    async def test_an_unknown_feed_is_not_found(self, session: AsyncSession, here: Place, over: dict[str, str]) -> None:
        await render(session, here.actor)
        with pytest.raises(NotFound):
            await get_feed(session, here, **over)


async def test_of_two_that_publish_at_once_neither_is_lost(committed: Committed) -> None:
    here = await committed.found("330326")
    async with committed.api() as session:
        await enter(session, here.actor.jurisdiction_id)
        made = [await draft(session, here.actor) for _ in range(6)]
        for publication_id in made:
            await approve(session, here.actor, publication_id)
        await session.commit()

    async def publish(publication_id: UUID) -> None:
        async with committed.api() as session:
            await enter(session, here.actor.jurisdiction_id)
            await release.publish(session, person(here.actor), publication_id, AS_READ)
            await session.commit()

    await asyncio.gather(*(publish(publication_id) for publication_id in made))
    async with committed.api() as session:
        entries = (await read_feed(session, here)).entries
    assert {entry.id.rsplit("/", 1)[1] for entry in entries} == {str(publication_id) for publication_id in made}


@pytest.mark.parametrize("steps", [0, 1, 2])
@pytest.mark.parametrize(
    ("change", "refusal"), [("returned", errors.ReportReturnedSince), ("secret", errors.WorkSecretNotPublished)]
)
async def test_what_counts_no_longer_is_not_published_whenever_it_is_found_out(
    session: AsyncSession, here: Place, steps: int, change: str, refusal: type[Conflict]
) -> None:
    entry_id = await add_progress(session, here.actor)

    async def draft_it() -> None:
        await drafts.draft_publication(session, person(here.actor), Source(progress_entry_id=entry_id))

    async def approve_it() -> None:
        await approve(session, here.actor, (await session.scalars(select(Publication.id))).one())

    async def publish_it() -> None:
        await release.publish(
            session, person(here.actor), (await session.scalars(select(Publication.id))).one(), AS_READ
        )

    verbs = (draft_it, approve_it, publish_it)
    for verb in verbs[:steps]:
        await verb()
    if change == "returned":
        returned = {"state": "returned", "returned_at": datetime(2016, 4, 20, tzinfo=UTC)}
        await session.execute(update(ProgressReport).values(returned))
    else:
        await session.execute(update(Item).values(secrecy=Secrecy.WORK_SECRET))
    with pytest.raises(refusal):
        await verbs[steps]()
    assert (await read_feed(session, here)).entries == []
