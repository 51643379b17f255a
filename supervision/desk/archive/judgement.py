from sqlalchemy import Text, cast, func, select

from supervision.bulletins import policy as bulletins
from supervision.bulletins.models import (
    AccountabilityProposal,
    Circular,
    Criticism,
    MediaFollowUp,
    RectificationOrder,
    RectificationReport,
)
from supervision.bulletins.states import CircularState, RectificationVerdict
from supervision.desk import policy
from supervision.desk.archive.archive_event import ITEM, Statement, happening, in_chinese, lines, seen_by, words
from supervision.identity.models import Official, Unit
from supervision.progress.models import ProgressEntry
from supervision.publication.models import Publication
from supervision.publication.states import PublicationState
from supervision.tasks.models import Task

# A circular keeps its laggards as they were, each with the item's id.
IS_LAGGARD = Circular.laggards.contains(func.jsonb_build_array(func.jsonb_build_object("item_id", cast(ITEM, Text))))
_CIRCULARS = (
    happening(
        "circular",
        at=Circular.issued_at,
        title=words("列入督查通报滞后事项 ", Circular.number),
        text=Circular.title,
        by=Circular.issued_by,
        of=Circular.id,
    ).where(IS_LAGGARD),
    happening(
        "circular",
        at=Circular.issued_at,
        title=words("通报批评 ", Circular.number, " ", Unit.name, Official.name),
        text=Criticism.reason,
        by=Circular.issued_by,
        unit=Criticism.unit_id,
        of=Circular.id,
    )
    .join(Criticism, (Criticism.circular_id == Circular.id) & (Criticism.item_id == ITEM))
    .outerjoin(Unit, Unit.id == Criticism.unit_id)
    .outerjoin(Official, Official.id == Criticism.official_id),
)
_ORDERS = (
    happening(
        "rectification_order",
        at=RectificationOrder.ordered_at,
        title=words("责令限时整改，期限 ", RectificationOrder.limit_on),
        text=RectificationOrder.matter,
        by=RectificationOrder.ordered_by,
        unit=RectificationOrder.unit_id,
        of=RectificationOrder.id,
    ),
    *(
        happening(
            "rectification_report",
            at=at,
            title=title,
            text=text,
            by=by,
            unit=RectificationOrder.unit_id,
            of=RectificationOrder.id,
        ).join(RectificationReport, RectificationReport.order_id == RectificationOrder.id)
        for at, title, text, by in (
            (
                RectificationReport.reported_at,
                words("整改报告 第", RectificationReport.round, "轮"),
                RectificationReport.text,
                RectificationReport.reported_by,
            ),
            (
                RectificationReport.verified_at,
                in_chinese(
                    RectificationReport.verdict,
                    {RectificationVerdict.CLOSED: "整改核验通过", RectificationVerdict.RETURNED: "整改退回"},
                ),
                RectificationReport.finding,
                RectificationReport.verified_by,
            ),
        )
    ),
)
_MEDIA = (
    happening(
        "media_follow_up",
        at=MediaFollowUp.logged_at,
        title=words("请媒体跟踪：", MediaFollowUp.medium),
        text=MediaFollowUp.matter,
        by=MediaFollowUp.logged_by,
        of=MediaFollowUp.id,
    ),
    # Its day is known, and no hour: it is told at the day's beginning in Shanghai.
    happening(
        "media_follow_up",
        at=func.timezone("Asia/Shanghai", func.date_trunc("day", MediaFollowUp.concluded_on)),
        title=words("媒体跟踪结果：", MediaFollowUp.medium),
        text=MediaFollowUp.outcome,
        of=MediaFollowUp.id,
    ),
)
_PROPOSAL = happening(
    "accountability_proposal",
    at=AccountabilityProposal.proposed_at,
    title=words("提出问责建议"),
    text=lines(AccountabilityProposal.facts, AccountabilityProposal.answer),
    by=AccountabilityProposal.proposed_by,
    unit=AccountabilityProposal.unit_id,
    of=AccountabilityProposal.id,
).join(Task, (Task.id == AccountabilityProposal.task_id) & (Task.item_id == ITEM))
_OF_THE_ITEM = select(ProgressEntry.id).join(Task, Task.id == ProgressEntry.task_id).where(Task.item_id == ITEM)
IS_OF_ITEM = Publication.progress_entry_id.in_(_OF_THE_ITEM)
# What is published is anybody's to read.
_PUBLICATION = happening(
    "publication",
    at=Publication.published_at,
    title=words("公开发布：", Publication.title),
    text=Publication.body,
    by=Publication.reviewed_by,
    of=Publication.id,
).where(IS_OF_ITEM, Publication.state == PublicationState.PUBLISHED)

BULLETINS: tuple[Statement, ...] = (
    *(
        seen_by(each.where(Circular.state == CircularState.ISSUED), bulletins.circulars_visible_to)
        for each in _CIRCULARS
    ),
    *(seen_by(each.where(RectificationOrder.item_id == ITEM), bulletins.orders_visible_to) for each in _ORDERS),
    *(seen_by(each.where(MediaFollowUp.item_id == ITEM), policy.judgements_visible_to) for each in _MEDIA),
    seen_by(_PROPOSAL, policy.judgements_visible_to),
)
PUBLICATIONS: tuple[Statement, ...] = (seen_by(_PUBLICATION),)
