from enum import StrEnum


class ObligationState(StrEnum):
    OPEN = "open"
    FULFILLED = "fulfilled"
    WAIVED = "waived"


FOLLOWS: dict[ObligationState, frozenset[ObligationState]] = {
    ObligationState.OPEN: frozenset({ObligationState.FULFILLED, ObligationState.WAIVED}),
    # A hollow report is returned (退回补报), and something is due again.
    ObligationState.FULFILLED: frozenset({ObligationState.OPEN}),
    ObligationState.WAIVED: frozenset(),
}


class ReportState(StrEnum):
    RECEIVED = "received"
    RETURNED = "returned"


REPORT_FOLLOWS: dict[ReportState, frozenset[ReportState]] = {
    ReportState.RECEIVED: frozenset({ReportState.RETURNED}),
    ReportState.RETURNED: frozenset(),
}


class ReportChannel(StrEnum):
    """How a report came; what did not come by the system is entered by the office."""

    SYSTEM = "system"
    PAPER = "paper"
    TELEPHONE = "telephone"
    FAX = "fax"
