from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.cadence.moments import day_zh
from supervision.documents import uploads
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.insertion import insert_or_refuse
from supervision.foundation.locks import get_locked
from supervision.identity.models import UNIT_LEADERS, Official
from supervision.identity.policy import require_not_own_unit
from supervision.inspections import finding_queries, policy, queries, rules
from supervision.inspections.errors import ConclusionAlreadyAcknowledged, ConclusionAlreadySent, UnitNotInScope
from supervision.inspections.models import Conclusion, InspectionPlan
from supervision.inspections.states import PlanVerb
from supervision.messaging import outbox
from supervision.messaging.outbox import NewMessage

TEMPLATE = "conclusion"


async def send_conclusion(session: AsyncSession, actor: Actor, plan_id: UUID, *, unit_id: UUID, text: str) -> UUID:
    """Send an inspection's conclusion to an inspected unit, and an SMS to its leaders (§3(2), §5(2)).

    From then on the unit can read the evidence of its findings. Refused are a plan not carried out, one's own
    unit, one out of the scope, and a second conclusion.
    """
    plan = await queries.get_plan_for_update(session, actor, plan_id)
    rules.follow(plan.state, PlanVerb.SEND_CONCLUSION)
    require_not_own_unit(actor, {unit_id})
    if not await queries.is_in_scope(session, plan, unit_id):
        raise UnitNotInScope
    conclusion = Conclusion(
        plan_id=plan_id, unit_id=unit_id, text=text, sent_by=actor.person, sent_at=await clock.now(session)
    )
    await insert_or_refuse(session, conclusion, uq_conclusion_plan_id_unit_id=ConclusionAlreadySent)
    evidence = await finding_queries.list_evidence(session, plan_id, unit_id)
    await uploads.show_to(session, attachment_ids=evidence, unit_id=unit_id)
    await _tell_leaders(session, actor, plan, conclusion)
    await audit.record(session, actor, "conclusion.sent", conclusion.id, plan_id=plan_id, unit_id=unit_id)
    return conclusion.id


async def acknowledge_conclusion(session: AsyncSession, actor: Actor, conclusion_id: UUID) -> None:
    """Note that the inspected unit took note of a conclusion; refuses a second time.

    What still waits to be sent about it is withdrawn.
    """
    statement = select(Conclusion).where(Conclusion.id == conclusion_id, policy.conclusions_visible_to(actor))
    conclusion = await get_locked(session, statement)
    if conclusion.acknowledged_at is not None:
        raise ConclusionAlreadyAcknowledged
    now = await clock.now(session)
    conclusion.acknowledged_by, conclusion.acknowledged_at = actor.person, now
    await outbox.withdraw(session, actor, matters=[_matter(conclusion)])
    await audit.record(session, actor, "conclusion.acknowledged", conclusion_id)


async def _tell_leaders(session: AsyncSession, actor: Actor, plan: InspectionPlan, conclusion: Conclusion) -> None:
    leading = Official.position.in_(UNIT_LEADERS)
    leaders = await session.scalars(select(Official.id).where(Official.unit_id == conclusion.unit_id, leading))
    variables = {"first": day_zh(plan.first_on), "last": day_zh(plan.last_on)}
    messages = [NewMessage(leader_id, _matter(conclusion), variables) for leader_id in leaders]
    await outbox.queue(session, actor, template=TEMPLATE, messages=messages)


def _matter(conclusion: Conclusion) -> str:
    return f"conclusion:{conclusion.id}"
