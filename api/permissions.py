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
    "list_item_changes": _may(Scope.ITEMS_READ, *WORKING),
    "list_item_procedures": _may(Scope.ITEMS_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR, ADMINISTRATOR),
    "set_item_procedure": _may(Scope.ITEMS_WRITE, OFFICE, ADMINISTRATOR),
    "approve_item": _may(Scope.ITEMS_WRITE, OFFICE, LEADER),
    "refuse_item": _may(Scope.ITEMS_WRITE, OFFICE, LEADER),
    "suspend_item": _may(Scope.ITEMS_WRITE, OFFICE),
    "resume_item": _may(Scope.ITEMS_WRITE, OFFICE),
    "terminate_item": _may(Scope.ITEMS_WRITE, OFFICE),
    "void_item": _may(Scope.ITEMS_WRITE, OFFICE),
    "merge_item": _may(Scope.ITEMS_WRITE, OFFICE),
    "split_item": _may(Scope.ITEMS_WRITE, OFFICE),
    "hand_over_items": _may(Scope.ITEMS_WRITE, OFFICE),
    "plan_item_stages": _may(Scope.ITEMS_WRITE, OFFICE),
    "list_item_stages": _may(Scope.ITEMS_READ, *WORKING),
    "finish_item_stage": _may(Scope.ITEMS_WRITE, OFFICE),
    "get_ledger": _may(Scope.ITEMS_READ, *WORKING),
    "list_ledger_entries": _may(Scope.ITEMS_READ, *WORKING),
    "import_ledger": _may(Scope.ITEMS_WRITE, OFFICE),
    "decompose_item": _may(Scope.ITEMS_WRITE, OFFICE),
    "list_tasks": _may(Scope.ITEMS_READ, *WORKING),
    "get_task": _may(Scope.ITEMS_READ, *WORKING),
    "amend_task": _may(Scope.ITEMS_WRITE, OFFICE),
    "reassign_task": _may(Scope.ITEMS_WRITE, OFFICE),
    "reassign_unit": _may(Scope.ITEMS_WRITE, OFFICE),
    "list_assignments": _may(Scope.ITEMS_READ, *WORKING),
    "record_departure": _may(Scope.ITEMS_WRITE, OFFICE),
    "set_milestone": _may(Scope.ITEMS_WRITE, OFFICE),
    "list_milestones": _may(Scope.ITEMS_READ, *WORKING),
    "get_milestone": _may(Scope.ITEMS_READ, *WORKING),
    "reach_milestone": _may(Scope.PROGRESS_WRITE, UNIT, OFFICE),
    "ask_extension": _may(Scope.PROGRESS_WRITE, UNIT, OFFICE),
    "list_extensions": _may(Scope.ITEMS_READ, *WORKING),
    "get_extension": _may(Scope.ITEMS_READ, *WORKING),
    "decide_extension": _may(Scope.ITEMS_WRITE, OFFICE),
    "report_completion": _may(Scope.PROGRESS_WRITE, UNIT),
    "list_completion_reports": _may(Scope.PROGRESS_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "get_completion_report": _may(Scope.PROGRESS_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "review_completion": _may(Scope.ITEMS_WRITE, OFFICE),
    "ask_waiver": _may(Scope.PROGRESS_WRITE, UNIT, OFFICE),
    "list_waivers": _may(Scope.PROGRESS_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "get_waiver": _may(Scope.PROGRESS_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "decide_waiver": _may(Scope.ITEMS_WRITE, OFFICE),
    "close_item": _may(Scope.ITEMS_WRITE, OFFICE),
    "reopen_item": _may(Scope.ITEMS_WRITE, OFFICE),
    "list_obligations": _may(Scope.PROGRESS_READ, *WORKING),
    "get_obligation": _may(Scope.PROGRESS_READ, *WORKING),
    "report_progress": _may(Scope.PROGRESS_WRITE, UNIT),
    "enter_report": _may(Scope.PROGRESS_WRITE, OFFICE),
    "return_report": _may(Scope.PROGRESS_WRITE, OFFICE),
    "list_progress_reports": _may(Scope.PROGRESS_READ, *WORKING),
    "get_progress_report": _may(Scope.PROGRESS_READ, *WORKING),
    "get_completion": _may(Scope.PROGRESS_READ, *WORKING),
    "list_digests": _may(Scope.PROGRESS_READ, OFFICE, GROUP, LEADER, AUDITOR),
    "get_digest": _may(Scope.PROGRESS_READ, OFFICE, GROUP, LEADER, AUDITOR),
    "upload_attachment": _may(Scope.PROGRESS_WRITE, OFFICE, GROUP, UNIT),
    "get_attachment": _may(Scope.PROGRESS_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "draft_inspection_plan": _may(Scope.ITEMS_WRITE, OFFICE),
    "list_inspection_plans": _may(Scope.ITEMS_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "get_inspection_plan": _may(Scope.ITEMS_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "amend_inspection_plan": _may(Scope.ITEMS_WRITE, OFFICE),
    "decide_inspection_plan": _may(Scope.ITEMS_WRITE, OFFICE, LEADER),
    "carry_out_inspection_plan": _may(Scope.ITEMS_WRITE, OFFICE),
    "record_finding": _may(Scope.ITEMS_WRITE, OFFICE),
    "list_findings": _may(Scope.ITEMS_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "get_finding": _may(Scope.ITEMS_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "send_conclusion": _may(Scope.ITEMS_WRITE, OFFICE),
    "list_conclusions": _may(Scope.ITEMS_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "get_conclusion": _may(Scope.ITEMS_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "acknowledge_conclusion": _may(Scope.PROGRESS_WRITE, UNIT),
    "open_problem": _may(Scope.PROGRESS_WRITE, OFFICE, UNIT),
    "list_problems": _may(Scope.ITEMS_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "get_problem": _may(Scope.ITEMS_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "list_problem_entries": _may(Scope.ITEMS_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "file_problem_plan": _may(Scope.PROGRESS_WRITE, UNIT),
    "escalate_problem": _may(Scope.PROGRESS_WRITE, OFFICE, LEADER, UNIT),
    "decide_problem": _may(Scope.PROGRESS_WRITE, OFFICE, LEADER, UNIT),
    "follow_up_problem": _may(Scope.PROGRESS_WRITE, OFFICE, UNIT),
    "resolve_problem": _may(Scope.ITEMS_WRITE, OFFICE),
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
    "adopt_scoring_policy": _may(Scope.SCORES_WRITE, GROUP),
    "get_scoring_policy": _may(Scope.SCORES_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "propose_deduction": _may(Scope.SCORES_WRITE, OFFICE),
    "list_deductions": _may(Scope.SCORES_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "get_deduction": _may(Scope.SCORES_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "verify_deduction": _may(Scope.SCORES_WRITE, OFFICE, GROUP),
    "confirm_deduction": _may(Scope.SCORES_WRITE, GROUP),
    "refuse_deduction": _may(Scope.SCORES_WRITE, GROUP),
    "reverse_deduction": _may(Scope.SCORES_WRITE, GROUP),
    "dispute_deduction": _may(Scope.SCORES_WRITE, UNIT),
    "rule_on_dispute": _may(Scope.SCORES_WRITE, GROUP),
    "get_quarterly_warnings": _may(Scope.SCORES_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "issue_quarterly_warnings": _may(Scope.SCORES_WRITE, GROUP),
    "draft_quarterly_circular": _may(Scope.SCORES_WRITE, OFFICE),
    "prepare_settlement": _may(Scope.SCORES_WRITE, OFFICE),
    "confirm_settlement": _may(Scope.SCORES_WRITE, GROUP),
    "get_settlement": _may(Scope.SCORES_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "export_settlement": _may(Scope.SCORES_READ, OFFICE, GROUP),
    "propose_settlement_reopening": _may(Scope.SCORES_WRITE, OFFICE, GROUP),
    "list_settlement_reopenings": _may(Scope.SCORES_READ, OFFICE, GROUP, AUDITOR),
    "get_settlement_reopening": _may(Scope.SCORES_READ, OFFICE, GROUP, AUDITOR),
    "approve_settlement_reopening": _may(Scope.SCORES_WRITE, GROUP),
    "refuse_settlement_reopening": _may(Scope.SCORES_WRITE, GROUP),
    "propose_score_correction": _may(Scope.SCORES_WRITE, OFFICE),
    "list_score_corrections": _may(Scope.SCORES_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "get_score_correction": _may(Scope.SCORES_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "confirm_score_correction": _may(Scope.SCORES_WRITE, GROUP),
    "refuse_score_correction": _may(Scope.SCORES_WRITE, GROUP),
    "get_scores": _may(Scope.SCORES_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "draft_circular": _may(Scope.BULLETINS_WRITE, OFFICE),
    "list_circulars": _may(Scope.BULLETINS_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "get_circular": _may(Scope.BULLETINS_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "amend_circular": _may(Scope.BULLETINS_WRITE, OFFICE),
    "add_commendation": _may(Scope.BULLETINS_WRITE, OFFICE),
    "add_criticism": _may(Scope.BULLETINS_WRITE, OFFICE),
    "check_circular": _may(Scope.BULLETINS_WRITE, OFFICE),
    "return_circular": _may(Scope.BULLETINS_WRITE, OFFICE),
    "discard_circular": _may(Scope.BULLETINS_WRITE, OFFICE),
    "issue_circular": _may(Scope.BULLETINS_WRITE, OFFICE),
    "order_rectification": _may(Scope.BULLETINS_WRITE, OFFICE),
    "list_rectification_orders": _may(Scope.BULLETINS_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "get_rectification_order": _may(Scope.BULLETINS_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "report_rectification": _may(Scope.BULLETINS_WRITE, UNIT),
    "verify_rectification": _may(Scope.BULLETINS_WRITE, OFFICE),
    "log_media_follow_up": _may(Scope.BULLETINS_WRITE, OFFICE),
    "list_media_follow_ups": _may(Scope.BULLETINS_READ, OFFICE, GROUP, LEADER, PUBLISHER, AUDITOR),
    "get_media_follow_up": _may(Scope.BULLETINS_READ, OFFICE, GROUP, LEADER, PUBLISHER, AUDITOR),
    "conclude_media_follow_up": _may(Scope.BULLETINS_WRITE, OFFICE),
    "propose_accountability": _may(Scope.BULLETINS_WRITE, OFFICE),
    "list_accountability_proposals": _may(Scope.BULLETINS_READ, OFFICE, GROUP, LEADER, AUDITOR),
    "get_accountability_proposal": _may(Scope.BULLETINS_READ, OFFICE, GROUP, LEADER, AUDITOR),
    "send_accountability_proposal": _may(Scope.BULLETINS_WRITE, OFFICE),
    "note_accountability_answer": _may(Scope.BULLETINS_WRITE, OFFICE),
    "list_similar_items": _may(Scope.ITEMS_READ, OFFICE),
    "register_instruction_paper": _may(Scope.ITEMS_WRITE, OFFICE),
    "list_instruction_papers": _may(Scope.ITEMS_READ, OFFICE, GROUP, LEADER),
    "get_instruction_paper": _may(Scope.ITEMS_READ, OFFICE, GROUP, LEADER),
    "link_instruction_paper": _may(Scope.ITEMS_WRITE, OFFICE),
    "hand_over_paper": _may(Scope.ITEMS_WRITE, OFFICE),
    "list_direct_transfers": _may(Scope.ITEMS_READ, OFFICE, GROUP, LEADER),
    "get_direct_transfer": _may(Scope.ITEMS_READ, OFFICE, GROUP, LEADER),
    "log_liaison": _may(Scope.ITEMS_WRITE, OFFICE),
    "list_liaisons": _may(Scope.ITEMS_READ, OFFICE, GROUP, LEADER),
    "conclude_transfer": _may(Scope.ITEMS_WRITE, OFFICE),
    "list_notice_procedures": _may(Scope.IDENTITY_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR, ADMINISTRATOR),
    "set_notice_procedure": _may(Scope.IDENTITY_WRITE, ADMINISTRATOR),
    "draft_notice": _may(Scope.ITEMS_WRITE, OFFICE),
    "list_notices": _may(Scope.ITEMS_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "get_notice": _may(Scope.ITEMS_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "amend_notice": _may(Scope.ITEMS_WRITE, OFFICE),
    "return_notice": _may(Scope.ITEMS_WRITE, OFFICE, LEADER),
    "check_notice": _may(Scope.ITEMS_WRITE, OFFICE),
    "countersign_notice": _may(Scope.ITEMS_WRITE, OFFICE, LEADER),
    "issue_notice": _may(Scope.ITEMS_WRITE, OFFICE, LEADER),
    "list_notice_deliveries": _may(Scope.ITEMS_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "get_notice_delivery": _may(Scope.ITEMS_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "acknowledge_delivery": _may(Scope.PROGRESS_WRITE, UNIT),
    "urge_delivery": _may(Scope.ITEMS_WRITE, OFFICE),
    "list_urgings": _may(Scope.ITEMS_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "get_archive": _may(Scope.ITEMS_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "download_archive": _may(Scope.ITEMS_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
    "get_burden": _may(Scope.ITEMS_READ, OFFICE, GROUP, UNIT, AUDITOR),
    "file_complaint": _may(Scope.PROGRESS_WRITE, UNIT),
    "list_complaints": _may(Scope.ITEMS_READ, OFFICE, GROUP, UNIT, AUDITOR),
    "get_complaint": _may(Scope.ITEMS_READ, OFFICE, GROUP, UNIT, AUDITOR),
    "answer_complaint": _may(Scope.ITEMS_WRITE, OFFICE),
    "list_work": _may(Scope.ITEMS_READ, *WORKING),
    "watch_item": _may(Scope.ITEMS_READ, *WORKING),
    "end_watch": _may(Scope.ITEMS_READ, *WORKING),
    "get_statistics": _may(Scope.ITEMS_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR),
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
