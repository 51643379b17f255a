from datetime import datetime

from supervision.bulletins.models import RectificationOrder, RectificationReport
from supervision.bulletins.states import RectificationState
from supervision.desk.models import BurdenComplaint
from supervision.desk.states import ComplaintState
from supervision.desk.work.work_line import at, deadline, end_of, not_mine, waiting, words
from supervision.foundation.actors import Actor
from supervision.foundation.clock import SHANGHAI
from supervision.foundation.paging import Rows
from supervision.identity.models import Unit
from supervision.identity.policy import leads_the_county
from supervision.inspections.models import InspectionPlan
from supervision.inspections.states import PlanState
from supervision.items.models import Item
from supervision.items.states import ItemState
from supervision.papers.models import DirectTransfer, InstructionPaper
from supervision.papers.states import TransferState
from supervision.problems.models import Problem, ProblemLeader
from supervision.problems.states import Level, ProblemState
from supervision.publication.models import Publication, PublicComment
from supervision.publication.states import CommentState
from supervision.reviews.models import CompletionReport, Waiver
from supervision.reviews.states import CompletionState, WaiverState
from supervision.tasks.models import Extension, Task
from supervision.tasks.states import ExtensionState


def registrations_to_confirm(actor: Actor, _now: datetime) -> Rows:
    return waiting(
        "item",
        of=Item.id,
        title=words("审批立项：", Item.number, " ", Item.title),
        since=Item.registered_at,
        path=at("/v1/items/", Item.id),
    ).where(Item.state == ItemState.REGISTERED, not_mine(actor, Item.registered_by))


def extensions_asked(actor: Actor, _now: datetime) -> Rows:
    """Tell of extensions to decide, which are due before the deadline that they ask to move."""
    asked = waiting(
        "extension",
        of=Extension.id,
        title=words("审批延期：", Item.number, " ", Item.title),
        since=Extension.asked_at,
        due=deadline(),
        path=at("/v1/extensions/", Extension.id),
    ).join(Item, Item.id == Extension.item_id)
    return asked.where(Extension.state == ExtensionState.ASKED, not_mine(actor, Extension.asked_by))


def waivers_asked(actor: Actor, _now: datetime) -> Rows:
    asked = waiting(
        "waiver",
        of=Waiver.id,
        title=words("审批确不能办理：", Task.goal),
        since=Waiver.asked_at,
        path=at("/v1/waivers/", Waiver.id),
    ).join(Task, Task.id == Waiver.task_id)
    return asked.where(Waiver.state == WaiverState.ASKED, not_mine(actor, Waiver.asked_by))


def waivers_for_the_principal(actor: Actor, now: datetime) -> Rows:
    return waivers_asked(actor, now).where(leads_the_county(actor))


def completions_reported(actor: Actor, _now: datetime) -> Rows:
    reported = waiting(
        "completion_report",
        of=CompletionReport.id,
        title=words("审查办结报告：", Task.goal),
        since=CompletionReport.received_at,
        path=at("/v1/completion_reports/", CompletionReport.id),
    ).join(Task, Task.id == CompletionReport.task_id)
    return reported.where(
        CompletionReport.state == CompletionState.REPORTED, not_mine(actor, CompletionReport.reported_by)
    )


def _problems(kind: str, title: str) -> Rows:
    return waiting(
        kind,
        of=Problem.id,
        title=words(title, Problem.title),
        since=Problem.opened_at,
        due=end_of(Problem.due_on),
        path=at("/v1/problems/", Problem.id),
    )


def problems_for_the_conference(_actor: Actor, _now: datetime) -> Rows:
    return _problems("problem", "提请联席会决定：").where(
        Problem.state == ProblemState.AWAITING_DECISION, Problem.level == Level.CONFERENCE
    )


def problems_past_their_date(_actor: Actor, now: datetime) -> Rows:
    """Tell of decisions whose date has passed: the problem is solved, or goes higher."""
    today = now.astimezone(SHANGHAI).date()
    return _problems("problem", "决定到期未化解：").where(Problem.state == ProblemState.DECIDED, Problem.due_on < today)


def problems_for_the_leader(actor: Actor, _now: datetime) -> Rows:
    named = (ProblemLeader.problem_id == Problem.id) & (ProblemLeader.official_id == actor.official_id)
    return (
        _problems("problem", "协调问题：")
        .join(ProblemLeader, named)
        .where(Problem.state == ProblemState.AWAITING_DECISION, Problem.level == Level.LEADERS)
    )


def transfers_to_the_leader(actor: Actor, _now: datetime) -> Rows:
    handed = waiting(
        "direct_transfer",
        of=DirectTransfer.id,
        title=words("直接转交：", InstructionPaper.title),
        since=DirectTransfer.handed_at,
        path=at("/v1/direct_transfers/", DirectTransfer.id),
    ).join(InstructionPaper, InstructionPaper.id == DirectTransfer.paper_id)
    return handed.where(
        DirectTransfer.state == TransferState.HANDED_OVER, DirectTransfer.official_id == actor.official_id
    )


def plans_to_decide(actor: Actor, _now: datetime) -> Rows:
    return waiting(
        "inspection_plan",
        of=InspectionPlan.id,
        title=words("审批督查方案：", InspectionPlan.title),
        since=InspectionPlan.drafted_at,
        due=end_of(InspectionPlan.first_on),
        path=at("/v1/inspection_plans/", InspectionPlan.id),
    ).where(InspectionPlan.state == PlanState.DRAFTED, not_mine(actor, InspectionPlan.drafted_by))


def rectifications_to_verify(actor: Actor, _now: datetime) -> Rows:
    reported = waiting(
        "rectification_order",
        of=RectificationOrder.id,
        title=words("核验整改：", RectificationOrder.matter),
        since=RectificationReport.reported_at,
        path=at("/v1/rectification_orders/", RectificationOrder.id),
    ).join(RectificationReport, RectificationReport.order_id == RectificationOrder.id)
    return reported.where(
        RectificationOrder.state == RectificationState.REPORTED,
        RectificationReport.verdict.is_(None),
        not_mine(actor, RectificationOrder.ordered_by),
    )


def comments_to_moderate(_actor: Actor, _now: datetime) -> Rows:
    """Tell of comments of the public that wait, by the entry that they are on: what they say is read there."""
    came = waiting(
        "comment",
        of=PublicComment.id,
        title=words("审核群众留言：", Publication.title),
        since=PublicComment.received_at,
        path=at("/v1/comments/", PublicComment.id),
    ).join(Publication, Publication.id == PublicComment.entry_id)
    return came.where(PublicComment.state == CommentState.WAITING)


def complaints_to_answer(actor: Actor, _now: datetime) -> Rows:
    filed = waiting(
        "complaint",
        of=BurdenComplaint.id,
        title=words("答复重复要求的反映：", Unit.name),
        since=BurdenComplaint.filed_at,
        path=at("/v1/burden/complaints/", BurdenComplaint.id),
    ).join(Unit, Unit.id == BurdenComplaint.unit_id)
    return filed.where(BurdenComplaint.state == ComplaintState.FILED, not_mine(actor, BurdenComplaint.filed_by))
