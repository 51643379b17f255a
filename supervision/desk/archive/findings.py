from sqlalchemy import Text, cast, or_, select

from supervision.desk.archive.archive_event import ITEM, Statement, happening, in_chinese, seen_by, words
from supervision.inspections import policy as inspections
from supervision.inspections.models import Conclusion, Finding, InspectionPlan, InspectionScope, Severity
from supervision.inspections.states import PlanState
from supervision.problems import policy as problems
from supervision.problems.models import EntryKind, Problem, ProblemEntry
from supervision.problems.states import Level

_FINDINGS_OF_PLAN = select(Finding.id).where(Finding.plan_id == InspectionPlan.id, Finding.item_id == ITEM)
_IS_COVERED = (
    select(InspectionScope.id)
    .where(
        InspectionScope.plan_id == InspectionPlan.id,
        InspectionScope.scope_no == InspectionPlan.scope_no,
        InspectionScope.item_id == ITEM,
    )
    .exists()
)
_PLANS = (
    happening(
        "inspection_plan",
        at=InspectionPlan.decided_at,
        title=words("督查方案批准：", InspectionPlan.title),
        text=InspectionPlan.decision,
        by=InspectionPlan.decided_by,
        of=InspectionPlan.id,
    ).where(InspectionPlan.state != PlanState.REFUSED),
    happening(
        "inspection_plan",
        at=InspectionPlan.carried_out_at,
        title=words("督查完成：", InspectionPlan.title),
        by=InspectionPlan.carried_out_by,
        of=InspectionPlan.id,
    ),
)
_SEVERITIES = {Severity.MINOR: "一般", Severity.SERIOUS: "较重", Severity.MAJOR: "重大"}
_FINDING = happening(
    "finding",
    at=Finding.recorded_at,
    title=words("督查发现问题（", in_chinese(Finding.severity, _SEVERITIES), "）"),
    text=Finding.text,
    by=Finding.recorded_by,
    unit=Finding.unit_id,
    of=Finding.id,
).where(Finding.item_id == ITEM)
# A conclusion speaks of one unit: it belongs here if its plan covers the item, or found something on it in that unit.
_ABOUT = or_(_IS_COVERED, _FINDINGS_OF_PLAN.where(Finding.unit_id == Conclusion.unit_id).exists())
_CONCLUSIONS = tuple(
    happening("conclusion", at=at, title=words(title), text=text, by=by, unit=Conclusion.unit_id, of=Conclusion.id)
    .join(InspectionPlan, InspectionPlan.id == Conclusion.plan_id)
    .where(_ABOUT)
    for at, title, text, by in (
        (Conclusion.sent_at, "督查结论", Conclusion.text, Conclusion.sent_by),
        (Conclusion.acknowledged_at, "督查结论签收", None, Conclusion.acknowledged_by),
    )
)
_LEVELS = {Level.UNIT: "责任单位", Level.LEADERS: "县领导", Level.CONFERENCE: "联席会"}
_STEPS = {
    EntryKind.PLAN: "解决方案",
    EntryKind.ESCALATION: "提交协调",
    EntryKind.DECISION: "决定",
    EntryKind.FOLLOW_UP: "落实情况",
    EntryKind.RESOLUTION: "化解",
}
_OPENED = happening(
    "problem",
    at=Problem.opened_at,
    title=words("问题：", Problem.title),
    text=Problem.text,
    by=Problem.opened_by,
    unit=Problem.responsible_unit_id,
    of=Problem.id,
).where(Problem.item_id == ITEM)
_STEP = happening(
    "problem_entry",
    at=ProblemEntry.entered_at,
    title=words("问题", in_chinese(ProblemEntry.kind, _STEPS), "（", in_chinese(ProblemEntry.level, _LEVELS), "）"),
    text=words(ProblemEntry.text, words("（期限 ") + cast(ProblemEntry.due_on, Text) + "）"),
    by=ProblemEntry.entered_by,
    unit=ProblemEntry.unit_id,
    of=ProblemEntry.id,
).join(Problem, (Problem.id == ProblemEntry.problem_id) & (Problem.item_id == ITEM))

INSPECTIONS: tuple[Statement, ...] = (
    *(
        seen_by(each.where(or_(_IS_COVERED, _FINDINGS_OF_PLAN.exists())), inspections.plans_visible_to)
        for each in _PLANS
    ),
    seen_by(_FINDING, inspections.findings_visible_to),
    *(seen_by(each, inspections.conclusions_visible_to) for each in _CONCLUSIONS),
)
PROBLEMS: tuple[Statement, ...] = (seen_by(_OPENED, problems.visible_to), seen_by(_STEP, problems.visible_to))
