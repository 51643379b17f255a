from sqlalchemy import DateTime, Text, case, cast, func, select
from sqlalchemy.orm import aliased

from supervision.desk.archive.archive_event import ITEM, Statement, happening, in_chinese, lines, seen_by, words
from supervision.foundation.actors import Actor
from supervision.foundation.paging import Rows
from supervision.identity import policy as identity
from supervision.identity.models import Official
from supervision.items.states import Responsibility
from supervision.progress import policy as progress
from supervision.progress.models import ProgressEntry, ProgressReport, QuarterlyLook
from supervision.progress.rules import Light
from supervision.progress.states import ReportState
from supervision.reviews import policy as reviews
from supervision.reviews.models import CompletionReport, Waiver
from supervision.reviews.states import CompletionState, WaiverState
from supervision.tasks.models import Assignment, Extension, Milestone, Task
from supervision.tasks.states import ExtensionState


def _tasks(actor: Actor) -> Rows:
    people = select(Official.id, Official.name).where(identity.officials_visible_to(actor)).subquery()
    leader, person = aliased(people), aliased(people)
    told = happening(
        "task",
        at=Task.created_at,
        title=words("任务分解 ", Task.no, "：", Task.goal),
        text=func.nullif(lines(words("牵头领导：") + leader.c.name, words("责任人：") + person.c.name), ""),
        unit=Task.responsible_unit_id,
        of=Task.id,
    )
    told = told.outerjoin(leader, leader.c.id == Task.lead_leader_id)
    return told.outerjoin(person, person.c.id == Task.responsible_person_id).where(Task.item_id == ITEM)


_RESPONSIBILITIES = {
    Responsibility.RESPONSIBLE_UNIT: "责任单位",
    Responsibility.LEAD_LEADER: "牵头领导",
    Responsibility.RESPONSIBLE_PERSON: "直接责任人",
    Responsibility.PRINCIPAL_LEADER: "第一责任人",
    Responsibility.LEADER_IN_CHARGE: "主要责任人",
    Responsibility.LIAISON_LEADER: "联系领导",
    Responsibility.SUPPORTING_UNIT: "配合单位",
}
_ASSIGNMENT = happening(
    "assignment",
    at=Assignment.until_at,
    title=words("变更", in_chinese(Assignment.responsibility, _RESPONSIBILITIES), " 任务", Task.no),
    text=Assignment.reason,
    by=Assignment.assigned_by,
    unit=Assignment.unit_id,
    of=Assignment.task_id,
).join(Task, (Task.id == Assignment.task_id) & (Task.item_id == ITEM))
_MILESTONES = tuple(
    happening(
        "milestone", at=at, title=words(title, Milestone.name, "（", day, "）"), text=text, by=by, of=Milestone.id
    ).join(Task, (Task.id == Milestone.task_id) & (Task.item_id == ITEM))
    for title, at, day, text, by in (
        ("设定时间节点：", Milestone.set_at, Milestone.due_on, Milestone.expected, Milestone.set_by),
        ("完成时间节点：", Milestone.reached_at, Milestone.reached_on, Milestone.progress, Milestone.reached_by),
    )
)
_EXTENSIONS = (
    happening(
        "extension",
        at=Extension.asked_at,
        title=words("申请延期至 ", Extension.until_on),
        text=Extension.reason,
        by=Extension.asked_by,
        of=Extension.id,
    ),
    happening(
        "extension",
        at=Extension.decided_at,
        title=in_chinese(Extension.state, {ExtensionState.GRANTED: "同意延期", ExtensionState.REFUSED: "不同意延期"}),
        text=Extension.decision,
        by=Extension.decided_by,
        of=Extension.id,
    ),
)
_COUNTS_NO_LONGER = case((ProgressReport.state == ReportState.RETURNED, "（已退回补报）"))
_PROGRESS = (
    happening(
        "progress_report",
        at=ProgressEntry.received_at,
        title=words("进展报告 任务", Task.no, "：", ProgressEntry.percent, "%", _COUNTS_NO_LONGER),
        text=ProgressEntry.text,
        by=ProgressReport.reported_by,
        unit=ProgressReport.unit_id,
        of=ProgressReport.id,
    )
    .join(ProgressReport, ProgressReport.id == ProgressEntry.report_id)
    .join(Task, (Task.id == ProgressEntry.task_id) & (Task.item_id == ITEM))
)
_SPOKEN_OF = (
    select(ProgressEntry.id)
    .join(Task, Task.id == ProgressEntry.task_id)
    .where(ProgressEntry.report_id == ProgressReport.id, Task.item_id == ITEM)
)
_SENT_BACK = happening(
    "progress_report",
    at=ProgressReport.returned_at,
    title=words("退回补报 补报时限 ", ProgressReport.supplement_until_on),
    text=ProgressReport.return_reason,
    by=ProgressReport.returned_by,
    unit=ProgressReport.unit_id,
    of=ProgressReport.id,
).where(_SPOKEN_OF.exists())
_LIGHTS = {Light.ON_TRACK: "正常", Light.BEHIND: "滞后", Light.OVERDUE: "逾期"}
# A look has its day and no hour: it is told at the day's beginning in Shanghai.
_LOOK = happening(
    "quarterly_look",
    at=func.timezone("Asia/Shanghai", cast(QuarterlyLook.looked_on, DateTime())),
    title=words(
        QuarterlyLook.year, "年第", QuarterlyLook.quarter, "季度查看：", in_chinese(QuarterlyLook.light, _LIGHTS)
    ),
    text=words(QuarterlyLook.goal, words("，进度 ") + cast(QuarterlyLook.percent, Text) + "%"),
    unit=QuarterlyLook.unit_id,
    of=QuarterlyLook.task_id,
).where(QuarterlyLook.item_id == ITEM)
_OF_REPORT = (Task.id == CompletionReport.task_id) & (Task.item_id == ITEM)
_ROUND = words(" 任务", Task.no, " 第", CompletionReport.round, "轮")
_COMPLETION = (
    happening(
        "completion_report",
        at=CompletionReport.received_at,
        title=words("办结报告", _ROUND),
        text=CompletionReport.text,
        by=CompletionReport.reported_by,
        unit=CompletionReport.unit_id,
        of=CompletionReport.id,
    ),
    happening(
        "completion_review",
        at=CompletionReport.reviewed_at,
        title=in_chinese(
            CompletionReport.state,
            {
                CompletionState.PASSED: "审查通过",
                CompletionState.RETURNED: "退回重办",
                CompletionState.REOPENED: "审查通过",
            },
        )
        + _ROUND,
        text=lines(
            CompletionReport.opinion,
            words("重办时限 ") + cast(CompletionReport.rework_until_on, Text),
            words("督查反馈意见（") + CompletionReport.feedback_to + "）：" + CompletionReport.feedback_opinion,
        ),
        by=CompletionReport.reviewed_by,
        unit=CompletionReport.unit_id,
        of=CompletionReport.id,
    ),
    happening(
        "reopening",
        at=CompletionReport.reopened_at,
        title=words("回头看撤销审查结论", _ROUND),
        text=CompletionReport.reopening_reason,
        unit=CompletionReport.unit_id,
        of=CompletionReport.id,
    ),
)
_OF_WAIVER = (Task.id == Waiver.task_id) & (Task.item_id == ITEM)
_WAIVERS = (
    happening(
        "waiver",
        at=Waiver.asked_at,
        title=words("申请确不能办理 任务", Task.no),
        text=Waiver.grounds,
        by=Waiver.asked_by,
        unit=Waiver.unit_id,
        of=Waiver.id,
    ),
    happening(
        "waiver",
        at=Waiver.decided_at,
        title=in_chinese(
            Waiver.state,
            {WaiverState.GRANTED: "同意免办", WaiverState.REFUSED: "不同意免办", WaiverState.REOPENED: "同意免办"},
        ),
        text=lines(Waiver.decision, Waiver.opinion, Waiver.opinion_reference),
        by=Waiver.decided_by,
        unit=Waiver.unit_id,
        of=Waiver.id,
    ),
    happening(
        "reopening",
        at=Waiver.reopened_at,
        title=words("回头看撤销免办 任务", Task.no),
        text=Waiver.reopening_reason,
        unit=Waiver.unit_id,
        of=Waiver.id,
    ),
)

TASKS: tuple[Statement, ...] = (
    _tasks,
    *(seen_by(each.where(Extension.item_id == ITEM)) for each in _EXTENSIONS),
    seen_by(_ASSIGNMENT),
    *(seen_by(each) for each in _MILESTONES),
)
PROGRESS: tuple[Statement, ...] = (
    seen_by(_PROGRESS, progress.reports_visible_to),
    seen_by(_SENT_BACK, progress.reports_visible_to),
    seen_by(_LOOK, progress.looks_visible_to),
)
COMPLETION: tuple[Statement, ...] = (
    *(seen_by(each.join(Task, _OF_REPORT), reviews.reports_visible_to) for each in _COMPLETION),
    *(seen_by(each.join(Task, _OF_WAIVER), reviews.waivers_visible_to) for each in _WAIVERS),
)
