from supervision.desk.archive.archive_event import ITEM, Part, happening, in_chinese, seen_by, words
from supervision.notices import policy as notices
from supervision.notices.models import Notice, NoticeDelivery, Urging
from supervision.notices.states import NoticeKind, UrgingChannel

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
    *(seen_by(each, notices.notices_visible_to) for each in _NOTICES),
    *(seen_by(each, notices.deliveries_visible_to) for each in _DELIVERIES),
)
