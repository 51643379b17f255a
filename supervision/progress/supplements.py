from datetime import date
from uuid import UUID

from sqlalchemy import select, union
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.audit import signatures
from supervision.cadence.moments import day_zh, end_of_day
from supervision.foundation import clock, days
from supervision.foundation.actors import Actor
from supervision.foundation.locks import get_locked
from supervision.identity.models import Official, Position
from supervision.identity.policy import require_not_own_unit
from supervision.messaging import outbox
from supervision.messaging.outbox import NewMessage
from supervision.progress import policy, queries, rules
from supervision.progress.errors import ReportAlreadyReturned, SupplementLimitPassed
from supervision.progress.models import Obligation, ProgressEntry, ProgressReport
from supervision.progress.obligations import returned_matter
from supervision.progress.states import FOLLOWS, REPORT_FOLLOWS, ObligationState, ReportState
from supervision.tasks.models import Task


async def return_report(
    session: AsyncSession, actor: Actor, report_id: UUID, version: int, *, reason: str, until_on: date
) -> None:
    """Return a hollow report for supplement (退回补报): the unit owes it once more, and is told so by message.

    The report is kept, and nothing in it counts any longer. The supplement is late after the end of `until_on`, but
    never before the report's own deadline; what came late the first time stays late. Refuses a stale version, a
    report that was returned before, a limit that has passed, and people of the unit.
    """
    now = await clock.now(session)
    await days.check(session, "return_report", {"/until_on": until_on}, past=SupplementLimitPassed)
    obligation, report = await _lock(session, actor, report_id)
    signed = signatures.sign(report, version, await queries.get_progress_report(session, actor, report_id))
    require_not_own_unit(actor, {obligation.unit_id})
    if (
        ReportState.RETURNED not in REPORT_FOLLOWS[ReportState(report.state)]
        or ObligationState.OPEN not in FOLLOWS[ObligationState(obligation.state)]
    ):
        raise ReportAlreadyReturned
    report.state, report.return_reason, report.supplement_until_on = ReportState.RETURNED, reason, until_on
    report.returned_by, report.returned_at = actor.person, now
    obligation.state, obligation.fulfilled_at = ObligationState.OPEN, None
    obligation.due_at = rules.supplement_due(obligation.due_at, end_of_day(until_on), is_late=report.is_late)
    obligation.times_returned += 1
    facts = {"obligation_id": obligation.id, "until_on": until_on, "reason": reason, "signed_sha256": signed}
    await audit.record(session, actor, "progress.returned", report_id, **facts)
    await _tell(session, actor, obligation, report_id, until_on)


async def _lock(session: AsyncSession, actor: Actor, report_id: UUID) -> tuple[Obligation, ProgressReport]:
    is_it = (ProgressReport.id == report_id) & policy.reports_visible_to(actor)
    # The obligation first, as a report on it does.
    owed = select(Obligation).where(Obligation.id.in_(select(ProgressReport.obligation_id).where(is_it)))
    return await get_locked(session, owed), await get_locked(session, select(ProgressReport).where(is_it))


async def _tell(session: AsyncSession, actor: Actor, obligation: Obligation, report_id: UUID, until_on: date) -> None:
    reported = select(ProgressEntry.task_id).where(ProgressEntry.report_id == report_id)
    responsible = select(Task.responsible_person_id).where(Task.id.in_(reported))
    leading = select(Official.id).where(
        Official.unit_id == obligation.unit_id, Official.position == Position.LEADER_IN_CHARGE
    )
    variables = {
        "first": day_zh(obligation.period_first),
        "last": day_zh(obligation.period_last),
        "until": day_zh(until_on),
    }
    matter = returned_matter(obligation.id, obligation.times_returned)
    told = await session.scalars(union(responsible, leading))
    messages = [NewMessage(official_id, matter, variables) for official_id in told]
    await outbox.queue(session, actor, template="returned", messages=messages)
