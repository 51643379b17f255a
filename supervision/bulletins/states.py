from enum import StrEnum

from supervision.items.states import Responsibility


class CircularKind(StrEnum):
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"


class CircularState(StrEnum):
    DRAFTED = "drafted"
    CHECKED = "checked"
    ISSUED = "issued"
    DISCARDED = "discarded"


# A checked draft may go back to its drafter; what was issued or discarded stays as it is.
CIRCULAR_FOLLOWS: dict[CircularState, frozenset[CircularState]] = {
    CircularState.DRAFTED: frozenset({CircularState.CHECKED, CircularState.DISCARDED}),
    CircularState.CHECKED: frozenset({CircularState.DRAFTED, CircularState.ISSUED, CircularState.DISCARDED}),
    CircularState.ISSUED: frozenset(),
    CircularState.DISCARDED: frozenset(),
}


class RectificationState(StrEnum):
    ORDERED = "ordered"
    REPORTED = "reported"
    CLOSED = "closed"


class RectificationVerdict(StrEnum):
    CLOSED = "closed"
    RETURNED = "returned"


RECTIFICATION_FOLLOWS: dict[RectificationState, frozenset[RectificationState]] = {
    RectificationState.ORDERED: frozenset({RectificationState.REPORTED}),
    RectificationState.REPORTED: frozenset({RectificationState.CLOSED, RectificationState.ORDERED}),
    RectificationState.CLOSED: frozenset(),
}
VERDICT_LEADS_TO: dict[RectificationVerdict, RectificationState] = {
    RectificationVerdict.CLOSED: RectificationState.CLOSED,
    RectificationVerdict.RETURNED: RectificationState.ORDERED,
}


class FollowUpState(StrEnum):
    ASKED = "asked"
    CONCLUDED = "concluded"


FOLLOW_UP_FOLLOWS: dict[FollowUpState, frozenset[FollowUpState]] = {
    FollowUpState.ASKED: frozenset({FollowUpState.CONCLUDED}),
    FollowUpState.CONCLUDED: frozenset(),
}


class ProposalState(StrEnum):
    PROPOSED = "proposed"
    SENT = "sent"
    ANSWERED = "answered"


PROPOSAL_FOLLOWS: dict[ProposalState, frozenset[ProposalState]] = {
    ProposalState.PROPOSED: frozenset({ProposalState.SENT}),
    ProposalState.SENT: frozenset({ProposalState.ANSWERED}),
    ProposalState.ANSWERED: frozenset(),
}


# The three who answer for a task (annex art. 3, §5(1)): first, primarily, directly.
TRACED = (Responsibility.PRINCIPAL_LEADER, Responsibility.LEADER_IN_CHARGE, Responsibility.RESPONSIBLE_PERSON)
