"""The record from which a publication is drafted: what it says, and whether it may be made public."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, literal, null, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from supervision.bulletins.models import Circular, Commendation, Criticism, RectificationOrder
from supervision.bulletins.states import CircularState
from supervision.documents.models import Secrecy
from supervision.foundation.clock import SHANGHAI
from supervision.identity.models import Official, Unit
from supervision.items.models import Item
from supervision.progress.models import Figure, Obligation, ProgressEntry, ProgressReport
from supervision.progress.states import ReportState
from supervision.publication import rules
from supervision.publication.errors import (
    CircularNotIssued,
    NobodyMentioned,
    OneSourceNeeded,
    ReportReturnedSince,
    UnknownCircular,
    UnknownProgressEntry,
    UnknownRectificationOrder,
    WorkSecretNotPublished,
)
from supervision.publication.models import Publication
from supervision.publication.states import Channel
from supervision.tasks.models import Indicator, Task

_IS_SECRET = Item.secrecy == Secrecy.WORK_SECRET


@dataclass(frozen=True, slots=True)
class Source:
    """What a publication comes from: one of the three."""

    progress_entry_id: UUID | None = None
    circular_id: UUID | None = None
    rectification_order_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    channel: Channel
    title: str
    body: str
    fact_on: date


async def require_publishable(session: AsyncSession, source: Source, *, is_correction: bool = False) -> None:
    """Refuse what is not there, not out, returned for supplement, or a work secret.

    What came out of a report that was returned since is the very thing that a correction may have to put right.
    """
    if source.progress_entry_id is not None:
        is_secret = await _check_entry(session, source.progress_entry_id, is_correction=is_correction)
    elif source.circular_id is not None:
        is_secret = await _check_circular(session, source.circular_id)
    else:
        is_secret = await _check_order(session, source.rectification_order_id)
    if is_secret:
        raise WorkSecretNotPublished


async def recheck(session: AsyncSession, publication: Publication) -> None:
    """Refuse what was drafted when it could be published, and cannot any more."""
    source = Source(publication.progress_entry_id, publication.circular_id, publication.rectification_order_id)
    await require_publishable(session, source, is_correction=publication.edition > 1)


async def read_draft(session: AsyncSession, source: Source, *, with_names: bool) -> Draft:
    """Compose a draft from what may be published; refuses a circular that then says nothing, and several sources."""
    given = [source.progress_entry_id, source.circular_id, source.rectification_order_id]
    if len([each for each in given if each is not None]) != 1:
        raise OneSourceNeeded
    await require_publishable(session, source)
    if source.progress_entry_id is not None:
        return await _draft_progress(session, source.progress_entry_id, with_names=with_names)
    if source.circular_id is not None:
        return await _draft_circular(session, source.circular_id, with_names=with_names)
    return await _draft_rectification(session, source.rectification_order_id)


async def _check_entry(session: AsyncSession, entry_id: UUID, *, is_correction: bool) -> bool:
    statement = (
        select(ProgressReport.state, _IS_SECRET.label("is_secret"))
        .join_from(ProgressEntry, ProgressReport, ProgressReport.id == ProgressEntry.report_id)
        .join(Task, Task.id == ProgressEntry.task_id)
        .join(Item, Item.id == Task.item_id)
        .where(ProgressEntry.id == entry_id)
        # Nobody returns the report, nor makes a secret of the item, before what rests on this is done.
        .with_for_update(read=True, of=(ProgressReport, Item))
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise UnknownProgressEntry
    if row.state == ReportState.RETURNED and not is_correction:
        raise ReportReturnedSince
    return bool(row.is_secret)


async def _check_circular(session: AsyncSession, circular_id: UUID) -> bool:
    # What a circular says of secret items is left out of the draft, so that the circular itself never is one.
    state = await session.scalar(select(Circular.state).where(Circular.id == circular_id))
    if state is None:
        raise UnknownCircular
    if state != CircularState.ISSUED:
        raise CircularNotIssued
    return False


async def _check_order(session: AsyncSession, order_id: UUID | None) -> bool:
    statement = (
        select(_IS_SECRET.label("is_secret"))
        .select_from(RectificationOrder)
        .outerjoin(Item, Item.id == RectificationOrder.item_id)
        .where(RectificationOrder.id == order_id)
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise UnknownRectificationOrder
    return bool(row.is_secret)


async def _draft_progress(session: AsyncSession, entry_id: UUID, *, with_names: bool) -> Draft:
    lead = aliased(Official)
    statement = (
        select(
            Task.goal,
            (lead.post + lead.name if with_names else lead.post).label("leader"),
            Unit.name.label("unit"),
            Official.post,
            (Official.name if with_names else literal("")).label("name"),
            ProgressEntry.percent,
            ProgressEntry.received_at,
            Obligation.period_first.label("first"),
            Obligation.period_last.label("last"),
        )
        .join_from(ProgressEntry, Task, Task.id == ProgressEntry.task_id)
        .join(Unit, Unit.id == Task.responsible_unit_id)
        .join(Official, Official.id == Task.responsible_person_id)
        .join(lead, lead.id == Task.lead_leader_id)
        .join(ProgressReport, ProgressReport.id == ProgressEntry.report_id)
        .join(Obligation, Obligation.id == ProgressReport.obligation_id)
        .where(ProgressEntry.id == entry_id)
    )
    facts = dict((await session.execute(statement)).mappings().one())
    fact_on = facts.pop("received_at").astimezone(SHANGHAI).date()
    figures = (
        select(Indicator.name, Figure.value, Indicator.unit_of_measure)
        .join_from(Figure, Indicator, Indicator.id == Figure.indicator_id)
        .where(Figure.entry_id == entry_id)
        .order_by(Figure.id)
    )
    measured = [rules.Measured(*row) for row in await session.execute(figures)]
    return Draft(Channel.PROGRESS, *rules.compose(rules.Progress(**facts, figures=measured)), fact_on)


async def _draft_circular(session: AsyncSession, circular_id: UUID, *, with_names: bool) -> Draft:
    commended = (
        select(
            Unit.name.label("unit"),
            literal("").label("post"),
            literal("").label("name"),
            Commendation.reason,
            literal(value=True).label("is_commended"),
            Commendation.id,
        )
        .join(Unit, Unit.id == Commendation.unit_id)
        .where(Commendation.circular_id == circular_id)
    )
    criticised = (
        select(
            Unit.name,
            func.coalesce(Official.post, ""),
            func.coalesce(Official.name if with_names else null(), ""),
            Criticism.reason,
            literal(value=False),
            Criticism.id,
        )
        .select_from(Criticism)
        .outerjoin(Official, Official.id == Criticism.official_id)
        .join(Unit, Unit.id == func.coalesce(Criticism.unit_id, Official.unit_id))
        .outerjoin(Item, Item.id == Criticism.item_id)
        .where(Criticism.circular_id == circular_id, or_(Item.id.is_(None), ~_IS_SECRET))
    )
    both = union_all(commended, criticised).subquery()
    rows = await session.execute(select(both).order_by(both.c.id))
    mentioned = [rules.Mentioned(*row[:-1]) for row in rows]
    if not mentioned:
        raise NobodyMentioned
    circular = (await session.scalars(select(Circular).where(Circular.id == circular_id))).one()
    assert circular.number and circular.issued_on  # noqa: S101, PT018 - an issued circular has both
    issued = rules.IssuedCircular(circular.title, circular.number, circular.issued_on, mentioned)
    return Draft(Channel.CIRCULARS, *rules.compose_circular(issued), circular.issued_on)


async def _draft_rectification(session: AsyncSession, order_id: UUID | None) -> Draft:
    statement = (
        select(
            Unit.name.label("unit"),
            RectificationOrder.matter,
            RectificationOrder.limit_on,
            RectificationOrder.state,
            RectificationOrder.ordered_at,
        )
        .join(Unit, Unit.id == RectificationOrder.unit_id)
        .where(RectificationOrder.id == order_id)
    )
    facts = dict((await session.execute(statement)).mappings().one())
    fact_on = facts.pop("ordered_at").astimezone(SHANGHAI).date()
    return Draft(Channel.EXPOSURE, *rules.compose_rectification(rules.OrderedRectification(**facts)), fact_on)
