from enum import StrEnum


class ProposedStepState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"


PROPOSAL_FOLLOWS: dict[ProposedStepState, frozenset[ProposedStepState]] = {
    ProposedStepState.PROPOSED: frozenset({ProposedStepState.APPROVED, ProposedStepState.REFUSED}),
    ProposedStepState.APPROVED: frozenset(),
    ProposedStepState.REFUSED: frozenset(),
}


class ProposalKind(StrEnum):
    """The operation by which it is proposed."""

    SET_ITEM_PROCEDURE = "set_item_procedure"
    SET_NOTICE_PROCEDURE = "set_notice_procedure"
    TERMINATE_ITEM = "terminate_item"
    WRITE_TEMPLATE = "write_template"
    PROPOSE_BROADCAST = "propose_broadcast"
    ADOPT_SCORING_POLICY = "adopt_scoring_policy"
    SET_TWO_PERSON_STEPS = "set_two_person_steps"
    PROPOSE_DOCUMENT_TEMPLATE = "propose_document_template"
