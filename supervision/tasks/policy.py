from uuid import UUID

from sqlalchemy import ColumnElement

from supervision.foundation.actors import Actor
from supervision.items import policy as items
from supervision.tasks.errors import AskerMayNotDecide


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let everybody who sees an item see its tasks and extensions; the statement has joined the item."""
    return items.visible_to(actor)


def require_another_person(actor: Actor, asked_by: UUID | None) -> None:
    """Refuse that one decides what one asked for oneself."""
    if actor.person == asked_by:
        raise AskerMayNotDecide
