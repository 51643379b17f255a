from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class MessageState(StrEnum):
    QUEUED = "queued"
    SUBMITTING = "submitting"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    REFUSED = "refused"
    FAILED = "failed"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


_S = MessageState

# The ladder. The handset's word is its top: a receipt that says "delivered" corrects whatever we believed, be it
# ahead of the answer, 72 hours late, or after a receipt that said "failed" (gateways try a second route and their
# receipts overtake each other), so that the order of receipts never decides whether a message arrived. It even
# ends a message that waits to be sent again, which would otherwise be sent twice. Nothing leaves `delivered`.
# The two steps back to `queued` are not about receipts: the gateway said, or the network proved, that it has nothing.
MAY_FOLLOW: Mapping[MessageState, frozenset[MessageState]] = MappingProxyType(
    {
        _S.QUEUED: frozenset({_S.SUBMITTING, _S.CANCELLED, _S.DELIVERED}),
        _S.SUBMITTING: frozenset({_S.QUEUED, _S.UNKNOWN, _S.ACCEPTED, _S.REFUSED, _S.FAILED, _S.DELIVERED}),
        _S.UNKNOWN: frozenset({_S.QUEUED, _S.ACCEPTED, _S.REFUSED, _S.EXPIRED, _S.FAILED, _S.DELIVERED}),
        _S.ACCEPTED: frozenset({_S.EXPIRED, _S.FAILED, _S.DELIVERED}),
        _S.EXPIRED: frozenset({_S.FAILED, _S.DELIVERED}),
        _S.FAILED: frozenset({_S.DELIVERED}),
        _S.REFUSED: frozenset({_S.DELIVERED}),
        _S.DELIVERED: frozenset(),
        _S.CANCELLED: frozenset(),
    }
)

# Whom these did not reach, or not surely: a person decides what is done about it.
UNREACHED = (_S.UNKNOWN, _S.FAILED, _S.REFUSED, _S.EXPIRED)


class DecisionKind(StrEnum):
    """What was decided about a message that did not surely reach its official."""

    RESEND = "resend"
    GIVE_UP = "give_up"
    TOLD = "told"  # by telephone, or face to face
    WRONG_PERSON = "wrong_person"  # the number is somebody else's by now
    NOT_NEEDED = "not_needed"  # what it asked for has been done
    NEW_NUMBER = "new_number"  # the official has another number, which is tried once


class NumberFaultKind(StrEnum):
    """What is wrong with a number that is registered."""

    INVALID = "invalid"  # no such number, or out of service
    WRONG_PERSON = "wrong_person"


class ReplyState(StrEnum):
    WAITING = "waiting"
    MATCHED = "matched"
    REPEATED = "repeated"  # the gateway told of it twice
    UNMATCHED = "unmatched"  # nobody whom this gateway has written to


class ReplyMeaning(StrEnum):
    """What a reply says, by its words."""

    ACKNOWLEDGEMENT = "acknowledgement"
    UNSUBSCRIPTION = "unsubscription"
    OTHER = "other"


class BroadcastState(StrEnum):
    """Whether what is still queued of a broadcast goes on leaving."""

    SENDING = "sending"
    PAUSED = "paused"
    CANCELLED = "cancelled"


_FINAL = frozenset({_S.DELIVERED, _S.REFUSED, _S.FAILED, _S.EXPIRED, _S.CANCELLED})


def is_final(state: MessageState) -> bool:
    """Tell whether no job and no person has anything left to do; a late receipt may still correct it."""
    return state in _FINAL


def may_precede(state: MessageState) -> frozenset[MessageState]:
    """Return the states that may become this one: the WHERE of an UPDATE that sets it."""
    return frozenset(before for before, after in MAY_FOLLOW.items() if state in after)
