from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, cast, true

from supervision.foundation.actors import Actor, Role
from supervision.operations.models import Operation

_WATCHES_ALL = frozenset({Role.OFFICE, Role.AUDITOR})


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let whoever asked for an operation see it, a person or a client; the office and the auditor see all."""
    if actor.role in _WATCHES_ALL:
        return true()
    client: ColumnElement[UUID | None] = cast(Operation.actor["client_id"].astext, Uuid)
    official: ColumnElement[UUID | None] = cast(Operation.actor["official_id"].astext, Uuid)
    return (client == actor.client_id) & official.is_not_distinct_from(actor.official_id)
