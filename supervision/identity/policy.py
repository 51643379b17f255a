from sqlalchemy import ColumnElement, true

from supervision.foundation.actors import Actor, Role
from supervision.identity.models import Official


def units_visible_to(_actor: Actor) -> ColumnElement[bool]:
    """Let everybody of a jurisdiction see its units: names and kinds are no secret among them."""
    return true()


def officials_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let a unit see its own officials only; every other role sees all."""
    if actor.role is Role.UNIT:
        return Official.unit_id == actor.unit_id
    return true()
