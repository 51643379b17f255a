"""What nobody may read in public: work secrets, in whatever field, and names without a basis."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.bulletins import circular_drafts
from supervision.documents.models import Secrecy
from supervision.foundation.actors import Actor
from supervision.foundation.errors import NotFound
from supervision.items.errors import ClassifiedMatter
from supervision.items.models import Item
from supervision.messaging import templates
from supervision.publication import drafts, errors, public_queries, publication_review, queries, release, withdrawal
from supervision.publication.errors import NameNeedsBasis, NobodyMentioned, WorkSecretNotPublished
from supervision.publication.models import Feed, Publication
from supervision.publication.sources import Source
from supervision.publication.states import ReviewVerdict
from supervision.tasks.models import Milestone
from tests.factories import bulletins
from tests.factories.identity import make_official, make_unit
from tests.factories.publication import (
    add_progress,
    approve,
    correct,
    draft,
    issue_circular,
    person,
    put_out,
    render,
)
from tests.factories.scoring import add_indicator, add_item, add_task
from tests.factories.signatures import AS_READ
from tests.places import Place

# Stands in every field of what is a work secret, and so must stand in no feed.
SECRET = "密级内容"


async def secret_item(session: AsyncSession, actor: Actor) -> UUID:
    """Make an item of which everything tells that it is secret."""
    item_id = await add_item(
        session,
        title=f"{SECRET}事项",
        number=f"{SECRET}〔1〕",
        secrecy=Secrecy.WORK_SECRET,
        deadline_on=date(2016, 12, 31),
    )
    unit_id = await make_unit(session, actor)
    task_id = await add_task(session, actor, item_id, unit_id, goal=f"{SECRET}目标")
    await add_indicator(session, task_id, name=f"{SECRET}指标")
    session.add(
        Milestone(
            task_id=task_id,
            name="节点",
            due_on=date(2016, 6, 1),
            expected=f"{SECRET}形象进度",
            state="planned",
            set_by=None,
            set_at=datetime(2016, 1, 4, tzinfo=UTC),
        )
    )
    await session.flush()
    return item_id


async def all_that_is_served(session: AsyncSession, here: Place) -> str:
    """Return every byte that the public can be given: all documents of all feeds, and every entry."""
    await render(session, here.actor)
    documents = [content.decode() for content in await session.scalars(select(Feed.content))]
    entries = []
    for entry_id in await session.scalars(select(Publication.entry_id).distinct()):
        try:
            row = await public_queries.get_published(session, jurisdiction_code=here.code, entry_id=entry_id)
        except (errors.PublicationWithdrawn, NotFound):
            continue
        entries.append(str(row))
    return "\n".join([*documents, *entries])


async def from_progress(session: AsyncSession, here: Place, item_id: UUID) -> UUID:
    entry_id = await add_progress(session, here.actor, goal=f"{SECRET}目标二", item_id=item_id)
    return await drafts.draft_publication(session, person(here.actor), Source(progress_entry_id=entry_id))


async def from_circular(session: AsyncSession, here: Place, item_id: UUID) -> UUID:
    circular_id = await issue_circular(session, here.actor, item_id=item_id, reason=f"{SECRET}未办结")
    return await drafts.draft_publication(session, person(here.actor), Source(circular_id=circular_id))


async def from_order(session: AsyncSession, here: Place, item_id: UUID) -> UUID:
    unit_id = await make_unit(session, here.actor)
    facts = {"matter": f"{SECRET}问题", "item_id": item_id, "limit_on": date(2199, 1, 1)}
    order_id = await bulletins.order(session, bulletins.person(here.actor), unit_id, **facts)
    return await drafts.draft_publication(session, person(here.actor), Source(rectification_order_id=order_id))


SOURCES: dict[str, Callable[[AsyncSession, Place, UUID], Awaitable[UUID]]] = {
    "progress": from_progress,
    "circular": from_circular,
    "order": from_order,
}


@pytest.fixture(autouse=True)
async def _templates(session: AsyncSession, here: Place) -> None:
    await templates.install_defaults(session, here.actor)


async def mark(session: AsyncSession, item_id: UUID, secrecy: Secrecy) -> None:
    await session.execute(update(Item).where(Item.id == item_id).values(secrecy=secrecy))


class TestWorkSecrets:
    @pytest.mark.parametrize("source", SOURCES)
    async def test_nothing_is_drafted_from_one(self, session: AsyncSession, here: Place, source: str) -> None:
        item_id = await secret_item(session, here.actor)
        with pytest.raises((WorkSecretNotPublished, NobodyMentioned)):
            await SOURCES[source](session, here, item_id)

    @pytest.mark.parametrize("source", SOURCES)
    @pytest.mark.parametrize("steps", [0, 1])
    async def test_what_becomes_one_is_not_published(
        self, session: AsyncSession, here: Place, source: str, steps: int
    ) -> None:
        item_id = await secret_item(session, here.actor)
        await mark(session, item_id, Secrecy.INTERNAL)
        publication_id = await SOURCES[source](session, here, item_id)
        if steps:
            await approve(session, here.actor, publication_id)
        await mark(session, item_id, Secrecy.WORK_SECRET)
        with pytest.raises(WorkSecretNotPublished):
            await (
                release.publish(session, person(here.actor), publication_id, AS_READ)
                if steps
                else approve(session, here.actor, publication_id)
            )
        assert SECRET not in await all_that_is_served(session, here)

    @pytest.mark.parametrize("source", SOURCES)
    async def test_what_becomes_one_later_is_withdrawn(self, session: AsyncSession, here: Place, source: str) -> None:
        item_id = await secret_item(session, here.actor)
        await mark(session, item_id, Secrecy.INTERNAL)
        publication_id = await SOURCES[source](session, here, item_id)
        await approve(session, here.actor, publication_id)
        await release.publish(session, person(here.actor), publication_id, AS_READ)
        kept = await put_out(session, here.actor)
        assert SECRET in await all_that_is_served(session, here)
        await mark(session, item_id, Secrecy.WORK_SECRET)
        assert await withdrawal.withdraw_secrets(session, person(here.actor)) == 1
        served = await all_that_is_served(session, here)
        assert (SECRET in served, str(kept) in served) == (False, True)
        assert await withdrawal.withdraw_secrets(session, person(here.actor)) == 0

    @pytest.mark.parametrize("field", ["title", "body", "note"])
    @pytest.mark.parametrize("told", ["事项", "〔1〕", "目标", "形象进度"])
    async def test_no_field_that_the_public_reads_may_tell_of_one(
        self, session: AsyncSession, here: Place, field: str, told: str
    ) -> None:
        await secret_item(session, here.actor)
        text = f"据{SECRET}{told}办理"
        correction_id = await correct(session, here.actor, await put_out(session, here.actor), **{field: text})
        with pytest.raises(WorkSecretNotPublished):
            await approve(session, here.actor, correction_id)
        assert SECRET not in await all_that_is_served(session, here)

    async def test_a_circular_leaves_out_what_is_said_of_one(self, session: AsyncSession, here: Place) -> None:
        item_id = await secret_item(session, here.actor)
        drafter = bulletins.person(here.actor)
        circular_id = await bulletins.draft(session, drafter)
        for of_item, reason in ((item_id, f"{SECRET}未办结"), (None, "数据不实")):
            unit_id = await make_unit(session, here.actor)
            await circular_drafts.criticise(
                session, drafter, circular_id, unit_id=unit_id, item_id=of_item, reason=reason
            )
        await bulletins.put_out(session, here.actor, circular_id)
        drafted = await drafts.draft_publication(session, person(here.actor), Source(circular_id=circular_id))
        await approve(session, here.actor, drafted)
        await release.publish(session, person(here.actor), drafted, AS_READ)
        served = await all_that_is_served(session, here)
        assert ("数据不实" in served, SECRET in served) == (True, False)

    async def test_every_field_that_is_served_was_looked_at(self, session: AsyncSession, here: Place) -> None:
        """What the public is given of a publication is this, and no more; a new field has to be looked at first."""
        published = await put_out(session, here.actor)
        shown = await public_queries.get_published(session, jurisdiction_code=here.code, entry_id=published)
        assert set(shown) == {
            *("id", "tag", "channel", "edition", "title", "body", "published_at", "updated_at", "version")
        }
        row = await queries.get_publication(session, here.actor, published)
        served = await all_that_is_served(session, here)
        kept_back = ("legal_basis", "drafted_by", "reviewed_by", "progress_entry_id")
        assert not [name for name in kept_back if str(row[name]) in served]


class TestNames:
    async def test_a_name_is_shown_only_with_a_basis(self, session: AsyncSession, here: Place) -> None:
        entry_id = await add_progress(session, here.actor)
        source = Source(progress_entry_id=entry_id)
        drafted = await drafts.draft_publication(
            session, person(here.actor), source, name_basis="本人为公示的责任人（县委办〔2016〕3号）"
        )
        await approve(session, here.actor, drafted)
        await release.publish(session, person(here.actor), drafted, AS_READ)
        assert "综合科科长张某某" in await all_that_is_served(session, here)

    @pytest.mark.parametrize("field", ["title", "body"])
    async def test_a_name_that_is_written_in_is_refused(self, session: AsyncSession, here: Place, field: str) -> None:
        drafter = person(here.actor)
        source = Source(progress_entry_id=await add_progress(session, here.actor))
        drafted = await drafts.draft_publication(session, drafter, source)
        changes = {field: "由张某某负责"}
        await drafts.amend_publication(session, drafter, drafted, 1, changes=changes)
        with pytest.raises(NameNeedsBasis):
            await approve(session, here.actor, drafted)
        await drafts.amend_publication(session, drafter, drafted, 2, changes={"name_basis": "公示依据"})
        await approve(session, here.actor, drafted)

    async def test_an_official_who_comes_later_is_not_named_either(self, session: AsyncSession, here: Place) -> None:
        drafted = await draft(session, here.actor, goal="支持李某某工作室建设")
        await approve(session, here.actor, drafted)
        await make_official(session, here.actor, await make_unit(session, here.actor), name="李某某")
        with pytest.raises(NameNeedsBasis):
            await release.publish(session, person(here.actor), drafted, AS_READ)

    async def test_a_redaction_takes_the_name_out(self, session: AsyncSession, here: Place) -> None:
        await make_official(session, here.actor, await make_unit(session, here.actor), name="李某某")
        drafted = await draft(session, here.actor, goal="支持李某某工作室建设")
        redactions = [{"passage": "李某某", "ground": "个人信息"}]
        await publication_review.review_publication(
            session,
            person(here.actor),
            drafted,
            AS_READ,
            verdict=ReviewVerdict.APPROVED,
            legal_basis="依据",
            redactions=redactions,
        )
        row = await queries.get_publication(session, here.actor, drafted)
        assert "李某某" not in row["title"] + row["body"]
        assert "支持［略］工作室建设" in row["body"]
        assert row["redactions"] == redactions

    async def test_a_redaction_that_is_not_there_is_refused(self, session: AsyncSession, here: Place) -> None:
        drafted = await draft(session, here.actor)
        with pytest.raises(errors.RedactionNotFound):
            await publication_review.review_publication(
                session,
                person(here.actor),
                drafted,
                AS_READ,
                verdict=ReviewVerdict.APPROVED,
                legal_basis="依据",
                redactions=[{"passage": "没有的话", "ground": "个人信息"}],
            )

    async def test_what_is_marked_as_classified_is_refused(self, session: AsyncSession, here: Place) -> None:
        drafter = person(here.actor)
        source = Source(progress_entry_id=await add_progress(session, here.actor))
        drafted = await drafts.draft_publication(session, drafter, source)
        with pytest.raises(ClassifiedMatter):
            await drafts.amend_publication(session, drafter, drafted, 1, changes={"body": "机密★一年"})
