from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from supervision.bulletins.models import RectificationOrder
from supervision.bulletins.states import RectificationState
from supervision.desk.models import Watch
from supervision.desk.work.work_line import at, deadline, end_of, waiting, words
from supervision.foundation.actors import Actor
from supervision.foundation.paging import Rows
from supervision.inspections.models import Conclusion, InspectionPlan
from supervision.items import policy as items
from supervision.items.models import Item, Party
from supervision.items.states import ItemState, Responsibility
from supervision.notices.models import Notice, NoticeDelivery
from supervision.notices.states import DeliveryState
from supervision.problems.models import Problem
from supervision.problems.states import Level, ProblemState
from supervision.progress.models import Obligation
from supervision.progress.states import ObligationState
from supervision.reviews.models import CompletionReport, Waiver
from supervision.reviews.states import CompletionState, WaiverState
from supervision.tasks.models import Milestone, Task
from supervision.tasks.states import MilestoneState


def reports_owed(actor: Actor, _now: datetime) -> Rows:
    return waiting(
        "obligation",
        of=Obligation.id,
        title=words("报送进展：", Obligation.period_first, "至", Obligation.period_last),
        since=end_of(Obligation.period_last),
        due=Obligation.due_at,
        path=at("/v1/obligations/", Obligation.id),
    ).where(Obligation.state == ObligationState.OPEN, Obligation.unit_id == actor.unit_id)


def notices_to_acknowledge(actor: Actor, _now: datetime) -> Rows:
    delivered = waiting(
        "notice_delivery",
        of=NoticeDelivery.id,
        title=words("签收：", Notice.number),
        since=NoticeDelivery.delivered_at,
        due=NoticeDelivery.due_at,
        path=at("/v1/notice_deliveries/", NoticeDelivery.id),
    ).join(Notice, Notice.id == NoticeDelivery.notice_id)
    return delivered.where(NoticeDelivery.state == DeliveryState.DELIVERED, NoticeDelivery.unit_id == actor.unit_id)


def conclusions_to_acknowledge(actor: Actor, _now: datetime) -> Rows:
    sent = waiting(
        "conclusion",
        of=Conclusion.id,
        title=words("签收督查结论：", InspectionPlan.title),
        since=Conclusion.sent_at,
        path=at("/v1/conclusions/", Conclusion.id),
    ).join(InspectionPlan, InspectionPlan.id == Conclusion.plan_id)
    return sent.where(Conclusion.acknowledged_at.is_(None), Conclusion.unit_id == actor.unit_id)


def milestones_to_reach(actor: Actor, _now: datetime) -> Rows:
    planned = waiting(
        "milestone",
        of=Milestone.id,
        title=words("时间节点：", Milestone.name),
        since=Milestone.set_at,
        due=end_of(Milestone.due_on),
        path=at("/v1/milestones/", Milestone.id),
    )
    planned = planned.join(Task, Task.id == Milestone.task_id).join(Item, Item.id == Task.item_id)
    return planned.where(
        Milestone.state == MilestoneState.PLANNED,
        Item.state == ItemState.OPEN,
        Task.responsible_unit_id == actor.unit_id,
    )


_LATER = aliased(CompletionReport)
_IS_LAST = ~(
    select(_LATER.id)
    .where(_LATER.task_id == CompletionReport.task_id, _LATER.round > CompletionReport.round)
    .correlate(CompletionReport)
    .exists()
)
_IS_RETURNED = and_(CompletionReport.state == CompletionState.RETURNED, _IS_LAST)
_STANDS = or_(CompletionReport.state == CompletionState.REPORTED, CompletionReport.state == CompletionState.PASSED)
_IS_WAIVED = select(Waiver.id).where(Waiver.task_id == Task.id, Waiver.state == WaiverState.GRANTED).exists()


def tasks_to_do(actor: Actor, _now: datetime) -> Rows:
    """Tell of tasks of open items that are neither reported nor waived, and not to be done again."""
    is_told = select(CompletionReport.id).where(CompletionReport.task_id == Task.id, or_(_STANDS, _IS_RETURNED))
    given = waiting(
        "task",
        of=Task.id,
        title=words("办理任务：", Task.goal),
        since=Task.created_at,
        due=deadline(),
        path=at("/v1/tasks/", Task.id),
    ).join(Item, Item.id == Task.item_id)
    return given.where(
        Item.state == ItemState.OPEN,
        Task.responsible_unit_id == actor.unit_id,
        ~is_told.exists(),
        ~_IS_WAIVED,
    )


def reports_returned(actor: Actor, _now: datetime) -> Rows:
    """Tell of tasks whose last completion report was returned for rework."""
    returned = waiting(
        "completion_report",
        of=CompletionReport.id,
        title=words("重办：", Task.goal),
        since=CompletionReport.reviewed_at,
        due=end_of(CompletionReport.rework_until_on),
        path=at("/v1/completion_reports/", CompletionReport.id),
    ).join(Task, Task.id == CompletionReport.task_id)
    return returned.where(CompletionReport.unit_id == actor.unit_id, _IS_RETURNED, ~_IS_WAIVED)


def rectifications_ordered(actor: Actor, _now: datetime) -> Rows:
    return waiting(
        "rectification_order",
        of=RectificationOrder.id,
        title=words("限时整改：", RectificationOrder.matter),
        since=RectificationOrder.ordered_at,
        due=end_of(RectificationOrder.limit_on),
        path=at("/v1/rectification_orders/", RectificationOrder.id),
    ).where(RectificationOrder.state == RectificationState.ORDERED, RectificationOrder.unit_id == actor.unit_id)


def problems_to_solve(actor: Actor, _now: datetime) -> Rows:
    """Tell of problems that wait for the unit's plan, or for its own decision."""
    is_its_decision = (Problem.state == ProblemState.AWAITING_DECISION) & (Problem.level == Level.UNIT)
    return waiting(
        "problem",
        of=Problem.id,
        title=words("化解问题：", Problem.title),
        since=Problem.opened_at,
        path=at("/v1/problems/", Problem.id),
    ).where(
        Problem.responsible_unit_id == actor.unit_id,
        or_(Problem.state == ProblemState.AWAITING_PLAN, is_its_decision),
    )


def _items(since: object) -> Rows:
    return waiting(
        "item",
        of=Item.id,
        title=words(Item.number, " ", Item.title),
        since=since,
        due=deadline(),
        path=at("/v1/items/", Item.id),
    )


def items_open(actor: Actor, _now: datetime) -> Rows:
    """Tell of every open item that the actor may see, by its deadline."""
    return _items(Item.registered_at).where(Item.state == ItemState.OPEN, items.visible_to(actor))


def items_led(actor: Actor, now: datetime) -> Rows:
    is_led = (Party.official_id == actor.official_id) & (Party.responsibility == Responsibility.LEAD_LEADER)
    return items_open(actor, now).where(Item.id.in_(select(Party.item_id).where(is_led)))


def items_watched(actor: Actor, _now: datetime) -> Rows:
    """Tell of what the actor watches and may still see, open or not."""
    is_mine = (Watch.item_id == Item.id) & (Watch.person_id == actor.person) & Watch.ended_at.is_(None)
    return _items(Watch.watched_at).join(Watch, is_mine).where(items.visible_to(actor))
