from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from supervision.foundation.actors import Role
from supervision.foundation.errors import Forbidden
from supervision.identity.errors import ChooseAppointment, RolesExcludeEachOther

# Who keeps the system or its security decides nothing in it, and who audits keeps nothing: each excludes all others.
EXCLUSIVE_ROLES = frozenset({Role.ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR})
# In which role a person acts where several would do and none was chosen: the first that the operation is open to.
_ORDER = (
    Role.OFFICE,
    Role.GROUP,
    Role.LEADER,
    Role.PUBLISHER,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
    Role.SECURITY_ADMINISTRATOR,
    Role.UNIT,
)


@dataclass(frozen=True, slots=True)
class Held:
    """An appointment in force."""

    id: UUID
    role: Role
    unit_id: UUID | None


def check_compatible(role: Role, others: Collection[Role]) -> None:
    """Refuse a role that its holder may not have beside the others."""
    for other in others:
        if other is not role and not EXCLUSIVE_ROLES.isdisjoint({role, other}):
            raise RolesExcludeEachOther(role=role, other=other)


def choose_appointment(held: Sequence[Held], *, roles: Collection[Role], acting_as: UUID | None) -> Held:
    """Choose in which of their appointments a person acts; refuses where none allows it, or only the person can know.

    What was named is taken or refused, never replaced by another.
    """
    fitting = [each for each in held if each.role in roles and acting_as in {None, each.id}]
    if not fitting:
        raise Forbidden
    first = min(fitting, key=lambda each: _ORDER.index(each.role))
    if first.role is Role.UNIT and len({each.unit_id for each in fitting}) > 1:
        raise ChooseAppointment
    return first
