from enum import StrEnum


class CompletionState(StrEnum):
    """What became of one round: a return opens the next one, a look back (回头看) undoes a pass."""

    REPORTED = "reported"
    PASSED = "passed"
    RETURNED = "returned"
    REOPENED = "reopened"


class WaiverState(StrEnum):
    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    REOPENED = "reopened"


FOLLOWS: dict[CompletionState, frozenset[CompletionState]] = {
    CompletionState.REPORTED: frozenset({CompletionState.PASSED, CompletionState.RETURNED}),
    CompletionState.PASSED: frozenset({CompletionState.REOPENED}),
    CompletionState.RETURNED: frozenset(),
    CompletionState.REOPENED: frozenset(),
}
WAIVER_FOLLOWS: dict[WaiverState, frozenset[WaiverState]] = {
    WaiverState.ASKED: frozenset({WaiverState.GRANTED, WaiverState.REFUSED}),
    WaiverState.GRANTED: frozenset({WaiverState.REOPENED}),
    WaiverState.REFUSED: frozenset(),
    WaiverState.REOPENED: frozenset(),
}
