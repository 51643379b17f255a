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
    # For whom a front end may act that comes with its key, and for whom it ever might.
    stands_for: frozenset[UUID] = frozenset()

    @property
    def person(self) -> UUID | None:
        """The one who answers for the act: proposer and approver must differ in it."""
        return self.official_id or self.client_id

    @property
    def selves(self) -> frozenset[UUID]:
        """Everybody who counts as one person with the actor, wherever two must differ.

        A front end is one with whoever signs in through it, and with its key also with everybody for whom it may act.
        """
        return frozenset(each for each in (self.person, self.client_id, *self.stands_for) if each is not None)


def system(jurisdiction_id: UUID, *, is_test: bool = False) -> Actor:
    return Actor(jurisdiction_id, Role.SYSTEM, is_test=is_test)
