from sqlalchemy import ColumnElement, String, cast, true

from supervision.foundation.actors import Actor, Role
from supervision.operations.models import Operation

_WATCHES_ALL = frozenset({Role.OFFICE, Role.AUDITOR})


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let a client see the operations that it asked for; the office and the auditor see all."""
    if actor.role in _WATCHES_ALL:
        return true()
    return Operation.actor["client_id"].astext == cast(actor.client_id, String)
