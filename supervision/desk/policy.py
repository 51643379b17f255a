from uuid import UUID

from sqlalchemy import ColumnElement, false, true

from supervision.desk.errors import ComplainantAnswers
from supervision.desk.models import BurdenComplaint
from supervision.foundation.actors import Actor, Role
from supervision.foundation.two_persons import CounterStep, require_another
from supervision.identity.models import Client, Unit

_READS_PAPERS = frozenset({Role.OFFICE, Role.GROUP, Role.LEADER})


def papers_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let those read instruction papers and direct transfers who may ask for them; no unit is told of a transfer."""
    return true() if actor.role in _READS_PAPERS else false()


def judgements_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let everybody but units read media follow-ups, accountability proposals, and why a draft was given back."""
    return false() if actor.role is Role.UNIT else true()


def clients_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let a unit know its own front ends by name; every other role knows all."""
    return Client.unit_id == actor.unit_id if actor.role is Role.UNIT else true()


def burdens_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let a unit see what is asked of itself; every other role that may ask sees all."""
    return Unit.id == actor.unit_id if actor.role is Role.UNIT else true()


def complaints_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let a unit see its own complaints; every other role that may ask sees all."""
    return BurdenComplaint.unit_id == actor.unit_id if actor.role is Role.UNIT else true()


def require_another_person(actor: Actor, filed_by: UUID | None) -> None:
    """Refuse whoever filed a complaint as the one who answers it."""
    require_another(actor, CounterStep.ANSWER_COMPLAINT, {"file_complaint": filed_by}, ComplainantAnswers)
