from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Text, bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.cadence.moments import end_of_day
from supervision.documents import uploads
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch, fetch_one, send
from supervision.foundation.errors import or_not_found
from supervision.foundation.ids import new_id
from supervision.foundation.paging import Rows
from supervision.items.models import Item
from supervision.items.states import ItemState
from supervision.messaging import outbox
from supervision.progress import rules
from supervision.progress.errors import ObligationAlreadyFulfilled, ObligationWaived, ReportNotComplete
from supervision.progress.models import Figure, Obligation, ProgressEntry, ProgressEvidence, ProgressReport
from supervision.progress.obligations import matters_of, returned_matter, speaks_of
from supervision.progress.states import FOLLOWS, ObligationState, ReportChannel
from supervision.tasks.models import Indicator, Task

# Built once, because building them takes longer than sending them.
_LOCK: Rows = (
    select(
        Obligation.id,
        Obligation.unit_id,
        Obligation.period_first,
        Obligation.period_last,
        Obligation.covers,
        Obligation.due_at,
        Obligation.state,
        Obligation.times_returned,
    )
    .where(Obligation.id == bindparam("obligation"))
    .with_for_update()
)
_LOCK_OWN = _LOCK.where(Obligation.unit_id == bindparam("unit"))
_LAST_RETURN: Rows = select(func.max(ProgressReport.returned_at).label("at")).where(
    ProgressReport.obligation_id == bindparam("obligation")
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
_ADD_REPORT, _ADD_ENTRY = insert(ProgressReport), insert(ProgressEntry)
_ADD_FIGURE, _ADD_EVIDENCE = insert(Figure), insert(ProgressEvidence)


async def report_progress(
    session: AsyncSession, actor: Actor, obligation_id: UUID, *, entries: Sequence[rules.ReportedEntry]
) -> UUID:
    """Report on every open task that a duty covers (§2(3), §4(1)) and withdraw the reminders that still wait.

    `percent` is 0–100, figures are in their indicator's unit of measure. Refuses another unit's obligation, one that
    has been fulfilled or waived, a report that leaves out a task or names what is not the unit's, and attachments that
    the actor may not read.
    """
    obligation = await _lock(session, _LOCK_OWN, {"obligation": obligation_id, "unit": actor.unit_id})
    receipt = {
        "received_at": await clock.now(session),
        "channel": ReportChannel.SYSTEM,
        "reported_by": actor.person,
        "entered_by": None,
        "entered_at": None,
    }
    report_id, is_late = await _fulfil(session, actor, obligation, entries, receipt)
    await audit.record(session, actor, "progress.reported", report_id, obligation_id=obligation_id, is_late=is_late)
    return report_id


async def enter_report(
    session: AsyncSession,
    actor: Actor,
    obligation_id: UUID,
    *,
    received_at: datetime,
    channel: str,
    entries: Sequence[rules.ReportedEntry],
) -> UUID:
    """Enter for a unit what came on paper or by telephone, with the true moment of its receipt (§4(1)).

    That moment decides whether it is late. Refuses what `report_progress` does, and a receipt in the future, before
    the period began, or before the report that it mends was returned.
    """
    obligation = await _lock(session, _LOCK, {"obligation": obligation_id})
    now = await clock.now(session)
    returned = await fetch_one(session, _LAST_RETURN, {"obligation": obligation_id})
    opened_at = end_of_day(obligation["period_first"] - timedelta(days=1))
    if returned is not None and returned["at"] is not None:
        opened_at = max(opened_at, returned["at"])
    rules.check_receipt(received_at, now=now, opened_at=opened_at)
    receipt = {
        "received_at": received_at,
        "channel": channel,
        "reported_by": None,
        "entered_by": actor.person,
        "entered_at": now,
    }
    report_id, is_late = await _fulfil(session, actor, obligation, entries, receipt)
    facts = {"obligation_id": obligation_id, "is_late": is_late, "channel": channel, "received_at": received_at}
    await audit.record(session, actor, "progress.entered", report_id, **facts)
    return report_id


async def _lock(session: AsyncSession, statement: Rows, facts: Mapping[str, Any]) -> Row:
    return or_not_found(await fetch_one(session, statement, facts))


async def _fulfil(
    session: AsyncSession,
    actor: Actor,
    obligation: Row,
    entries: Sequence[rules.ReportedEntry],
    receipt: Mapping[str, Any],
) -> tuple[UUID, bool]:
    if obligation["state"] == ObligationState.WAIVED:
        raise ObligationWaived
    if ObligationState.FULFILLED not in FOLLOWS[ObligationState(obligation["state"])]:
        raise ObligationAlreadyFulfilled
    duties = await _read_duties(session, obligation)
    if problems := rules.check_entries(duties, entries):
        raise ReportNotComplete(problems=problems)
    evidence = {each for entry in entries for each in entry["attachment_ids"]}
    if evidence:
        await uploads.require_uploads(session, actor, evidence)
        # Of what the office enters for it, the unit reads the files too.
        await uploads.show_to(session, attachment_ids=evidence, unit_id=obligation["unit_id"])
    received_at, obligation_id = receipt["received_at"], obligation["id"]
    is_late = rules.standing(obligation["due_at"], received_at, received_at) is rules.Standing.LATE
    fulfilled = {"obligation": obligation_id, "state": ObligationState.FULFILLED, "fulfilled_at": received_at}
    await send(session, _FULFIL, [fulfilled])
    report_id = new_id()
    report = {
        "id": report_id,
        "obligation_id": obligation_id,
        "unit_id": obligation["unit_id"],
        "is_late": is_late,
        **receipt,
    }
    await send(session, _ADD_REPORT, [report])
    await _write_entries(session, entries, report_id=report_id, received_at=received_at)
    asked_again = returned_matter(obligation_id, obligation["times_returned"])
    await outbox.withdraw(session, actor, matters=[*matters_of(obligation_id), asked_again])
    return report_id, is_late


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
    evidence = [
        {"entry_id": row["id"], "attachment_id": attachment_id}
        for row, entry in zip(rows, entries, strict=True)
        for attachment_id in set(entry["attachment_ids"])
    ]
    await send(session, _ADD_ENTRY, rows)
    for statement, made in ((_ADD_FIGURE, figures), (_ADD_EVIDENCE, evidence)):
        if made:
            await send(session, statement, made)
