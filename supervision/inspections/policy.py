from uuid import UUID

from sqlalchemy import ColumnElement, all_, and_, literal, or_, select, true

from supervision.foundation.actors import Actor, Role
from supervision.foundation.two_persons import CounterStep, require_another
from supervision.inspections.errors import DrafterMayNotDecide
from supervision.inspections.models import Conclusion, Finding, InspectionPlan, InspectionScope, Method
from supervision.inspections.states import PlanState


def plans_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let a unit see approved plans that cover it, unannounced ones once they are carried out; others see all."""
    if actor.role is not Role.UNIT:
        return true()
    is_covered = select(InspectionScope.plan_id).where(
        InspectionScope.plan_id == InspectionPlan.id,
        InspectionScope.scope_no == InspectionPlan.scope_no,
        InspectionScope.unit_id == actor.unit_id,
    )
    is_announced = literal(Method.UNANNOUNCED.value) != all_(InspectionPlan.methods)
    return and_(
        or_(InspectionPlan.state == PlanState.CARRIED_OUT, (InspectionPlan.state == PlanState.APPROVED) & is_announced),
        is_covered.exists(),
    )


def findings_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let a unit see what was found about it; every other role that may ask sees all."""
    return Finding.unit_id == actor.unit_id if actor.role is Role.UNIT else true()


def conclusions_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let a unit see the conclusions sent to it; every other role that may ask sees all."""
    return Conclusion.unit_id == actor.unit_id if actor.role is Role.UNIT else true()


def require_another_person(actor: Actor, drafted_by: UUID | None) -> None:
    """Refuse that one decides on a plan that one wrote."""
    step, taken_by = CounterStep.DECIDE_INSPECTION_PLAN, {"draft_inspection_plan": drafted_by}
    require_another(actor, step, taken_by, DrafterMayNotDecide)
