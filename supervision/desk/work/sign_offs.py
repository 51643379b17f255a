from datetime import datetime

from sqlalchemy import all_, literal, or_

from supervision.bulletins.models import Circular
from supervision.bulletins.states import CircularState
from supervision.desk.work.work_line import at, end_of, not_mine, waiting, words
from supervision.foundation.actors import Actor
from supervision.foundation.paging import Rows
from supervision.items.models import Item
from supervision.notices.models import Notice
from supervision.notices.states import NoticeState
from supervision.publication.models import Publication
from supervision.publication.states import PublicationState


def notices_to_sign(actor: Actor, _now: datetime) -> Rows:
    drafted = waiting(
        "notice",
        of=Notice.id,
        title=words("核签通知：", Item.number, " ", Item.title),
        since=Notice.drafted_at,
        due=end_of(Notice.limit_on),
        path=at("/v1/notices/", Notice.id),
    ).join(Item, Item.id == Notice.item_id)
    return drafted.where(Notice.state != NoticeState.ISSUED, not_mine(actor, Notice.drafted_by))


def notices_to_countersign(actor: Actor, now: datetime) -> Rows:
    """Tell of notices that nobody of the office has to check first."""
    is_unchecked = literal(NoticeState.CHECKED.value) != all_(Notice.chain)
    return notices_to_sign(actor, now).where(or_(Notice.state != NoticeState.DRAFTED, is_unchecked))


def circulars_to_sign(actor: Actor, _now: datetime) -> Rows:
    return waiting(
        "circular",
        of=Circular.id,
        title=words("核签通报：", Circular.title),
        since=Circular.drafted_at,
        path=at("/v1/circulars/", Circular.id),
    ).where(
        or_(Circular.state == CircularState.DRAFTED, Circular.state == CircularState.CHECKED),
        not_mine(actor, Circular.drafted_by),
    )


def _publications(title: str) -> Rows:
    return waiting(
        "publication",
        of=Publication.id,
        title=words(title, Publication.title),
        since=Publication.drafted_at,
        due=end_of(Publication.publish_by_on),
        path=at("/v1/publications/", Publication.id),
    )


def publications_to_review(actor: Actor, _now: datetime) -> Rows:
    return _publications("公开审查：").where(
        Publication.state == PublicationState.DRAFTED, not_mine(actor, Publication.drafted_by)
    )


def publications_to_publish(_actor: Actor, _now: datetime) -> Rows:
    return _publications("待发布：").where(Publication.state == PublicationState.APPROVED)
