from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.items import item_changes
from supervision.items import queries as items
from supervision.ledgers import entered_items
from supervision.progress.obligation_waivers import waive_idle
from supervision.reviews import queries, rules
from supervision.reviews.models import CompletionReport, Waiver
from supervision.reviews.states import CompletionState, WaiverState
from supervision.tasks.models import Task


async def close_item(session: AsyncSession, actor: Actor, item_id: UUID) -> None:
    """Close an item (§3(3) 销号), and waive the reports of units that have nothing left to report on.

    Refuses one that is closed, one without tasks, and one of which a task is neither passed nor waived.
    """
    item = await items.get_for_update(session, actor, item_id)
    item_changes.require_open(item)
    rules.check_closable(list((await queries.read_stands(session, item_id)).values()))
    await item_changes.mark_closed(session, actor, item)
    await waive_idle(session, actor)


async def reopen_item(session: AsyncSession, actor: Actor, item_id: UUID, *, reason: str) -> None:
    """Open a closed item again after a look back (回头看): the verdict on each of its tasks is undone, and kept."""
    item = await items.get_for_update(session, actor, item_id)
    await entered_items.mark_reopened(session, actor, item, reason=reason)
    at = await clock.now(session)
    of_the_item = select(Task.id).where(Task.item_id == item_id)
    undone = {"reopened_at": at, "reopening_reason": reason}
    reports = await session.scalars(
        update(CompletionReport)
        .where(CompletionReport.task_id.in_(of_the_item), CompletionReport.state == CompletionState.PASSED)
        .values(state=CompletionState.REOPENED, version=CompletionReport.version + 1, **undone)
        .returning(CompletionReport.id)
        .execution_options(synchronize_session=False)
    )
    waivers = await session.scalars(
        update(Waiver)
        .where(Waiver.task_id.in_(of_the_item), Waiver.state == WaiverState.GRANTED)
        .values(state=WaiverState.REOPENED, version=Waiver.version + 1, **undone)
        .returning(Waiver.id)
        .execution_options(synchronize_session=False)
    )
    for verb, ids in (("completion.reopened", reports.all()), ("waiver.reopened", waivers.all())):
        await audit.record_each(session, actor, verb, [(each, {"reason": reason}) for each in ids])
