from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    SQLColumnExpression,
    literal,
    or_,
    select,
    text,
    union,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.cadence.moments import day_zh, shanghai_day
from supervision.cadence.periods import Period
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.ids import NEW_ID_SQL
from supervision.identity.models import Official, Position
from supervision.items.models import Item
from supervision.items.states import ItemKind, ItemState
from supervision.messaging import outbox
from supervision.messaging.outbox import NewMessage
from supervision.progress import rhythm
from supervision.progress.models import Obligation
from supervision.progress.rules import Covers
from supervision.progress.states import ObligationState
from supervision.tasks.models import Task

# Units, and the officials of them who are written to.
Recipients = Select[UUID, UUID] | CompoundSelect[UUID, UUID]

_INSTANT = timedelta(microseconds=1)
# Which template speaks of an obligation, and what the matter of its message is called.
_MATTERS = {"reminder": "remind", "urge": "urge"}


async def open_obligations(
    session: AsyncSession, actor: Actor, period: Period, due_at: datetime, covers: Covers = Covers.ALL
) -> int:
    """Oblige each unit with open tasks of those covered to report for the period (§4(1)); again adds nothing.

    Returns how many were opened. A unit whose first task comes later is obliged from the next period on.
    """
    units = (
        select(Task.responsible_unit_id)
        .join(Item, Item.id == Task.item_id)
        .where(Item.received_on <= period.last, Item.state == ItemState.OPEN, speaks_of(literal(covers)))
        .distinct()
        .subquery()
    )
    facts = {
        Obligation.unit_id: units.c.responsible_unit_id,
        Obligation.period_first: literal(period.first),
        Obligation.period_last: literal(period.last),
        Obligation.covers: literal(str(covers)),
        Obligation.due_at: literal(due_at),
        Obligation.state: literal(str(ObligationState.OPEN)),
        Obligation.version: literal(1),
    }
    opened = await session.scalars(
        insert(Obligation)
        .from_select([Obligation.id, *facts], select(text(NEW_ID_SQL), *facts.values()).select_from(units))
        .on_conflict_do_nothing()
        .returning(Obligation.id)
    )
    count = len(opened.all())
    await audit.record(session, actor, "obligations.opened", None, period=period.label_zh, count=count)
    return count


async def remind(session: AsyncSession, actor: Actor, period: Period) -> int:
    """Remind the responsible persons of the units that have not reported, as long as they still can in time.

    Returns the number of messages queued.
    """
    now = await clock.now(session)
    still_open = await _lock_open(session, period, Obligation.due_at > now)
    count = await _write(session, actor, "reminder", period, still_open, _responsible)
    await audit.record(session, actor, "obligations.reminded", None, period=period.label_zh, count=count)
    return count


async def mark_late(session: AsyncSession, actor: Actor, period: Period) -> int:
    """Mark what was not reported in time; it costs no points by itself. Returns how many were marked."""
    now = await clock.now(session)
    statement = (
        update(Obligation)
        .where(_of(period), _is_open(), Obligation.due_at <= now, Obligation.marked_late_at.is_(None))
        .values(marked_late_at=now, version=Obligation.version + 1)
        .returning(Obligation.id)
        .execution_options(synchronize_session=False)
    )
    count = len((await session.scalars(statement)).all())
    await audit.record(session, actor, "obligations.marked", None, period=period.label_zh, count=count)
    return count


async def urge(session: AsyncSession, actor: Actor, period: Period) -> int:
    """Urge the responsible persons and the leader in charge of each unit that is late and has still not reported.

    Returns the number of messages queued.
    """
    now = await clock.now(session)
    still_open = await _lock_open(session, period, Obligation.due_at <= now)
    count = await _write(session, actor, "urge", period, still_open, _responsible_and_leaders)
    await audit.record(session, actor, "obligations.urged", None, period=period.label_zh, count=count)
    return count


def matters_of(obligation_id: UUID) -> list[str]:
    """Return under which matters messages about an obligation are queued: what a report withdraws."""
    return [_matter(obligation_id, template) for template in _MATTERS]


def returned_matter(obligation_id: UUID, times: int) -> str:
    """Return under which matter a unit is told that its report was returned, once for each time."""
    return f"obligation:{obligation_id}:returned:{times}"


def speaks_of(covers: SQLColumnExpression[str]) -> ColumnElement[bool]:
    """Tell whether a duty that covers this speaks of the tasks of an item (§2(3))."""
    is_instruction = Item.kind == ItemKind.INSTRUCTION
    return or_(covers == Covers.ALL, is_instruction == (covers == Covers.INSTRUCTIONS))


def _matter(obligation_id: UUID, template: str) -> str:
    return f"obligation:{obligation_id}:{_MATTERS[template]}"


def _of(period: Period) -> ColumnElement[bool]:
    return (Obligation.period_first == period.first) & (Obligation.period_last == period.last)


def _is_open() -> ColumnElement[bool]:
    return Obligation.state == ObligationState.OPEN


async def _lock_open(session: AsyncSession, period: Period, when: ColumnElement[bool]) -> Sequence[Obligation]:
    # Locked, so that a report on its way is either seen here, or finds and withdraws what is queued here.
    statement = select(Obligation).where(_of(period), _is_open(), when).order_by(Obligation.id).with_for_update()
    return (await session.scalars(statement)).all()


async def _write(
    session: AsyncSession,
    actor: Actor,
    template: str,
    period: Period,
    obligations: Sequence[Obligation],
    recipients_of: Callable[[Collection[UUID], Period, str], Recipients],
) -> int:
    if not obligations:
        return 0
    by_unit = {obligation.unit_id: obligation for obligation in obligations}
    deadline = await rhythm.find_deadline(session, period)

    def told(obligation: Obligation) -> str:
        # A report that was returned has a limit of its own; else the grace is not told.
        is_usual = obligation.due_at == deadline.late_at
        return day_zh(deadline.due_on if is_usual else shanghai_day(obligation.due_at - _INSTANT))

    messages = [
        NewMessage(
            official_id=official_id,
            matter=_matter(by_unit[unit_id].id, template),
            variables={"period": period.label_zh, "due": told(by_unit[unit_id])},
        )
        for unit_id, official_id in await session.execute(recipients_of(by_unit, period, obligations[0].covers))
    ]
    return await outbox.queue(session, actor, template=template, messages=messages)


def _responsible(units: Collection[UUID], period: Period, covers: str) -> Recipients:
    """Select units and the responsible persons of the tasks that they report on."""
    return (
        select(Task.responsible_unit_id, Task.responsible_person_id)
        .join(Item, Item.id == Task.item_id)
        .where(Task.responsible_unit_id.in_(units), Item.received_on <= period.last, Item.state == ItemState.OPEN)
        .where(speaks_of(literal(covers)))
        .distinct()
    )


def _responsible_and_leaders(units: Collection[UUID], period: Period, covers: str) -> Recipients:
    """Select the responsible persons and, beside them, each unit's leader in charge."""
    leaders = select(Official.unit_id, Official.id).where(
        Official.unit_id.in_(units), Official.position == Position.LEADER_IN_CHARGE
    )
    return union(_responsible(units, period, covers), leaders)
