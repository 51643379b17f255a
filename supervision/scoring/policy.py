from uuid import UUID

from sqlalchemy import ColumnElement, true

from supervision.foundation.actors import Actor, Role
from supervision.scoring.errors import SamePersonDecides
from supervision.scoring.models import Deduction


def only_unit_of(actor: Actor) -> UUID | None:
    """Return the one unit whose score the actor sees; None: all, for there is no public ranking."""
    return actor.unit_id if actor.role is Role.UNIT else None


def deductions_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let a unit see its own deductions only; every other role sees all."""
    if actor.role is Role.UNIT:
        return Deduction.unit_id == actor.unit_id
    return true()


def require_another_person(actor: Actor, deduction: Deduction) -> None:
    """Refuse whoever proposed or decided the deduction before; the house's own proposals stand in nobody's way."""
    if actor.person in {deduction.proposed_by, deduction.decided_by}:
        raise SamePersonDecides
