from datetime import datetime

from sqlalchemy import func, or_, select

from supervision.desk.work.work_line import waiting, words
from supervision.foundation.actors import Actor
from supervision.foundation.paging import Rows
from supervision.identity.models import Jurisdiction
from supervision.messaging.models import Message, MessageDecision, Reply
from supervision.messaging.states import UNREACHED, ReplyMeaning, ReplyState


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
