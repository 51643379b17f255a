from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Date, ScalarSelect, and_, cast, exists, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.bulletins.models import Criticism, RectificationOrder
from supervision.documents.models import Secrecy
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch, fetch_one
from supervision.foundation.errors import NotFound, or_not_found
from supervision.foundation.locks import get_locked
from supervision.foundation.paging import Page, PageRequest, Rows, page, where_given
from supervision.identity.models import Jurisdiction
from supervision.items.models import Item
from supervision.progress.models import ProgressEntry
from supervision.publication import policy
from supervision.publication.models import FeedWork, Publication
from supervision.publication.states import PublicationState
from supervision.tasks.models import Task

_COLUMNS = (
    Publication.id,
    Publication.entry_id,
    Publication.edition,
    Publication.channel,
    Publication.progress_entry_id,
    Publication.circular_id,
    Publication.rectification_order_id,
    Publication.tag,
    Publication.title,
    Publication.body,
    Publication.note,
    Publication.name_basis,
    Publication.redactions,
    Publication.fact_on,
    Publication.publish_by_on,
    Publication.state,
    Publication.drafted_by,
    Publication.drafted_at,
    Publication.reviewed_by,
    Publication.reviewed_at,
    Publication.verdict,
    Publication.legal_basis,
    Publication.reason,
    Publication.published_at,
    Publication.withdrawn_by,
    Publication.withdrawn_at,
    Publication.withdrawal_reason,
    Publication.version,
)


async def list_publications(
    session: AsyncSession,
    actor: Actor,
    request: PageRequest[UUID],
    *,
    state: str | None = None,
    channel: str | None = None,
    is_late: bool | None = None,
) -> Page:
    late = is_late_on(await clock.today(session))
    statement: Rows = select(*_COLUMNS, late.label("is_late")).where(policy.publications_visible_to(actor))
    statement = where_given(statement, {Publication.state: state, Publication.channel: channel, late: is_late})
    return await page(session, statement, request, identity=Publication.id)


async def get_publication(session: AsyncSession, actor: Actor, publication_id: UUID) -> Row:
    late = is_late_on(await clock.today(session))
    statement = select(*_COLUMNS, late.label("is_late")).where(
        Publication.id == publication_id, policy.publications_visible_to(actor)
    )
    return or_not_found(await fetch_one(session, statement))


async def get_for_update(session: AsyncSession, actor: Actor, publication_id: UUID) -> Publication:
    """Read a publication and lock its row; refuses one that is out of sight."""
    statement = select(Publication).where(Publication.id == publication_id, policy.publications_visible_to(actor))
    return await get_locked(session, statement)


async def get_entry_for_update(
    session: AsyncSession, actor: Actor, publication_id: UUID
) -> tuple[Publication, Sequence[Publication]]:
    """Read a publication with all editions of its entry, and lock them in one order; refuses one out of sight."""
    entry = select(Publication.entry_id).where(Publication.id == publication_id, policy.publications_visible_to(actor))
    statement = (
        select(Publication)
        .where(Publication.entry_id == entry.scalar_subquery())
        .order_by(Publication.id)
        .with_for_update()
    )
    editions = list(await session.scalars(statement, execution_options={"populate_existing": True}))
    wanted = [each for each in editions if each.id == publication_id]
    if not wanted:
        raise NotFound
    return wanted[0], editions


def is_late_on(today: date) -> ColumnElement[bool]:
    """Tell whether the clock of 20 working days ran out before a text was public."""
    published_on = cast(func.timezone("Asia/Shanghai", Publication.published_at), Date)
    return and_(
        func.coalesce(published_on, literal(today)) > Publication.publish_by_on,
        Publication.state != PublicationState.REFUSED,
    )


def secret_and_shown() -> ColumnElement[bool]:
    """Tell of a publication whether it is out although what it shows is a work secret by now."""
    secret = Item.secrecy == Secrecy.WORK_SECRET
    of_task = (
        select(Item.id)
        .join(Task, Task.item_id == Item.id)
        .join(ProgressEntry, ProgressEntry.task_id == Task.id)
        .where(ProgressEntry.id == Publication.progress_entry_id, secret)
    )
    of_order = (
        select(Item.id)
        .join(RectificationOrder, RectificationOrder.item_id == Item.id)
        .where(RectificationOrder.id == Publication.rectification_order_id, secret)
    )
    # What was a secret when the circular was drafted from is left out of the text, and stands in nobody's way.
    of_circular = (
        select(Item.id)
        .join(Criticism, Criticism.item_id == Item.id)
        .where(
            Criticism.circular_id == Publication.circular_id,
            secret,
            func.strpos(Publication.body, Criticism.reason) > 0,
        )
    )
    return and_(
        Publication.state == PublicationState.PUBLISHED, exists(of_task) | exists(of_order) | exists(of_circular)
    )


def count_order_changes() -> ScalarSelect[int]:
    """Select a number of one county that grows whenever one of its rectification orders moves."""
    return (
        select(func.coalesce(func.sum(RectificationOrder.version), 0))
        .where(RectificationOrder.jurisdiction_id == FeedWork.jurisdiction_id)
        .scalar_subquery()
    )


async def list_counties_to_render(session: AsyncSession) -> list[UUID]:
    """List, across all counties, those whose feeds or pages lag behind the record, or were not rendered today."""
    today = clock.real_now().astimezone(clock.SHANGHAI).date()
    behind = or_(
        FeedWork.jurisdiction_id.is_(None),
        FeedWork.changes > FeedWork.rendered,
        FeedWork.rendered_on.is_distinct_from(today),
        FeedWork.orders_rendered != count_order_changes(),
    )
    statement = (
        select(Jurisdiction.id)
        .outerjoin(FeedWork, FeedWork.jurisdiction_id == Jurisdiction.id)
        .where(behind)
        .order_by(Jurisdiction.id)
    )
    return [row["id"] for row in await fetch(session, statement)]


async def list_counties_with_secrets_out(session: AsyncSession) -> list[UUID]:
    """List, across all counties, those in which something published became a work secret."""
    statement = select(Publication.jurisdiction_id).where(secret_and_shown()).distinct()
    return [row["jurisdiction_id"] for row in await fetch(session, statement)]


async def count_publications(session: AsyncSession, actor: Actor) -> Row:
    """Count publications by state, and those that the clock of 20 working days ran out on."""
    late = is_late_on(await clock.today(session))
    waits = Publication.published_at.is_(None)
    counts = [func.count().filter(Publication.state == state).label(state) for state in PublicationState]
    statement = select(
        *counts,
        func.count().filter(late, waits).label("late"),
        func.count().filter(late, ~waits).label("published_late"),
    ).where(policy.publications_visible_to(actor))
    (row,) = await fetch(session, statement)
    return row
