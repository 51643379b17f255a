from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import exists, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.documents import uploads
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.identity.policy import require_not_own_unit
from supervision.inspections import queries, rules
from supervision.inspections.errors import ConclusionAlreadySent, InspectedItemUnknown, UnitNotInScope
from supervision.inspections.models import Conclusion, Finding, FindingEvidence, InspectionPlan, Severity
from supervision.inspections.states import PlanVerb
from supervision.items import queries as items


async def record_finding(  # noqa: PLR0913 - what a finding is
    session: AsyncSession,
    actor: Actor,
    plan_id: UUID,
    *,
    unit_id: UUID,
    severity: Severity,
    text: str,
    found_on: date,
    item_id: UUID | None = None,
    attachment_ids: Sequence[UUID] = (),
) -> UUID:
    """Record what an inspection found about a unit (§3(2)); by itself it costs no points (annex art. 9).

    Refused are a plan not approved, one's own unit, one out of its scope or told its conclusion already, a day outside
    the inspection, and an unknown item or attachment.
    """
    plan = await queries.get_plan_for_update(session, actor, plan_id)
    rules.follow(plan.state, PlanVerb.RECORD_FINDING)
    rules.check_found_on(found_on, first_on=plan.first_on, today=await clock.today(session))
    await _require_inspected(session, actor, plan, unit_id)
    await items.require_items(session, actor, {item_id}, InspectedItemUnknown)
    await uploads.require_uploads(session, actor, set(attachment_ids))
    about = {"plan_id": plan_id, "unit_id": unit_id, "severity": severity}
    finding = Finding(
        **about,
        item_id=item_id,
        text=text,
        found_on=found_on,
        recorded_by=actor.person,
        recorded_at=await clock.now(session),
    )
    session.add(finding)
    if attachment_ids:
        # The finding's row comes first: what its evidence names must be there.
        await session.flush()
        evidence = [{"finding_id": finding.id, "attachment_id": each} for each in set(attachment_ids)]
        await session.execute(insert(FindingEvidence), evidence)
    await audit.record(session, actor, "finding.recorded", finding.id, **about)
    return finding.id


async def _require_inspected(session: AsyncSession, actor: Actor, plan: InspectionPlan, unit_id: UUID) -> None:
    """Refuse one's own unit, one that a plan does not inspect, and one that was told its conclusion already."""
    require_not_own_unit(actor, {unit_id})
    if not await queries.is_in_scope(session, plan, unit_id):
        raise UnitNotInScope
    if await session.scalar(select(exists().where(Conclusion.plan_id == plan.id, Conclusion.unit_id == unit_id))):
        raise ConclusionAlreadySent
