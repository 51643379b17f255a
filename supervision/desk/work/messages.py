from datetime import datetime

from sqlalchemy import func, or_, select

from supervision.desk.work.work_line import waiting, words
from supervision.foundation.actors import Actor
from supervision.foundation.paging import Rows
from supervision.identity.models import Jurisdiction
from supervision.messaging.models import Message, MessageDecision
from supervision.messaging.states import UNREACHED


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
