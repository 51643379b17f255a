from datetime import datetime, timedelta

from sqlalchemy import func, literal, or_, select

from supervision.desk.work.work_line import waiting, words
from supervision.foundation import settings
from supervision.foundation.actors import Actor
from supervision.foundation.clock import real_now
from supervision.foundation.paging import Rows
from supervision.identity.models import Jurisdiction
from supervision.messaging import rules
from supervision.messaging.gateways.models import Reply
from supervision.messaging.models import Broadcast, Message, MessageDecision
from supervision.messaging.outbox_measures import LEAST_MESSAGES
from supervision.messaging.states import UNREACHED, BroadcastState, MessageState, ReplyMeaning, ReplyState


def messages_to_decide(actor: Actor, _now: datetime) -> Rows:
    """Tell in one line how many messages did not surely arrive; the line's id is the county's."""
    undecided = (
        select(func.count().label("messages"), func.min(Message.queued_at).label("since"))
        .outerjoin(MessageDecision, MessageDecision.message_id == Message.id)
        .where(
            or_(*(Message.state == each for each in UNREACHED)),
            Message.erased_at.is_(None),
            MessageDecision.id.is_(None),
        )
        .subquery()
    )
    return waiting(
        "message",
        of=Jurisdiction.id,
        title=words("处理未送达短信：", undecided.c.messages, "条"),
        since=undecided.c.since,
        path="/v1/messages?view=undecided",
    ).where(Jurisdiction.id == actor.jurisdiction_id, undecided.c.messages > 0)


def messages_that_fail(actor: Actor, _now: datetime) -> Rows:
    """Tell that more of the last hour's messages failed than the setting allows; by the real clock, as they leave."""
    hour = real_now() - timedelta(hours=1)
    failed = or_(*(Message.state == each for each in (MessageState.FAILED, MessageState.REFUSED, MessageState.EXPIRED)))
    ended = (
        select(
            func.count().label("messages"),
            func.count().filter(failed).label("failed"),
            func.min(Message.finished_at).filter(failed).label("since"),
        )
        .where(
            ~Message.is_test,
            Message.state != MessageState.CANCELLED,
            or_(Message.finished_at > hour, Message.accepted_at > hour),
        )
        .subquery()
    )
    return waiting(
        "message_failures",
        of=Jurisdiction.id,
        title=words("短信失败过多：近一小时", ended.c.messages, "条中失败", ended.c.failed, "条"),
        since=ended.c.since,
        path="/v1/messages?view=undecided",
    ).where(
        Jurisdiction.id == actor.jurisdiction_id,
        ended.c.messages >= LEAST_MESSAGES,
        ended.c.failed * 100 > ended.c.messages * settings.current().alert_failed_percent,
    )


def messages_that_wait(actor: Actor, _now: datetime) -> Rows:
    """Tell that messages which may leave have waited for longer than the setting allows; not by night."""
    now = real_now()
    limit = timedelta(seconds=settings.current().alert_oldest_seconds)
    late = (
        select(func.count().label("messages"), func.min(Message.not_before).label("since"))
        .outerjoin(Broadcast, Broadcast.id == Message.broadcast_id)
        .where(
            ~Message.is_test,
            Message.state == MessageState.QUEUED,
            Message.not_before < now - limit,
            func.coalesce(Broadcast.state, BroadcastState.SENDING) == BroadcastState.SENDING,
        )
        .subquery()
    )
    return waiting(
        "message_delays",
        of=Jurisdiction.id,
        title=words("短信久未发出：", late.c.messages, "条，请联系系统管理员检查网关"),
        since=late.c.since,
        path="/v1/messages?state=queued",
    ).where(Jurisdiction.id == actor.jurisdiction_id, late.c.messages > 0, literal(rules.not_before(now) == now))


def replies_to_handle(actor: Actor, _now: datetime) -> Rows:
    """Tell in one line how many replies wait to be read; the line's id is the county's."""
    unhandled = (
        select(func.count().label("replies"), func.min(Reply.received_at).label("since"))
        .where(
            Reply.state == ReplyState.MATCHED,
            Reply.handled_at.is_(None),
            Reply.meaning != ReplyMeaning.ACKNOWLEDGEMENT,
        )
        .subquery()
    )
    return waiting(
        "reply",
        of=Jurisdiction.id,
        title=words("查看短信回复：", unhandled.c.replies, "条"),
        since=unhandled.c.since,
        path="/v1/replies?view=unhandled",
    ).where(Jurisdiction.id == actor.jurisdiction_id, unhandled.c.replies > 0)
