from enum import StrEnum


class DeductionState(StrEnum):
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    REVERSED = "reversed"


FOLLOWS: dict[DeductionState, frozenset[DeductionState]] = {
    DeductionState.PROPOSED: frozenset({DeductionState.CONFIRMED, DeductionState.REFUSED}),
    DeductionState.CONFIRMED: frozenset({DeductionState.REVERSED}),
    DeductionState.REFUSED: frozenset(),
    DeductionState.REVERSED: frozenset(),
}
