from dataclasses import dataclass
from enum import StrEnum

from supervision.foundation.actors import Role


class Scope(StrEnum):
    IDENTITY_READ = "identity:read"
    IDENTITY_WRITE = "identity:write"
    ITEMS_READ = "items:read"
    ITEMS_WRITE = "items:write"
    PROGRESS_READ = "progress:read"
    PROGRESS_WRITE = "progress:write"
    MESSAGES_READ = "messages:read"
    MESSAGES_WRITE = "messages:write"
    PUBLICATION_READ = "publication:read"
    PUBLICATION_WRITE = "publication:write"
    SCORES_READ = "scores:read"
    SCORES_WRITE = "scores:write"
    BULLETINS_READ = "bulletins:read"
    BULLETINS_WRITE = "bulletins:write"
    PROPOSALS_READ = "proposals:read"
    PROPOSALS_WRITE = "proposals:write"
    AUDIT_READ = "audit:read"


@dataclass(frozen=True, slots=True)
class Permission:
    """Who may call an operation: its scope, which the key must have, and the roles.

    Which rows are seen, and that proposer and approver differ, is each room's policy.
    """

    scope: Scope | None
    roles: frozenset[Role]
    # A step for which a person answers: no key may take it; and one that asks for a recent, stronger sign-in as well.
    needs_person: bool = False
    needs_fresh_sign_in: bool = False


OFFICE, GROUP, LEADER, UNIT = Role.OFFICE, Role.GROUP, Role.LEADER, Role.UNIT
PUBLISHER, AUDITOR = Role.PUBLISHER, Role.AUDITOR
ADMINISTRATOR, SECURITY_ADMINISTRATOR = Role.ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR
# Those whom the procedure itself concerns; those who work in it, the publisher too; and all.
SUPERVISING = (OFFICE, GROUP, LEADER, UNIT, AUDITOR)
WORKING = (*SUPERVISING, PUBLISHER)
EVERYBODY = (*WORKING, ADMINISTRATOR, SECURITY_ADMINISTRATOR)

# For anybody, without a key: probes, the document and its page, feeds, and what a gateway signs itself.
PUBLIC = Permission(None, frozenset())


def may(scope: Scope, *roles: Role) -> Permission:
    """Return the permission of an operation that some roles may call with a scope."""
    return Permission(scope, frozenset(roles))


def person_may(scope: Scope, *roles: Role, with_fresh_sign_in: bool = False) -> Permission:
    """Return the permission of a step for which a person answers, in some role; no key is enough for it."""
    return Permission(scope, frozenset(roles), needs_person=True, needs_fresh_sign_in=with_fresh_sign_in)
