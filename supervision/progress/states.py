from enum import StrEnum


class ObligationState(StrEnum):
    OPEN = "open"
    FULFILLED = "fulfilled"


FOLLOWS: dict[ObligationState, frozenset[ObligationState]] = {
    ObligationState.OPEN: frozenset({ObligationState.FULFILLED}),
    ObligationState.FULFILLED: frozenset(),
}
