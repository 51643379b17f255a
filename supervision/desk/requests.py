"""What supervision asks of units: one statement for each kind, read as one."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import CompoundSelect, Date, cast, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from supervision.bulletins.models import RectificationOrder, RectificationReport
from supervision.bulletins.states import RectificationVerdict
from supervision.desk.models import RequestKind
from supervision.foundation.actors import Actor
from supervision.foundation.paging import Rows
from supervision.inspections import policy as inspections
from supervision.inspections.models import InspectionPlan, InspectionScope
from supervision.inspections.states import PlanState
from supervision.notices.models import NoticeDelivery
from supervision.notices.states import DeliveryState
from supervision.progress.models import Obligation, ProgressReport
from supervision.progress.states import ReportState
from supervision.reviews.models import CompletionReport
from supervision.reviews.states import CompletionState

Request = Callable[[Actor], Rows]


def _asked(kind: RequestKind, *, of: Any, unit: Any, on: Any) -> Rows:
    return select(
        literal(str(kind)).label("kind"), of.label("id"), unit.label("unit_id"), cast(on, Date).label("asked_on")
    )


def _day(moment: Any) -> Any:
    return func.timezone("Asia/Shanghai", moment)


def _visits(actor: Actor) -> Rows:
    """Count a visit to a unit in the month in which it begins; an unannounced one is not told before it was."""
    # Under another name, for the policy looks into the scope as well.
    scope = aliased(InspectionScope)
    of_the_plan = (scope.plan_id == InspectionPlan.id) & (scope.scope_no == InspectionPlan.scope_no)
    return (
        _asked(RequestKind.INSPECTION, of=InspectionPlan.id, unit=scope.unit_id, on=InspectionPlan.first_on)
        .join(scope, of_the_plan)
        .where(
            scope.unit_id.is_not(None),
            or_(InspectionPlan.state == PlanState.APPROVED, InspectionPlan.state == PlanState.CARRIED_OUT),
            inspections.plans_visible_to(actor),
        )
    )


_OBLIGATIONS = _asked(RequestKind.OBLIGATION, of=Obligation.id, unit=Obligation.unit_id, on=Obligation.period_last)
_NOTICES = _asked(
    RequestKind.NOTICE, of=NoticeDelivery.id, unit=NoticeDelivery.unit_id, on=_day(NoticeDelivery.delivered_at)
).where(NoticeDelivery.state != DeliveryState.ADDRESSED)
_ORDERS = _asked(
    RequestKind.RECTIFICATION_ORDER,
    of=RectificationOrder.id,
    unit=RectificationOrder.unit_id,
    on=_day(RectificationOrder.ordered_at),
)
_RETURNS = (
    _asked(
        RequestKind.RETURNED_REPORT,
        of=ProgressReport.id,
        unit=ProgressReport.unit_id,
        on=_day(ProgressReport.returned_at),
    ).where(ProgressReport.state == ReportState.RETURNED),
    _asked(
        RequestKind.RETURNED_REPORT,
        of=CompletionReport.id,
        unit=CompletionReport.unit_id,
        on=_day(CompletionReport.reviewed_at),
    ).where(CompletionReport.state == CompletionState.RETURNED),
    _asked(
        RequestKind.RETURNED_REPORT,
        of=RectificationReport.id,
        unit=RectificationOrder.unit_id,
        on=_day(RectificationReport.verified_at),
    )
    .join(RectificationOrder, RectificationOrder.id == RectificationReport.order_id)
    .where(RectificationReport.verdict == RectificationVerdict.RETURNED),
)


def _always(statement: Rows) -> Request:
    return lambda _actor: statement


# Whoever adds a way to ask something of a unit adds its statement here.
REQUESTS: tuple[Request, ...] = (*(_always(each) for each in (_OBLIGATIONS, _NOTICES, _ORDERS, *_RETURNS)), _visits)


def requests(actor: Actor) -> CompoundSelect[Any]:
    return union_all(*(request(actor) for request in REQUESTS))
