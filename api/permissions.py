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
    AUDIT_READ = "audit:read"


@dataclass(frozen=True, slots=True)
class Permission:
    scope: Scope
    roles: frozenset[Role]


OFFICE, GROUP, LEADER, UNIT = Role.OFFICE, Role.GROUP, Role.LEADER, Role.UNIT
PUBLISHER, AUDITOR, ADMINISTRATOR = Role.PUBLISHER, Role.AUDITOR, Role.ADMINISTRATOR
WORKING = (OFFICE, GROUP, LEADER, UNIT, PUBLISHER, AUDITOR)
EVERYBODY = (*WORKING, ADMINISTRATOR)


def _may(scope: Scope, *roles: Role) -> Permission:
    return Permission(scope, frozenset(roles))


# Who may call what: the one table of scope × operation and role × operation. The operation is the route's name.
# Which rows are seen, and that proposer and approver differ, is each room's policy.
PERMISSIONS: dict[str, Permission] = {
    "get_me": _may(Scope.IDENTITY_READ, *EVERYBODY),
    "list_units": _may(Scope.IDENTITY_READ, *EVERYBODY),
    "get_unit": _may(Scope.IDENTITY_READ, *EVERYBODY),
    "register_unit": _may(Scope.IDENTITY_WRITE, ADMINISTRATOR),
    "amend_unit": _may(Scope.IDENTITY_WRITE, ADMINISTRATOR),
    "list_officials": _may(Scope.IDENTITY_READ, *EVERYBODY),
    "get_official": _may(Scope.IDENTITY_READ, *EVERYBODY),
    "register_official": _may(Scope.IDENTITY_WRITE, ADMINISTRATOR),
    "amend_official": _may(Scope.IDENTITY_WRITE, ADMINISTRATOR),
    "list_clients": _may(Scope.IDENTITY_READ, ADMINISTRATOR, AUDITOR),
    "get_client": _may(Scope.IDENTITY_READ, ADMINISTRATOR, AUDITOR),
    "register_client": _may(Scope.IDENTITY_WRITE, ADMINISTRATOR),
    "list_client_keys": _may(Scope.IDENTITY_READ, ADMINISTRATOR, AUDITOR),
    "issue_key": _may(Scope.IDENTITY_WRITE, ADMINISTRATOR),
    "revoke_key": _may(Scope.IDENTITY_WRITE, ADMINISTRATOR),
    "get_clock": _may(Scope.IDENTITY_READ, *EVERYBODY),
    "hold_clock": _may(Scope.IDENTITY_WRITE, ADMINISTRATOR),
    "release_clock": _may(Scope.IDENTITY_WRITE, ADMINISTRATOR),
    "get_calendar": _may(Scope.IDENTITY_READ, *EVERYBODY),
    "list_cadence_runs": _may(Scope.PROGRESS_READ, OFFICE, GROUP, AUDITOR),
    "get_operation": _may(Scope.ITEMS_READ, *WORKING),
    "register_item": _may(Scope.ITEMS_WRITE, OFFICE),
    "list_items": _may(Scope.ITEMS_READ, *WORKING),
    "get_item": _may(Scope.ITEMS_READ, *WORKING),
    "amend_item": _may(Scope.ITEMS_WRITE, OFFICE),
    "get_ledger": _may(Scope.ITEMS_READ, *WORKING),
    "list_ledger_entries": _may(Scope.ITEMS_READ, *WORKING),
    "import_ledger": _may(Scope.ITEMS_WRITE, OFFICE),
    "decompose_item": _may(Scope.ITEMS_WRITE, OFFICE),
    "list_tasks": _may(Scope.ITEMS_READ, *WORKING),
    "get_task": _may(Scope.ITEMS_READ, *WORKING),
    "ask_extension": _may(Scope.PROGRESS_WRITE, UNIT, OFFICE),
    "list_extensions": _may(Scope.ITEMS_READ, *WORKING),
    "get_extension": _may(Scope.ITEMS_READ, *WORKING),
    "decide_extension": _may(Scope.ITEMS_WRITE, OFFICE),
    "list_obligations": _may(Scope.PROGRESS_READ, *WORKING),
    "get_obligation": _may(Scope.PROGRESS_READ, *WORKING),
    "report_progress": _may(Scope.PROGRESS_WRITE, UNIT),
    "list_progress_reports": _may(Scope.PROGRESS_READ, *WORKING),
    "get_progress_report": _may(Scope.PROGRESS_READ, *WORKING),
    "get_completion": _may(Scope.PROGRESS_READ, *WORKING),
    "list_digests": _may(Scope.PROGRESS_READ, OFFICE, GROUP, LEADER, AUDITOR),
    "get_digest": _may(Scope.PROGRESS_READ, OFFICE, GROUP, LEADER, AUDITOR),
    "list_templates": _may(Scope.MESSAGES_READ, OFFICE, AUDITOR),
    "get_template": _may(Scope.MESSAGES_READ, OFFICE, AUDITOR),
    "write_template": _may(Scope.MESSAGES_WRITE, OFFICE),
    "preview_broadcast": _may(Scope.MESSAGES_WRITE, OFFICE),
    "confirm_broadcast": _may(Scope.MESSAGES_WRITE, OFFICE),
    "list_broadcasts": _may(Scope.MESSAGES_READ, OFFICE, AUDITOR),
    "get_broadcast": _may(Scope.MESSAGES_READ, OFFICE, AUDITOR),
    "list_messages": _may(Scope.MESSAGES_READ, OFFICE, AUDITOR),
    "get_message": _may(Scope.MESSAGES_READ, OFFICE, AUDITOR),
    "count_messages": _may(Scope.MESSAGES_READ, OFFICE, AUDITOR),
    "draft_publication": _may(Scope.PUBLICATION_WRITE, PUBLISHER, OFFICE),
    "list_publications": _may(Scope.PUBLICATION_READ, OFFICE, PUBLISHER, GROUP, AUDITOR),
    "get_publication": _may(Scope.PUBLICATION_READ, OFFICE, PUBLISHER, GROUP, AUDITOR),
    "review_publication": _may(Scope.PUBLICATION_WRITE, OFFICE, PUBLISHER),
    "publish": _may(Scope.PUBLICATION_WRITE, PUBLISHER, OFFICE),
    "list_scoring_policies": _may(Scope.SCORES_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "get_scoring_policy": _may(Scope.SCORES_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "propose_deduction": _may(Scope.SCORES_WRITE, OFFICE),
    "list_deductions": _may(Scope.SCORES_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "get_deduction": _may(Scope.SCORES_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "confirm_deduction": _may(Scope.SCORES_WRITE, GROUP),
    "refuse_deduction": _may(Scope.SCORES_WRITE, GROUP),
    "reverse_deduction": _may(Scope.SCORES_WRITE, GROUP),
    "get_scores": _may(Scope.SCORES_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "list_audit_events": _may(Scope.AUDIT_READ, AUDITOR),
}

# Routes that anybody may call: probes, the document and its page, feeds, and what a gateway signs itself.
PUBLIC = frozenset(
    {
        "get_livez",
        "get_readyz",
        "get_metrics",
        "get_openapi_document",
        "get_documentation",
        "get_documentation_file",
        "get_feed",
        "receive_receipts",
    }
)


def scopes_of(role: Role) -> frozenset[str]:
    """Return every scope that some operation of a role needs."""
    return frozenset(str(permission.scope) for permission in PERMISSIONS.values() if role in permission.roles)
