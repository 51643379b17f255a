"""What the portal shows: what is published now, each entry's corrections and comments, and what was withdrawn."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from supervision.bulletins.models import Criticism, RectificationOrder
from supervision.foundation import clock
from supervision.foundation.driver import Row, fetch
from supervision.foundation.paging import Rows
from supervision.identity.models import Official
from supervision.items.models import Item
from supervision.progress.models import ProgressEntry
from supervision.publication.models import Publication, PublicComment
from supervision.publication.portal.published_facts import PublishedFacts, read_facts
from supervision.publication.portal.rectification_progress import ORDER_FACTS, OrderStanding, take_standing
from supervision.publication.queries import secret_and_shown
from supervision.publication.states import SHOWN, CommentState, PublicationState
from supervision.tasks.models import Task

_first = aliased(Publication)
Shown = TypeVar("Shown")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownEntry:
    """What an entry shows now, and of the record beside it what no reader sees as such: it becomes shares and lines."""

    entry_id: UUID
    channel: str
    edition: int
    title: str
    body: str
    published_at: datetime
    updated_at: datetime
    fact_on: date
    task_id: UUID | None
    kind: str | None
    received_on: date | None
    deadline_on: date | None
    facts: PublishedFacts = field(default_factory=PublishedFacts)
    order: OrderStanding | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    edition: int
    note: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class ShownComment:
    text: str
    received_at: datetime
    taken_up_as: str | None


@dataclass(frozen=True, slots=True)
class Withdrawn:
    entry_id: UUID
    channel: str
    withdrawn_at: datetime


# What became a secret a moment ago is not shown even before the worker has withdrawn it.
IS_SHOWN: ColumnElement[bool] = and_(Publication.state == PublicationState.PUBLISHED, ~secret_and_shown())
NEWEST_FIRST = (Publication.published_at.desc(), Publication.entry_id.desc())


def select_entries() -> Rows:
    """Select what the public sees now, the newest first."""
    statement: Rows = (
        select(
            Publication.entry_id,
            Publication.channel,
            Publication.edition,
            Publication.title,
            Publication.body,
            _first.published_at,
            Publication.published_at.label("updated_at"),
            _first.fact_on,
            Task.id.label("task_id"),
            Item.kind,
            Item.received_on,
            Item.deadline_on,
            *ORDER_FACTS,
        )
        .join(_first, _first.id == Publication.entry_id)
        .outerjoin(ProgressEntry, ProgressEntry.id == Publication.progress_entry_id)
        .outerjoin(Task, Task.id == ProgressEntry.task_id)
        .outerjoin(Item, Item.id == Task.item_id)
        .outerjoin(RectificationOrder, RectificationOrder.id == Publication.rectification_order_id)
        .where(IS_SHOWN)
        .order_by(*NEWEST_FIRST)
    )
    return statement


def shown_entry(row: Row, today: date) -> ShownEntry:
    order = take_standing(row, today)
    return ShownEntry(**row, facts=read_facts(row["body"]), order=order)


async def read_entries(session: AsyncSession) -> list[ShownEntry]:
    today = await clock.today(session)
    return [shown_entry(row, today) for row in await fetch(session, select_entries())]


async def read_orders(session: AsyncSession) -> Mapping[UUID, Sequence[UUID]]:
    """Read, by the entry of a circular, the entries of orders to those whom it criticises, for the same items."""
    of_order = aliased(Publication)
    statement = (
        select(Publication.entry_id, of_order.entry_id.label("order_entry_id"))
        .join(Criticism, Criticism.circular_id == Publication.circular_id)
        .join(Official, Official.id == Criticism.official_id, isouter=True)
        .join(
            RectificationOrder,
            and_(
                RectificationOrder.item_id == Criticism.item_id,
                RectificationOrder.unit_id == func.coalesce(Criticism.unit_id, Official.unit_id),
            ),
        )
        .join(of_order, of_order.rectification_order_id == RectificationOrder.id)
        .where(*(each.state == PublicationState.PUBLISHED for each in (Publication, of_order)))
        .order_by(of_order.entry_id)
        .distinct()
    )
    rows = await fetch(session, statement)
    return _grouped((row["entry_id"], row["order_entry_id"]) for row in rows)


async def read_corrections(session: AsyncSession) -> Mapping[UUID, Sequence[Correction]]:
    """Read, entry by entry, what was put right, the first correction first."""
    statement = (
        select(Publication.entry_id, Publication.edition, Publication.note, Publication.published_at)
        .where(Publication.note.is_not(None), Publication.state.in_(SHOWN))
        .order_by(Publication.edition)
    )
    rows = (await session.execute(statement)).mappings()
    return _grouped((row["entry_id"], Correction(row["edition"], row["note"], row["published_at"])) for row in rows)


async def read_comments(session: AsyncSession) -> Mapping[UUID, Sequence[ShownComment]]:
    """Read, entry by entry, the comments that the office let the public see, the first one first."""
    statement = (
        select(PublicComment.entry_id, PublicComment.text, PublicComment.received_at, PublicComment.taken_up_as)
        .where(PublicComment.state == CommentState.PUBLISHED)
        .order_by(PublicComment.id)
    )
    rows = await fetch(session, statement)
    return _grouped((row.pop("entry_id"), ShownComment(**row)) for row in rows)


async def read_withdrawn(session: AsyncSession) -> list[Withdrawn]:
    # Of what was withdrawn not even the title is read.
    statement = (
        select(Publication.entry_id, Publication.channel, func.max(Publication.withdrawn_at).label("withdrawn_at"))
        .where(Publication.state == PublicationState.WITHDRAWN)
        .group_by(Publication.entry_id, Publication.channel)
    )
    return [Withdrawn(**row) for row in await fetch(session, statement)]


def _grouped(pairs: Iterable[tuple[UUID, Shown]]) -> Mapping[UUID, Sequence[Shown]]:
    found: dict[UUID, list[Shown]] = defaultdict(list)
    for entry_id, thing in pairs:
        found[entry_id].append(thing)
    return found
