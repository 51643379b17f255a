from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Text, bindparam, func, select, text
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch, fetch_one
from supervision.foundation.errors import or_not_found
from supervision.foundation.json_lists import or_empty
from supervision.foundation.paging import Page, PageRequest, Rows, page, where_given
from supervision.progress import policy
from supervision.progress.models import Digest, Figure, Obligation, ProgressEntry, ProgressEvidence, ProgressReport

OBLIGATION_COLUMNS = (
    Obligation.id,
    Obligation.unit_id,
    Obligation.period_first,
    Obligation.period_last,
    Obligation.covers,
    Obligation.due_at,
    Obligation.state,
    Obligation.fulfilled_at,
    Obligation.marked_late_at,
    Obligation.waived_at,
    Obligation.waived_reason,
    Obligation.times_returned,
    Obligation.version,
)
REPORT_COLUMNS = (
    ProgressReport.id,
    ProgressReport.obligation_id,
    ProgressReport.unit_id,
    ProgressReport.reported_by,
    ProgressReport.received_at,
    ProgressReport.is_late,
    ProgressReport.channel,
    ProgressReport.entered_by,
    ProgressReport.entered_at,
    ProgressReport.state,
    ProgressReport.returned_by,
    ProgressReport.returned_at,
    ProgressReport.return_reason,
    ProgressReport.supplement_until_on,
    ProgressReport.version,
)
_REPORTS: Rows = select(*REPORT_COLUMNS)
# As text, for a JSON number would be read as a float.
_FIGURE = func.jsonb_build_object(
    "indicator_id", Figure.indicator_id, "value", sql_cast(func.trim_scale(Figure.value), Text)
)
_FIGURES = func.coalesce(
    func.jsonb_agg(aggregate_order_by(_FIGURE, Figure.id)).filter(Figure.id.is_not(None)), text("'[]'::jsonb")
)
_EVIDENCE = (
    select(or_empty(func.jsonb_agg(aggregate_order_by(ProgressEvidence.attachment_id, ProgressEvidence.attachment_id))))
    .where(ProgressEvidence.entry_id == ProgressEntry.id)
    .scalar_subquery()
)
_ENTRIES: Rows = (
    select(ProgressEntry.id, ProgressEntry.task_id, ProgressEntry.percent, ProgressEntry.text)
    .add_columns(_FIGURES.label("figures"), _EVIDENCE.label("attachment_ids"))
    .outerjoin(Figure, Figure.entry_id == ProgressEntry.id)
    .where(ProgressEntry.report_id == bindparam("report"))
    .group_by(ProgressEntry.id)
    .order_by(ProgressEntry.id)
)
DIGEST_COLUMNS = (
    Digest.id,
    Digest.kind,
    Digest.period_first,
    Digest.period_last,
    Digest.made_at,
    Digest.counts,
    Digest.text,
    Digest.leaders_broadcast_id,
    Digest.officials_broadcast_id,
)


async def list_obligations(
    session: AsyncSession,
    actor: Actor,
    request: PageRequest[UUID],
    *,
    unit_id: UUID | None = None,
    state: str | None = None,
    due_before: datetime | None = None,
    is_late: bool | None = None,
) -> Page:
    """List reporting duties by their deadline; late is what was reported or waived after it, or still is not."""
    statement: Rows = select(*OBLIGATION_COLUMNS).where(policy.obligations_visible_to(actor))
    statement = where_given(statement, {Obligation.unit_id: unit_id, Obligation.state: state})
    if due_before is not None:
        statement = statement.where(Obligation.due_at < due_before)
    if is_late is not None:
        done_at = func.coalesce(Obligation.fulfilled_at, Obligation.waived_at, await clock.now(session))
        statement = statement.where(done_at >= Obligation.due_at if is_late else done_at < Obligation.due_at)
    return await page(session, statement, request, identity=Obligation.id, sort=Obligation.due_at)


async def get_obligation(session: AsyncSession, actor: Actor, obligation_id: UUID) -> Row:
    statement = select(*OBLIGATION_COLUMNS).where(Obligation.id == obligation_id, policy.obligations_visible_to(actor))
    return or_not_found(await fetch_one(session, statement))


async def list_progress_reports(
    session: AsyncSession,
    actor: Actor,
    request: PageRequest[UUID],
    *,
    unit_id: UUID | None = None,
    task_id: UUID | None = None,
    state: str | None = None,
) -> Page:
    """List reports, without their entries, in the order in which they came."""
    statement = _REPORTS.where(policy.reports_visible_to(actor))
    statement = where_given(statement, {ProgressReport.unit_id: unit_id, ProgressReport.state: state})
    if task_id is not None:
        of_the_task = select(ProgressEntry.report_id).where(ProgressEntry.task_id == task_id)
        statement = statement.where(ProgressReport.id.in_(of_the_task))
    return await page(session, statement, request, identity=ProgressReport.id)


async def get_progress_report(session: AsyncSession, actor: Actor, report_id: UUID) -> dict[str, Any]:
    """Read a report with what it says of each task and its figures."""
    statement = _REPORTS.where(ProgressReport.id == report_id, policy.reports_visible_to(actor))
    report = or_not_found(await fetch_one(session, statement))
    return {**report, "entries": await fetch(session, _ENTRIES, {"report": report_id})}


async def list_digests(session: AsyncSession, _actor: Actor, request: PageRequest[UUID]) -> Page:
    return await page(session, select(*DIGEST_COLUMNS), request, identity=Digest.id, descending=True)


async def get_digest(session: AsyncSession, _actor: Actor, digest_id: UUID) -> Row:
    statement = select(*DIGEST_COLUMNS).where(Digest.id == digest_id)
    return or_not_found(await fetch_one(session, statement))


async def count_open(session: AsyncSession) -> tuple[int, int]:
    """Count the open duties that the session sees: those not yet marked late, and those marked."""
    marked = func.count(Obligation.marked_late_at)
    counts = select((func.count() - marked).label("due"), marked.label("late")).where(Obligation.state == "open")
    (row,) = await fetch(session, counts)
    return row["due"], row["late"]
