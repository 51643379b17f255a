from sqlalchemy import Text, case, cast, column, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from supervision.audit.models import AuditEvent
from supervision.desk import policy
from supervision.desk.archive.archive_event import ITEM, Statement, happening, in_chinese, lines, seen_by, words
from supervision.identity.models import Official
from supervision.items import policy as items
from supervision.items.models import Item, ItemChange
from supervision.items.states import ItemChangeKind
from supervision.notices import policy as notices
from supervision.notices.models import Notice, NoticeDelivery, Urging
from supervision.notices.states import NoticeKind, UrgingChannel
from supervision.papers.models import DirectTransfer, InstructionPaper, Liaison

_CHANGES = {
    ItemChangeKind.APPROVED: "立项审批通过",
    ItemChangeKind.REFUSED: "不予立项",
    ItemChangeKind.AMENDED: "修改立项内容",
    ItemChangeKind.SUSPENDED: "中止办理",
    ItemChangeKind.RESUMED: "恢复办理",
    ItemChangeKind.TERMINATED: "终止办理",
    ItemChangeKind.VOIDED: "作废",
    ItemChangeKind.MERGED: "并入",
    ItemChangeKind.ABSORBED: "并案接收",
    ItemChangeKind.SPLIT: "分立",
    ItemChangeKind.SPLIT_OFF: "由他案分立",
    ItemChangeKind.TRANSFERRED: "移交承办",
    ItemChangeKind.HANDED_OVER: "变更经办人",
    ItemChangeKind.STAGES_PLANNED: "分阶段办理",
    ItemChangeKind.STAGE_FINISHED: "阶段完成",
    ItemChangeKind.CLOSED: "销号",
    ItemChangeKind.REOPENED: "回头看重新办理",
}
_FIELDS = {
    "title": "标题",
    "source": "来源",
    "secrecy": "密级",
    "authority_kind": "依据类别",
    "authority_name": "依据名称",
    "authority_number": "依据文号",
    "authority_on": "依据日期",
    "authority_body": "依据机关",
}
_EACH = func.jsonb_each(ItemChange.facts).table_valued(column("key", Text), column("value", JSONB))
_WAS_AND_IS = words(
    in_chinese(_EACH.c.key, _FIELDS),
    "：",
    func.coalesce(_EACH.c.value["from"].astext, "无"),
    " → ",
    func.coalesce(_EACH.c.value["to"].astext, "无"),
)
# An id among them says nothing to a reader.
_AMENDED = (
    select(func.string_agg(_WAS_AND_IS, aggregate_order_by(literal("\n"), _EACH.c.key)))
    .where(_EACH.c.key.not_like("%\\_id"))
    .scalar_subquery()
)
_FACT = ItemChange.facts
_CHANGE = happening(
    "item_change",
    at=ItemChange.changed_at,
    title=in_chinese(ItemChange.kind, _CHANGES),
    text=func.nullif(
        lines(
            ItemChange.reason,
            case((ItemChange.kind == ItemChangeKind.AMENDED, _AMENDED)),
            words("另案：") + func.coalesce(_FACT["into_number"].astext, _FACT["from_number"].astext),
            words("决定：") + _FACT["ordered_by"].astext + " " + _FACT["ordered_on"].astext,
            words("阶段：") + _FACT["name"].astext,
            words("办理时限：") + _FACT["deadline_on"].astext,
        ),
        "",
    ),
    by=ItemChange.changed_by,
    of=ItemChange.id,
).where(ItemChange.item_id == ITEM)
# Two things that only the audit keeps: that a deadline moved, and that a draft was given back.
_DEADLINE = happening(
    "item_change",
    at=AuditEvent.at,
    title=words("办理时限调整"),
    text=words(AuditEvent.facts["was_on"].astext, " → ", AuditEvent.facts["deadline_on"].astext),
    by=func.coalesce(AuditEvent.official_id, AuditEvent.client_id),
    of=AuditEvent.id,
).where(AuditEvent.subject_id == cast(ITEM, Text), AuditEvent.verb == "item.deadline_moved")
_GIVEN_BACK = (
    happening(
        "notice",
        at=AuditEvent.at,
        title=words("文稿退回修改"),
        text=AuditEvent.facts["reason"].astext,
        by=func.coalesce(AuditEvent.official_id, AuditEvent.client_id),
        of=Notice.id,
    )
    .join(Notice, (AuditEvent.subject_id == cast(Notice.id, Text)) & (Notice.item_id == ITEM))
    .where(AuditEvent.verb == "notice.returned")
)
_REGISTRATION = happening(
    "item",
    at=Item.registered_at,
    title=words("立项 ", Item.number, " ", Item.title),
    text=words("来源：", Item.source, "；收到 ", Item.received_on, "；办理时限 ", Item.first_deadline_on),
    by=Item.registered_by,
    of=Item.id,
).where(Item.id == ITEM)


_OF_PAPER = InstructionPaper.id == DirectTransfer.paper_id
_PAPERS = (
    happening(
        "instruction_paper",
        at=InstructionPaper.registered_at,
        title=words("批示件登记：", InstructionPaper.sender, " ", InstructionPaper.title),
        text=words(InstructionPaper.instructed_on, " 批示：", InstructionPaper.words),
        by=InstructionPaper.registered_by,
        of=InstructionPaper.id,
    ),
    happening(
        "direct_transfer",
        at=DirectTransfer.handed_at,
        title=words("直接转交：", Official.name),
        by=DirectTransfer.handed_by,
        of=DirectTransfer.id,
    )
    .join(InstructionPaper, _OF_PAPER)
    .join(Official, Official.id == DirectTransfer.official_id),
    happening(
        "liaison",
        at=Liaison.logged_at,
        title=words("直接转交衔接"),
        text=Liaison.text,
        by=Liaison.logged_by,
        of=Liaison.id,
    )
    .join(DirectTransfer, DirectTransfer.id == Liaison.transfer_id)
    .join(InstructionPaper, _OF_PAPER),
    happening(
        "direct_transfer",
        at=DirectTransfer.concluded_at,
        title=words("直接转交办结"),
        text=DirectTransfer.outcome,
        by=DirectTransfer.concluded_by,
        of=DirectTransfer.id,
    ).join(InstructionPaper, _OF_PAPER),
)
_NOTICE = in_chinese(Notice.kind, {NoticeKind.NOTICE: "督查通知书", NoticeKind.SLIP: "抄告单"})
_SIGNED = (
    ("拟稿", Notice.drafted_at, Notice.drafted_by),
    ("核稿", Notice.checked_at, Notice.checked_by),
    ("审签", Notice.countersigned_at, Notice.countersigned_by),
    ("签发", Notice.issued_at, Notice.issued_by),
)
_NOTICES = tuple(
    happening(
        "notice",
        at=at,
        title=words(_NOTICE, step, " ", Notice.number) if step == "签发" else words(_NOTICE, step),
        text=words(Notice.text, "（", Notice.limit_on, " 前办理）") if step == "签发" else None,
        by=by,
        of=Notice.id,
    ).where(Notice.item_id == ITEM)
    for step, at, by in _SIGNED
)
_OF_NOTICE = (Notice.id == NoticeDelivery.notice_id) & (Notice.item_id == ITEM)
_DELIVERIES = (
    happening(
        "notice_delivery",
        at=NoticeDelivery.delivered_at,
        title=words(_NOTICE, "送达 ", Notice.number),
        unit=NoticeDelivery.unit_id,
        of=NoticeDelivery.id,
    ).join(Notice, _OF_NOTICE),
    happening(
        "urging",
        at=Urging.urged_at,
        title=words(in_chinese(Urging.channel, {UrgingChannel.SMS: "短信", UrgingChannel.TELEPHONE: "电话"}), "催签"),
        text=Urging.note,
        by=Urging.urged_by,
        unit=NoticeDelivery.unit_id,
        of=Urging.id,
    )
    .join(NoticeDelivery, NoticeDelivery.id == Urging.delivery_id)
    .join(Notice, _OF_NOTICE),
    happening(
        "acknowledgement",
        at=NoticeDelivery.acknowledged_at,
        title=words(_NOTICE, "签收 ", Notice.number),
        by=NoticeDelivery.acknowledged_by,
        unit=NoticeDelivery.unit_id,
        of=NoticeDelivery.id,
    ).join(Notice, _OF_NOTICE),
)

REGISTRATION: tuple[Statement, ...] = (
    seen_by(_REGISTRATION, items.visible_to),
    seen_by(_CHANGE),
    seen_by(_DEADLINE),
)
PAPERS: tuple[Statement, ...] = tuple(
    seen_by(each.where(InstructionPaper.item_id == ITEM), policy.papers_visible_to) for each in _PAPERS
)
NOTICES: tuple[Statement, ...] = (
    seen_by(_GIVEN_BACK, policy.judgements_visible_to),
    *(seen_by(each, notices.notices_visible_to) for each in _NOTICES),
    *(seen_by(each, notices.deliveries_visible_to) for each in _DELIVERIES),
)
