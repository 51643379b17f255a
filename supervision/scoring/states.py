from enum import StrEnum


class DeductionState(StrEnum):
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    DISPUTED = "disputed"
    UPHELD = "upheld"
    REVERSED = "reversed"


class DeductionVerb(StrEnum):
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


class WarningLevel(StrEnum):
    ATTENTION = "attention"
    WARNING = "warning"
    SEVERE = "severe"


# Each verb leads from one state to one other; a disputed deduction counts until its dispute is granted.
STEPS: dict[DeductionVerb, tuple[DeductionState, DeductionState]] = {
    DeductionVerb.CONFIRM: (DeductionState.PROPOSED, DeductionState.CONFIRMED),
    DeductionVerb.REFUSE: (DeductionState.PROPOSED, DeductionState.REFUSED),
    DeductionVerb.REVERSE: (DeductionState.CONFIRMED, DeductionState.REVERSED),
    DeductionVerb.DISPUTE: (DeductionState.CONFIRMED, DeductionState.DISPUTED),
    DeductionVerb.UPHOLD: (DeductionState.DISPUTED, DeductionState.UPHELD),
    DeductionVerb.GRANT: (DeductionState.DISPUTED, DeductionState.REVERSED),
}

# What was prepared is confirmed, or gives way to what was prepared after it.
SETTLEMENT_FOLLOWS: dict[SettlementState, frozenset[SettlementState]] = {
    SettlementState.PREPARED: frozenset({SettlementState.SUPERSEDED, SettlementState.CONFIRMED}),
    SettlementState.SUPERSEDED: frozenset(),
    SettlementState.CONFIRMED: frozenset(),
}
