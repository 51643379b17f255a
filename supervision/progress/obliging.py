from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, literal, select, text, true, union, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.cadence.rules import Period, day_zh, shanghai_day
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.ids import NEW_ID_SQL
from supervision.identity.models import Official, Position
from supervision.items.models import Item
from supervision.messaging import outbox
from supervision.messaging.outbox import Letter
from supervision.progress.models import Obligation
from supervision.progress.states import ObligationState
from supervision.tasks.models import Task

_INSTANT = timedelta(microseconds=1)


async def open_obligations(session: AsyncSession, actor: Actor, period: Period, due_at: datetime) -> int:
    """Oblige each unit with open tasks to report for the period (§4(1)); opening again adds nothing.

    Returns how many were opened. A unit whose first task comes later is obliged from the next period on.
    """
    units = (
        select(Task.responsible_unit_id)
        .join(Item, Item.id == Task.item_id)
        .where(Item.received_on <= period.last)
        .distinct()
        .subquery()
    )
    facts = {
        Obligation.unit_id: units.c.responsible_unit_id,
        Obligation.period_first: literal(period.first),
        Obligation.period_last: literal(period.last),
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
    count = await _write(session, actor, "reminder", "remind", period, still_open, with_leaders=False)
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
    count = await _write(session, actor, "urge", "urge", period, still_open, with_leaders=True)
    await audit.record(session, actor, "obligations.urged", None, period=period.label_zh, count=count)
    return count


def matters_of(obligation_id: UUID) -> list[str]:
    """Return under which matters messages about an obligation are queued: what a report withdraws."""
    return [_matter(obligation_id, what) for what in ("remind", "urge")]


def _matter(obligation_id: UUID, what: str) -> str:
    return f"obligation:{obligation_id}:{what}"


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
    what: str,
    period: Period,
    obligations: Iterable[Obligation],
    *,
    with_leaders: bool,
) -> int:
    by_unit = {obligation.unit_id: obligation for obligation in obligations}
    persons = select(Task.responsible_unit_id, Task.responsible_person_id).where(
        Task.responsible_unit_id.in_(by_unit), Task.item_id.in_(select(Item.id).where(Item.received_on <= period.last))
    )
    leaders = select(Official.unit_id, Official.id).where(
        Official.unit_id.in_(by_unit),
        Official.position == Position.LEADER_IN_CHARGE,
        Official.left_on.is_(None),
        true() if with_leaders else ~true(),
    )
    letters = [
        Letter(
            official_id=official_id,
            matter=_matter(by_unit[unit_id].id, what),
            variables={"period": period.label_zh, "due": day_zh(shanghai_day(by_unit[unit_id].due_at - _INSTANT))},
        )
        for unit_id, official_id in await session.execute(union(persons, leaders))
    ]
    return await outbox.queue(session, actor, template=template, letters=letters) if letters else 0
