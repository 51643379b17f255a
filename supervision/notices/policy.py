from sqlalchemy import ColumnElement, false, select, true

from supervision.foundation.actors import Actor, Role
from supervision.foundation.two_persons import CounterStep, require_another
from supervision.items.policy import SEES_ALL
from supervision.notices.errors import NoticeSignedByDrafter
from supervision.notices.models import Notice, NoticeDelivery
from supervision.notices.states import DeliveryState

_SEES_NOTICES = SEES_ALL - {Role.PUBLISHER}


def notices_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let a unit see the notices that were delivered to it; the office and those who judge see all, others none."""
    if actor.role is Role.UNIT:
        is_its = (NoticeDelivery.unit_id == actor.unit_id) & (NoticeDelivery.state != DeliveryState.ADDRESSED)
        return Notice.id.in_(select(NoticeDelivery.notice_id).where(is_its))
    return true() if actor.role in _SEES_NOTICES else false()


def deliveries_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let a unit see what was delivered to it; the office and those who judge see all that was delivered."""
    is_delivered = NoticeDelivery.state != DeliveryState.ADDRESSED
    if actor.role is Role.UNIT:
        return is_delivered & (NoticeDelivery.unit_id == actor.unit_id)
    return is_delivered if actor.role in _SEES_NOTICES else false()


def require_another_than_drafter(actor: Actor, step: CounterStep, notice: Notice) -> None:
    """Refuse the drafter at every step of the chain."""
    require_another(actor, step, {"draft_notice": notice.drafted_by}, NoticeSignedByDrafter)
