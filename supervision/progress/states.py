from enum import StrEnum


class ObligationState(StrEnum):
    OPEN = "open"
    FULFILLED = "fulfilled"
    WAIVED = "waived"


FOLLOWS: dict[ObligationState, frozenset[ObligationState]] = {
    ObligationState.OPEN: frozenset({ObligationState.FULFILLED, ObligationState.WAIVED}),
    ObligationState.FULFILLED: frozenset(),
    ObligationState.WAIVED: frozenset(),
}
