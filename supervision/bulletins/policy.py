from sqlalchemy import ColumnElement, true

from supervision.bulletins.errors import DrafterSignsOff, OnlyDrafterAmends, OrdererVerifies
from supervision.bulletins.models import Circular, RectificationOrder
from supervision.bulletins.states import CircularState
from supervision.foundation.actors import Actor, Role
from supervision.foundation.two_persons import CounterStep, require_another


def circulars_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let a unit see what was issued only; every other role that may ask sees drafts too."""
    return Circular.state == CircularState.ISSUED if actor.role is Role.UNIT else true()


def orders_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let a unit see the orders to itself only; every other role sees all."""
    return RectificationOrder.unit_id == actor.unit_id if actor.role is Role.UNIT else true()


def require_drafter(actor: Actor, circular: Circular) -> None:
    """Refuse everybody but the drafter."""
    if actor.person != circular.drafted_by:
        raise OnlyDrafterAmends


def require_another_than_drafter(actor: Actor, step: CounterStep, circular: Circular) -> None:
    """Refuse the drafter as checker and issuer."""
    require_another(actor, step, {"draft_circular": circular.drafted_by}, DrafterSignsOff)


def require_another_than_orderer(actor: Actor, order: RectificationOrder) -> None:
    """Refuse whoever ordered a rectification as its verifier."""
    step, taken_by = CounterStep.VERIFY_RECTIFICATION, {"order_rectification": order.ordered_by}
    require_another(actor, step, taken_by, OrdererVerifies)
