from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.documents import uploads
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row
from supervision.items import item_changes
from supervision.items import queries as items
from supervision.reviews import policy, queries, rules
from supervision.reviews.errors import UnknownEvidence
from supervision.reviews.models import CompletionEvidence, CompletionReport
from supervision.reviews.states import CompletionState
from supervision.tasks import queries as tasks


async def report_completion(
    session: AsyncSession, actor: Actor, task_id: UUID, *, text: str, evidence_ids: Collection[UUID] = ()
) -> UUID:
    """Report a task as wholly done (§3(3)), in the round after the last.

    Refuses another unit's task, a settled one, and evidence that the actor may not read.
    """
    task = await lock_unsettled(session, actor, task_id)
    evidence = set(evidence_ids)
    if missing := await uploads.list_missing(session, actor, evidence):
        raise UnknownEvidence(count=len(missing))
    rounds = await session.scalar(select(func.count()).where(CompletionReport.task_id == task_id)) or 0
    report = CompletionReport(
        task_id=task_id,
        unit_id=task["responsible_unit_id"],
        round=rounds + 1,
        text=text,
        reported_by=actor.person,
        received_at=await clock.now(session),
        state=CompletionState.REPORTED,
    )
    session.add(report)
    # Without relationships nothing else tells that a report comes before its evidence.
    await session.flush()
    session.add_all(CompletionEvidence(report_id=report.id, attachment_id=each) for each in sorted(evidence))
    await audit.record(session, actor, "completion.reported", report.id, task_id=task_id, round=report.round)
    return report.id


async def lock_unsettled(session: AsyncSession, actor: Actor, task_id: UUID) -> Row:
    """Lock the item of a task that the actor may bring to its end; refuses when it is closed, or the task settled."""
    task = dict(await tasks.get_task(session, actor, task_id))
    policy.require_own_task(actor, task["responsible_unit_id"])
    item_changes.require_open(await items.get_for_update(session, actor, task["item_id"]))
    stands = await queries.read_stands(session, task["item_id"])
    rules.check_unsettled(stands[task_id])
    return task
