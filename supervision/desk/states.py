from enum import StrEnum


class ComplaintState(StrEnum):
    """What became of a complaint: upheld means that the request is withdrawn."""

    FILED = "filed"
    UPHELD = "upheld"
    REJECTED = "rejected"


class ComplaintVerdict(StrEnum):
    UPHELD = "upheld"
    REJECTED = "rejected"


FOLLOWS: dict[ComplaintState, frozenset[ComplaintState]] = {
    ComplaintState.FILED: frozenset({ComplaintState.UPHELD, ComplaintState.REJECTED}),
    ComplaintState.UPHELD: frozenset(),
    ComplaintState.REJECTED: frozenset(),
}
