from enum import StrEnum


class DeductionState(StrEnum):
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    DISPUTED = "disputed"
    UPHELD = "upheld"
    REVERSED = "reversed"


class DeductionVerb(StrEnum):
    VERIFY = "verify"
    CONFIRM = "confirm"
    REFUSE = "refuse"
    REVERSE = "reverse"
    DISPUTE = "dispute"
    UPHOLD = "uphold"
    GRANT = "grant"


class SettlementState(StrEnum):
    PREPARED = "prepared"
    SUPERSEDED = "superseded"
    CONFIRMED = "confirmed"
    REOPENED = "reopened"


class ReopeningState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"


class CorrectionState(StrEnum):
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class WarningLevel(StrEnum):
    ATTENTION = "attention"
    WARNING = "warning"
    SEVERE = "severe"


# Each verb leads from one state to one other; a disputed deduction counts until its dispute is granted.
STEPS: dict[DeductionVerb, tuple[DeductionState, DeductionState]] = {
    DeductionVerb.VERIFY: (DeductionState.PROPOSED, DeductionState.PROPOSED),
    DeductionVerb.CONFIRM: (DeductionState.PROPOSED, DeductionState.CONFIRMED),
    DeductionVerb.REFUSE: (DeductionState.PROPOSED, DeductionState.REFUSED),
    DeductionVerb.REVERSE: (DeductionState.CONFIRMED, DeductionState.REVERSED),
    DeductionVerb.DISPUTE: (DeductionState.CONFIRMED, DeductionState.DISPUTED),
    DeductionVerb.UPHOLD: (DeductionState.DISPUTED, DeductionState.UPHELD),
    DeductionVerb.GRANT: (DeductionState.DISPUTED, DeductionState.REVERSED),
}

# What was prepared is confirmed, or gives way to what was prepared after it; a reopened revision stays as it is.
SETTLEMENT_FOLLOWS: dict[SettlementState, frozenset[SettlementState]] = {
    SettlementState.PREPARED: frozenset({SettlementState.SUPERSEDED, SettlementState.CONFIRMED}),
    SettlementState.SUPERSEDED: frozenset(),
    SettlementState.CONFIRMED: frozenset({SettlementState.REOPENED}),
    SettlementState.REOPENED: frozenset(),
}

# The first approval leaves a reopening proposed, the second approves it.
REOPENING_FOLLOWS: dict[ReopeningState, frozenset[ReopeningState]] = {
    ReopeningState.PROPOSED: frozenset({ReopeningState.PROPOSED, ReopeningState.APPROVED, ReopeningState.REFUSED}),
    ReopeningState.APPROVED: frozenset(),
    ReopeningState.REFUSED: frozenset(),
}

CORRECTION_FOLLOWS: dict[CorrectionState, frozenset[CorrectionState]] = {
    CorrectionState.PROPOSED: frozenset({CorrectionState.CONFIRMED, CorrectionState.REFUSED}),
    CorrectionState.CONFIRMED: frozenset(),
    CorrectionState.REFUSED: frozenset(),
}
