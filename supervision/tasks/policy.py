from uuid import UUID

from sqlalchemy import ColumnElement

from supervision.foundation.actors import Actor, Role
from supervision.foundation.two_persons import CounterStep, require_another
from supervision.items import policy as items
from supervision.tasks.errors import AskerMayNotDecide, NotResponsibleForTask


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let everybody who sees an item see its tasks and extensions; the statement has joined the item."""
    return items.visible_to(actor)


def require_another_person(actor: Actor, asked_by: UUID | None) -> None:
    """Refuse that one decides what one asked for oneself."""
    require_another(actor, CounterStep.DECIDE_EXTENSION, {"ask_extension": asked_by}, AskerMayNotDecide)


def require_responsible(actor: Actor, unit_id: UUID) -> None:
    """Refuse a unit that sees a task, and is not the one responsible for it."""
    if actor.role is Role.UNIT and actor.unit_id != unit_id:
        raise NotResponsibleForTask
