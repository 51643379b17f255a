from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    OFFICE = "office"
    GROUP = "group"
    LEADER = "leader"
    UNIT = "unit"
    PUBLISHER = "publisher"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    SECURITY_ADMINISTRATOR = "security_administrator"
    SYSTEM = "system"


class Proof(StrEnum):
    """How it was shown who acts."""

    KEY = "key"
    ON_BEHALF = "on_behalf"
    TOKEN = "token"  # noqa: S105 - a kind of proof, no secret
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in which role: a person who signed in, a client with its key, or the system's own worker."""

    jurisdiction_id: UUID
    role: Role
    client_id: UUID | None = None
    official_id: UUID | None = None
    unit_id: UUID | None = None
    scopes: frozenset[str] = frozenset()
    is_test: bool = False
    request_id: str = ""
    proof: Proof = Proof.NONE
    # The unit that an official belongs to, whatever role the official acts in.
    own_unit_id: UUID | None = None
    appointment_id: UUID | None = None
    signed_in_at: datetime | None = None
    has_second_factor: bool = False

    @property
    def person(self) -> UUID | None:
        """The one who answers for the act: proposer and approver must differ in it."""
        return self.official_id or self.client_id


def system(jurisdiction_id: UUID, *, is_test: bool = False) -> Actor:
    return Actor(jurisdiction_id, Role.SYSTEM, is_test=is_test)
