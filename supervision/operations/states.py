from enum import StrEnum


class OperationState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    REFUSED = "refused"
    FAILED = "failed"


FOLLOWS: dict[OperationState, frozenset[OperationState]] = {
    OperationState.QUEUED: frozenset({OperationState.RUNNING}),
    OperationState.RUNNING: frozenset({OperationState.SUCCEEDED, OperationState.REFUSED, OperationState.FAILED}),
    OperationState.SUCCEEDED: frozenset(),
    OperationState.REFUSED: frozenset(),
    OperationState.FAILED: frozenset(),
}
