from enum import StrEnum


class TransferState(StrEnum):
    HANDED_OVER = "handed_over"
    CONCLUDED = "concluded"


TRANSFER_FOLLOWS: dict[TransferState, frozenset[TransferState]] = {
    TransferState.HANDED_OVER: frozenset({TransferState.CONCLUDED}),
    TransferState.CONCLUDED: frozenset(),
}
