from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Text, bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.errors import NotFound
from supervision.foundation.ids import new_id
from supervision.foundation.paging import Rows
from supervision.foundation.sessions import Row, fetch, fetch_one, send
from supervision.items.models import Item
from supervision.items.states import ItemState
from supervision.messaging import outbox
from supervision.progress import rules
from supervision.progress.errors import ObligationAlreadyFulfilled, ObligationWaived, ReportNotComplete
from supervision.progress.models import Figure, Obligation, ProgressEntry, ProgressReport
from supervision.progress.obliging import matters_of, speaks_of
from supervision.progress.states import FOLLOWS, ObligationState
from supervision.tasks.models import Indicator, Task

# Built once, because building them takes longer than sending them.
_LOCK: Rows = (
    select(Obligation.unit_id, Obligation.period_last, Obligation.covers, Obligation.due_at, Obligation.state)
    .where(Obligation.id == bindparam("obligation"), Obligation.unit_id == bindparam("unit"))
    .with_for_update()
)
_DUTIES: Rows = (
    select(Task.id, Task.goal, func.array_agg(Indicator.id).label("indicators"))
    .join(Item, Item.id == Task.item_id)
    .outerjoin(Indicator, Indicator.task_id == Task.id)
    .where(
        Task.responsible_unit_id == bindparam("unit"),
        Item.received_on <= bindparam("period_last"),
        Item.state == ItemState.OPEN,
        speaks_of(bindparam("covers", type_=Text)),
    )
    .group_by(Task.id)
    .order_by(Task.id)
)
_FULFIL = update(Obligation).where(Obligation.id == bindparam("obligation")).values(version=Obligation.version + 1)
_ADD_REPORT, _ADD_ENTRY, _ADD_FIGURE = insert(ProgressReport), insert(ProgressEntry), insert(Figure)


async def report_progress(
    session: AsyncSession, actor: Actor, obligation_id: UUID, *, entries: Sequence[rules.ReportedEntry]
) -> UUID:
    """Report on every open task that a duty covers (§2(3), §4(1)) and withdraw the reminders that still wait.

    `percent` is 0–100, figures are in their indicator's unit of measure. Refuses another unit's obligation, one that
    has been fulfilled or waived, and a report that leaves out a task or names what is not the unit's.
    """
    obligation = await _lock(session, actor, obligation_id)
    if obligation["state"] == ObligationState.WAIVED:
        raise ObligationWaived
    if ObligationState.FULFILLED not in FOLLOWS[ObligationState(obligation["state"])]:
        raise ObligationAlreadyFulfilled
    duties = await _read_duties(session, obligation)
    if problems := rules.check_entries(duties, entries):
        raise ReportNotComplete(problems=problems)
    now = await clock.now(session)
    is_late = rules.standing(obligation["due_at"], now, now) is rules.Standing.LATE
    await send(
        session, _FULFIL, [{"obligation": obligation_id, "state": ObligationState.FULFILLED, "fulfilled_at": now}]
    )
    report_id = new_id()
    report = {
        "id": report_id,
        "obligation_id": obligation_id,
        "unit_id": obligation["unit_id"],
        "reported_by": actor.person,
        "received_at": now,
        "is_late": is_late,
    }
    await send(session, _ADD_REPORT, [report])
    await _write_entries(session, entries, report_id=report_id, received_at=now)
    await outbox.withdraw(session, actor, matters=matters_of(obligation_id))
    await audit.record(session, actor, "progress.reported", report_id, obligation_id=obligation_id, is_late=is_late)
    return report_id


async def _lock(session: AsyncSession, actor: Actor, obligation_id: UUID) -> Row:
    obligation = await fetch_one(session, _LOCK, {"obligation": obligation_id, "unit": actor.unit_id})
    if obligation is None:
        raise NotFound
    return obligation


async def _read_duties(session: AsyncSession, obligation: Row) -> dict[UUID, rules.TaskDuty]:
    facts = {"unit": obligation["unit_id"], "period_last": obligation["period_last"], "covers": obligation["covers"]}
    rows = await fetch(session, _DUTIES, facts)
    return {row["id"]: rules.TaskDuty(row["goal"], frozenset(row["indicators"]) - {None}) for row in rows}


async def _write_entries(session: AsyncSession, entries: Sequence[rules.ReportedEntry], **common: Any) -> None:
    received_at = common["received_at"]
    rows = [
        {"id": new_id(), "task_id": entry["task_id"], "percent": entry["percent"], "text": entry["text"], **common}
        for entry in entries
    ]
    figures = [
        {"entry_id": row["id"], "received_at": received_at, **figure}
        for row, entry in zip(rows, entries, strict=True)
        for figure in entry["figures"]
    ]
    await send(session, _ADD_ENTRY, rows)
    if figures:
        await send(session, _ADD_FIGURE, figures)
