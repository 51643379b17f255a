from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.bulletins import circular_drafts
from supervision.bulletins.models import RectificationOrder
from supervision.foundation import clock
from supervision.foundation.actors import Actor, Role
from supervision.foundation.ids import new_id
from supervision.progress.models import ProgressEntry
from supervision.publication import drafts, feed_store, publication_review, release, withdrawal
from supervision.publication.models import Publication
from supervision.publication.sources import Source
from supervision.publication.states import ReviewVerdict
from supervision.tasks.models import Task
from tests.factories import bulletins
from tests.factories.identity import make_official, make_unit
from tests.factories.scoring import add_entry, add_indicator, add_item, add_task
from tests.factories.signatures import AS_READ

FIRST_HALF_OF_APRIL = (date(2016, 4, 1), date(2016, 4, 15))


def person(actor: Actor, role: Role = Role.PUBLISHER) -> Actor:
    return Actor(actor.jurisdiction_id, role, client_id=new_id())


async def add_progress(
    session: AsyncSession,
    actor: Actor,
    *,
    goal: str = "国内生产总值增长6.5%—7%",
    value: str | None = "6.70",
    **over: Any,
) -> UUID:
    """Add a progress entry of the first half of April 2016 with everything that it stands on."""
    unit_id = over.pop("unit_id", None) or await make_unit(session, actor, name=over.pop("unit", f"示例局{new_id()}"))
    official_id = await make_official(session, actor, unit_id, name="张某某", post="综合科科长")
    item_id = over.pop("item_id", None) or await add_item(
        session, kind="major_decision", deadline_on=date(2016, 12, 31)
    )
    task_id = await add_task(session, actor, item_id, unit_id, goal=goal, responsible_person_id=official_id)
    indicator_id = await add_indicator(session, task_id, name="国内生产总值增速")
    facts = {"percent": 60, "received_at": datetime(2016, 4, 18, 2, tzinfo=UTC), **over}
    figures = [(indicator_id, Decimal(value))] if value else []
    return await add_entry(session, unit_id, task_id, figures=figures, period=FIRST_HALF_OF_APRIL, **facts)


async def draft(session: AsyncSession, actor: Actor, **over: Any) -> UUID:
    entry_id = await add_progress(session, actor, **over)
    return await drafts.draft_publication(session, person(actor), Source(progress_entry_id=entry_id))


async def approve(session: AsyncSession, actor: Actor, publication_id: UUID, **over: Any) -> None:
    await publication_review.review_publication(
        session,
        person(actor),
        publication_id,
        AS_READ,
        verdict=ReviewVerdict.APPROVED,
        legal_basis="《政府信息公开条例》第十九条",
        **over,
    )


async def put_out(session: AsyncSession, actor: Actor, **over: Any) -> UUID:
    """Draft, approve and publish, each by another person."""
    publication_id = await draft(session, actor, **over)
    await approve(session, actor, publication_id)
    await release.publish(session, person(actor), publication_id, AS_READ)
    return publication_id


async def put_out_next(
    session: AsyncSession, actor: Actor, publication_id: UUID, *, percent: int, received_at: datetime
) -> UUID:
    """Publish what a later report says of the task that a publication tells of."""
    task = await session.scalar(
        select(Task)
        .join(ProgressEntry, ProgressEntry.task_id == Task.id)
        .join(Publication, Publication.progress_entry_id == ProgressEntry.id)
        .where(Publication.id == publication_id)
    )
    assert task
    entry_id = await add_entry(session, task.responsible_unit_id, task.id, percent=percent, received_at=received_at)
    later_id = await drafts.draft_publication(session, person(actor), Source(progress_entry_id=entry_id))
    await approve(session, actor, later_id)
    await release.publish(session, person(actor), later_id, AS_READ)
    return later_id


async def put_out_correction(session: AsyncSession, actor: Actor, publication_id: UUID, **over: Any) -> UUID:
    """Correct what is published, each step by another person."""
    correction_id = await correct(session, actor, publication_id, **over)
    await approve(session, actor, correction_id)
    await release.publish(session, person(actor), correction_id, AS_READ)
    return correction_id


async def put_out_order(session: AsyncSession, actor: Actor, **over: Any) -> UUID:
    """Order a unit to put a matter right, and publish that."""
    unit_id = over.pop("unit_id", None) or await make_unit(session, actor, name=over.pop("unit", f"示例局{new_id()}"))
    order = RectificationOrder(
        unit_id=unit_id,
        item_id=over.pop("item_id", None),
        matter=over.pop("matter", "河道清淤进度滞后"),
        limit_on=over.pop("limit_on", date(2016, 6, 30)),
        state="ordered",
        ordered_by=None,
        ordered_at=await clock.now(session),
        version=1,
    )
    session.add(order)
    await session.flush()
    publication_id = await drafts.draft_publication(session, person(actor), Source(rectification_order_id=order.id))
    await approve(session, actor, publication_id)
    await release.publish(session, person(actor), publication_id, AS_READ)
    return publication_id


async def correct(session: AsyncSession, actor: Actor, publication_id: UUID, **over: Any) -> UUID:
    """Draft the next edition of what is published."""
    version = await session.scalar(select(Publication.version).where(Publication.id == publication_id))
    assert version
    facts = {"title": "更正后的标题", "body": "完成进度：61%", "note": "完成进度应为61%", **over}
    return await drafts.draft_correction(session, person(actor), publication_id, version, **facts)


async def withdraw(session: AsyncSession, actor: Actor, publication_id: UUID, **over: Any) -> None:
    version = await session.scalar(select(Publication.version).where(Publication.id == publication_id))
    assert version
    await withdrawal.withdraw_publication(
        session, person(actor), publication_id, version, **{"reason": "数据有误", **over}
    )


async def render(session: AsyncSession, actor: Actor) -> None:
    """Render the county's feeds, as the worker does once the doorbell rings."""
    await feed_store.render_feeds(session, actor.jurisdiction_id)


async def issue_circular(session: AsyncSession, actor: Actor, **over: Any) -> UUID:
    """Issue a circular that criticises a unit for an item."""
    unit_id = over.pop("unit_id", None) or await make_unit(session, actor)
    item_id = over.pop("item_id", None) or await add_item(session)
    drafter = bulletins.person(actor)
    circular_id = await bulletins.draft(session, drafter, **over.pop("circular", {}))
    facts = {"unit_id": unit_id, "item_id": item_id, "reason": "未按时限办结", **over}
    await circular_drafts.criticise(session, drafter, circular_id, **facts)
    await bulletins.put_out(session, actor, circular_id)
    return circular_id
