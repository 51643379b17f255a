from sqlalchemy import Text, cast, func, or_

from supervision.audit.models import AuditEvent
from supervision.desk import policy
from supervision.desk.archive.happening import ITEM, Part, happening, in_chinese, lines, seen_by, words
from supervision.identity.models import Official
from supervision.items import policy as items
from supervision.items.models import (
    DirectTransfer,
    InstructionPaper,
    Item,
    Liaison,
    Notice,
    NoticeDelivery,
    Urging,
)
from supervision.items.states import NoticeKind, UrgingChannel

# What the audit calls each change of an item that no table of its own tells of.
_CHANGES = {
    "item.amended": "修改立项内容",
    "item.deadline_moved": "办理时限调整",
    "item.closed": "销号",
    "item.reopened": "回头看重新办理",
    "item.suspended": "中止办理",
    "item.resumed": "恢复办理",
    "item.terminated": "终止办理",
    "item.transferred": "移交",
    "item.merged": "并案",
    "item.split": "分案",
    "item.voided": "作废",
}
_FACT = AuditEvent.facts
_CHANGE = happening(
    "item_change",
    at=AuditEvent.at,
    title=in_chinese(AuditEvent.verb, _CHANGES),
    text=func.nullif(
        lines(
            _FACT["title"].astext,
            _FACT["source"].astext,
            words(_FACT["was_on"].astext, "→") + _FACT["deadline_on"].astext,
            _FACT["reason"].astext,
        ),
        "",
    ),
    by=func.coalesce(AuditEvent.official_id, AuditEvent.client_id),
    of=AuditEvent.id,
).where(AuditEvent.subject_id == cast(ITEM, Text), or_(*(AuditEvent.verb == verb for verb in _CHANGES)))
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

PARTS: tuple[Part, ...] = (
    seen_by(_REGISTRATION, items.visible_to),
    seen_by(_CHANGE),
    *(seen_by(each.where(InstructionPaper.item_id == ITEM), policy.papers_visible_to) for each in _PAPERS),
    *(seen_by(each, items.notices_visible_to) for each in _NOTICES),
    *(seen_by(each, items.deliveries_visible_to) for each in _DELIVERIES),
)
