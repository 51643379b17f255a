from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch, fetch_one
from supervision.foundation.errors import or_not_found
from supervision.foundation.json_lists import or_empty
from supervision.foundation.paging import Page, PageRequest, Rows, page, where_given
from supervision.reviews import policy
from supervision.reviews.models import CompletionEvidence, CompletionReport, Waiver
from supervision.reviews.rules import Stand
from supervision.reviews.states import CompletionState, WaiverState
from supervision.tasks.models import Task

_EVIDENCE = (
    select(or_empty(func.jsonb_agg(aggregate_order_by(CompletionEvidence.attachment_id, CompletionEvidence.id))))
    .where(CompletionEvidence.report_id == CompletionReport.id)
    .scalar_subquery()
)
REPORT_COLUMNS = (
    CompletionReport.id,
    CompletionReport.task_id,
    CompletionReport.unit_id,
    CompletionReport.round,
    CompletionReport.text,
    _EVIDENCE.label("evidence_ids"),
    CompletionReport.reported_by,
    CompletionReport.received_at,
    CompletionReport.state,
    CompletionReport.criteria,
    CompletionReport.opinion,
    CompletionReport.rework_until_on,
    CompletionReport.feedback_opinion,
    CompletionReport.feedback_to,
    CompletionReport.reviewed_by,
    CompletionReport.reviewed_at,
    CompletionReport.reopened_at,
    CompletionReport.reopening_reason,
    CompletionReport.version,
)
WAIVER_COLUMNS = (
    Waiver.id,
    Waiver.task_id,
    Waiver.unit_id,
    Waiver.grounds,
    Waiver.asked_by,
    Waiver.asked_at,
    Waiver.state,
    Waiver.opinion,
    Waiver.opinion_reference,
    Waiver.approved_by_id,
    Waiver.decision,
    Waiver.decided_by,
    Waiver.decided_at,
    Waiver.reopened_at,
    Waiver.reopening_reason,
    Waiver.version,
)


async def list_completion_reports(
    session: AsyncSession,
    actor: Actor,
    request: PageRequest[UUID],
    *,
    task_id: UUID | None = None,
    unit_id: UUID | None = None,
    state: str | None = None,
) -> Page:
    """List completion reports with their reviews, in the order in which they came."""
    statement: Rows = select(*REPORT_COLUMNS).where(policy.reports_visible_to(actor))
    statement = where_given(
        statement, {CompletionReport.task_id: task_id, CompletionReport.unit_id: unit_id, CompletionReport.state: state}
    )
    return await page(session, statement, request, identity=CompletionReport.id)


async def get_completion_report(session: AsyncSession, actor: Actor, report_id: UUID) -> Row:
    statement = select(*REPORT_COLUMNS).where(CompletionReport.id == report_id, policy.reports_visible_to(actor))
    return or_not_found(await fetch_one(session, statement))


async def list_waivers(
    session: AsyncSession,
    actor: Actor,
    request: PageRequest[UUID],
    *,
    task_id: UUID | None = None,
    unit_id: UUID | None = None,
    state: str | None = None,
) -> Page:
    """List waivers, in the order in which they were asked for."""
    statement: Rows = select(*WAIVER_COLUMNS).where(policy.waivers_visible_to(actor))
    statement = where_given(statement, {Waiver.task_id: task_id, Waiver.unit_id: unit_id, Waiver.state: state})
    return await page(session, statement, request, identity=Waiver.id)


async def get_waiver(session: AsyncSession, actor: Actor, waiver_id: UUID) -> Row:
    statement = select(*WAIVER_COLUMNS).where(Waiver.id == waiver_id, policy.waivers_visible_to(actor))
    return or_not_found(await fetch_one(session, statement))


async def read_stands(session: AsyncSession, item_id: UUID) -> dict[UUID, Stand]:
    """Read how far each task of an item is from its end."""
    reports = select(CompletionReport.id).where(CompletionReport.task_id == Task.id)
    waivers = select(Waiver.id).where(Waiver.task_id == Task.id)
    is_passed = reports.where(CompletionReport.state == CompletionState.PASSED).exists()
    is_waived = waivers.where(Waiver.state == WaiverState.GRANTED).exists()
    statement = select(
        Task.id,
        (is_passed | is_waived).label("is_settled"),
        reports.where(CompletionReport.state == CompletionState.REPORTED).exists().label("is_reported"),
        waivers.where(Waiver.state == WaiverState.ASKED).exists().label("is_waiver_asked"),
    ).where(Task.item_id == item_id)
    return {row.pop("id"): Stand(**row) for row in await fetch(session, statement)}
