from uuid import UUID

from supervision.foundation.actors import Actor
from supervision.identity.errors import AnotherPersonNeeded


def require_another_person(actor: Actor, *others: UUID | None) -> None:
    """Refuse a step to whoever took one of the steps that it answers, or is concerned by it."""
    if actor.person is None or actor.person in others or actor.client_id in others:
        raise AnotherPersonNeeded
