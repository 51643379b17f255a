from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Numeric, Text, Uuid, and_, case, cast, func, or_, select, text, true
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import clock
from supervision.foundation.actors import Actor, Role
from supervision.foundation.driver import Row, fetch
from supervision.foundation.paging import Rows
from supervision.identity import policy as identity
from supervision.identity.models import Official, Unit
from supervision.items.models import Item, Party
from supervision.items.states import ItemState, Responsibility
from supervision.progress.last_reported import ALL_KNOWN
from supervision.reviews.models import CompletionReport
from supervision.reviews.states import CompletionState
from supervision.reviews.task_standing import DEADLINES_PASSED, item_standing
from supervision.tasks.models import Task


class Grouping(StrEnum):
    UNIT = "unit"
    KIND = "kind"
    LEADER = "leader"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class _Group:
    """What makes a group: its key and name, how an item comes into it, and which reports of the item count in it."""

    key: Any
    name: Callable[[Actor], Any]
    join: Callable[[Rows], Rows]
    reports: ColumnElement[bool]


def _of_unit(items: Rows) -> Rows:
    is_its = (Party.item_id == Item.id) & (Party.responsibility == Responsibility.RESPONSIBLE_UNIT)
    return items.join(Party, is_its).join(Unit, Unit.id == Party.unit_id)


def _of_leader(items: Rows) -> Rows:
    is_theirs = (Party.item_id == Item.id) & (Party.responsibility == Responsibility.LEAD_LEADER)
    return items.join(Party, is_theirs).join(Official, Official.id == Party.official_id)


def _name_of_leader(actor: Actor) -> Any:
    """Name a leader to those who may know officials by name; to others an id must do."""
    return case((identity.officials_visible_to(actor), Official.name), else_=cast(Official.id, Text))


_MONTH = func.to_char(Item.received_on, "YYYY-MM")
_GROUPS: Mapping[Grouping, _Group] = {
    Grouping.UNIT: _Group(cast(Unit.id, Text), lambda _: Unit.name, _of_unit, CompletionReport.unit_id == Unit.id),
    Grouping.KIND: _Group(Item.kind, lambda _: Item.kind, lambda items: items, true()),
    Grouping.LEADER: _Group(cast(Official.id, Text), _name_of_leader, _of_leader, Task.lead_leader_id == Official.id),
    Grouping.MONTH: _Group(_MONTH, lambda _: _MONTH, lambda items: items, true()),
}
_IS_CLOSED = Item.state == ItemState.CLOSED
# The items of which a task was not finished by a deadline that they have had, or which nobody broke down in time.
_MISSED = text(f"""
    SELECT i.id FROM item i CROSS JOIN LATERAL ({DEADLINES_PASSED}) d
    CROSS JOIN LATERAL ({item_standing(due="d.ended_at", known=ALL_KNOWN)}) s
    WHERE i.year = :year AND s.is_unfinished
""").columns(id=Uuid)  # noqa: S608 - what is put in is our own text
# What was never taken up, was a mistake, or went into another item is counted nowhere.
_COUNTS = or_(
    *(Item.state == each for each in (ItemState.OPEN, ItemState.SUSPENDED, ItemState.CLOSED, ItemState.TERMINATED))
)


async def get_statistics(session: AsyncSession, actor: Actor, *, year: int, by: Grouping) -> list[Row]:
    """Compute how the items of a year went: closed, on time, days to close, reports returned.

    Shares are percents, days are calendar days from receipt to close-out; both have 1 decimal, rounded half up, and
    are null where there is nothing to divide by. On time is the share of the closed and the late that was closed and is
    not late: late is what a task of was not finished by a deadline, the same as for scores. A unit's figures are those
    of its own tasks' items; rows come by name, for nobody is ranked.
    """
    group = _GROUPS[by]
    today = await clock.today(session)
    missed = _MISSED.bindparams(year=year, today=today).cte("missed")
    is_late = Item.id.in_(select(missed.c.id))
    is_ended, is_in_time = or_(_IS_CLOSED, is_late), and_(_IS_CLOSED, ~is_late)
    counted = _reports(actor, group)
    closed = func.count().filter(_IS_CLOSED)
    statement: Rows = (
        group.join(
            select(
                group.key.label("key"),
                func.min(group.name(actor)).label("name"),
                func.count().label("items"),
                closed.label("closed"),
                _share(closed, func.count()).label("closed_share"),
                _share(func.count().filter(is_in_time), func.count().filter(is_ended)).label("on_time_share"),
                func.round(func.avg(Item.closed_on - Item.received_on).filter(_IS_CLOSED), 1).label("average_days"),
                _share(func.sum(counted.c.returned), func.sum(counted.c.reports)).label("returned_share"),
            ).select_from(Item)
        )
        .join(counted, true())
        .where(Item.year == year, _COUNTS, *_own(actor, by))
        .group_by("key")
        .order_by("name", "key")
    )
    return await fetch(session, statement)


def _reports(actor: Actor, group: _Group) -> Any:
    """Count the completion reports of an item, and those that were returned."""
    mine = CompletionReport.unit_id == actor.unit_id if actor.role is Role.UNIT else true()
    return (
        select(
            func.count().label("reports"),
            func.count().filter(CompletionReport.state == CompletionState.RETURNED).label("returned"),
        )
        .select_from(CompletionReport)
        .join(Task, Task.id == CompletionReport.task_id)
        .where(Task.item_id == Item.id, group.reports, mine)
        .correlate(Item, Unit, Official)
        .lateral()
    )


def _own(actor: Actor, by: Grouping) -> tuple[ColumnElement[bool], ...]:
    if actor.role is not Role.UNIT:
        return ()
    if by is Grouping.UNIT:
        return (Unit.id == actor.unit_id,)
    its = select(Party.item_id).where(
        Party.unit_id == actor.unit_id, Party.responsibility == Responsibility.RESPONSIBLE_UNIT
    )
    return (Item.id.in_(its.correlate(None)),)


def _share(part: Any, whole: Any) -> ColumnElement[Any]:
    return func.round(cast(100 * part, Numeric) / func.nullif(whole, 0), 1)
