from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch, fetch_one
from supervision.foundation.errors import or_not_found
from supervision.foundation.json_lists import or_empty
from supervision.foundation.paging import Page, PageRequest, Rows, page
from supervision.inspections import policy
from supervision.inspections.models import Finding, FindingEvidence

_EVIDENCE = (
    select(or_empty(func.jsonb_agg(aggregate_order_by(FindingEvidence.attachment_id, FindingEvidence.attachment_id))))
    .where(FindingEvidence.finding_id == Finding.id)
    .scalar_subquery()
)
_FINDING_COLUMNS = (
    Finding.id,
    Finding.plan_id,
    Finding.unit_id,
    Finding.item_id,
    Finding.severity,
    Finding.text,
    Finding.found_on,
    _EVIDENCE.label("attachment_ids"),
    Finding.recorded_by,
    Finding.recorded_at,
)


async def list_findings(
    session: AsyncSession,
    actor: Actor,
    request: PageRequest[UUID],
    *,
    plan_id: UUID | None = None,
    unit_id: UUID | None = None,
    item_id: UUID | None = None,
    severity: str | None = None,
) -> Page:
    """List findings: of a plan, about a unit or an item, of a severity."""
    statement: Rows = select(*_FINDING_COLUMNS).where(policy.findings_visible_to(actor))
    wanted = ((Finding.plan_id, plan_id), (Finding.unit_id, unit_id), (Finding.item_id, item_id))
    for column, value in (*wanted, (Finding.severity, severity)):
        if value is not None:
            statement = statement.where(column == value)
    return await page(session, statement, request, identity=Finding.id)


async def find_finding(session: AsyncSession, actor: Actor, finding_id: UUID) -> Row | None:
    statement = select(*_FINDING_COLUMNS).where(Finding.id == finding_id, policy.findings_visible_to(actor))
    return await fetch_one(session, statement)


async def get_finding(session: AsyncSession, actor: Actor, finding_id: UUID) -> Row:
    return or_not_found(await find_finding(session, actor, finding_id))


async def list_evidence(session: AsyncSession, plan_id: UUID, unit_id: UUID) -> list[UUID]:
    """List the attachments that bear out what a plan found about a unit."""
    statement = (
        select(FindingEvidence.attachment_id)
        .join(Finding, Finding.id == FindingEvidence.finding_id)
        .where(Finding.plan_id == plan_id, Finding.unit_id == unit_id)
        .distinct()
    )
    return [row["attachment_id"] for row in await fetch(session, statement)]
