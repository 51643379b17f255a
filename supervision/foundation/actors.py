from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from supervision.foundation.errors import Forbidden


class Role(StrEnum):
    OFFICE = "office"
    GROUP = "group"
    LEADER = "leader"
    UNIT = "unit"
    PUBLISHER = "publisher"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a client with its key, perhaps on behalf of an official, or the system's own worker."""

    jurisdiction_id: UUID
    role: Role
    client_id: UUID | None = None
    official_id: UUID | None = None
    unit_id: UUID | None = None
    scopes: frozenset[str] = frozenset()
    is_test: bool = False
    request_id: str = ""

    @property
    def person(self) -> UUID | None:
        """The one who answers for the act: proposer and approver must differ in it."""
        return self.official_id or self.client_id


def require_another(actor: Actor, people: Collection[UUID | None], refusal: type[Forbidden]) -> None:
    """Refuse, in the room's own words, a second step by one of those who took the first ones."""
    if actor.person in people:
        raise refusal


def system(jurisdiction_id: UUID, *, is_test: bool = False) -> Actor:
    return Actor(jurisdiction_id, Role.SYSTEM, is_test=is_test)
