from enum import StrEnum


class PlanState(StrEnum):
    DRAFTED = "drafted"
    APPROVED = "approved"
    REFUSED = "refused"
    CARRIED_OUT = "carried_out"


class PlanVerb(StrEnum):
    AMEND = "amend"
    APPROVE = "approve"
    REFUSE = "refuse"
    CARRY_OUT = "carry_out"
    RECORD_FINDING = "record_finding"
    SEND_CONCLUSION = "send_conclusion"


_S = PlanState

# What each verb makes of each state in which it may be done; findings and conclusions leave the plan as it is.
FOLLOWS: dict[PlanVerb, dict[PlanState, PlanState]] = {
    PlanVerb.AMEND: {_S.DRAFTED: _S.DRAFTED},
    PlanVerb.APPROVE: {_S.DRAFTED: _S.APPROVED},
    PlanVerb.REFUSE: {_S.DRAFTED: _S.REFUSED},
    PlanVerb.CARRY_OUT: {_S.APPROVED: _S.CARRIED_OUT},
    PlanVerb.RECORD_FINDING: {_S.APPROVED: _S.APPROVED, _S.CARRIED_OUT: _S.CARRIED_OUT},
    PlanVerb.SEND_CONCLUSION: {_S.CARRIED_OUT: _S.CARRIED_OUT},
}
