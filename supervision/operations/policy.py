from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, cast, true

from supervision.foundation.actors import Actor, Role
from supervision.operations.models import Operation

_WATCHES_ALL = frozenset({Role.OFFICE, Role.AUDITOR})


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let a client see the operations that it asked for; the office and the auditor see all."""
    if actor.role in _WATCHES_ALL:
        return true()
    asked_by: ColumnElement[UUID | None] = cast(Operation.actor["client_id"].astext, Uuid)
    return asked_by == actor.client_id
