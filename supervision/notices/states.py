from enum import StrEnum


class NoticeState(StrEnum):
    """How far a notice has come in its sign-off chain (核稿、审签、签发); until it is issued it can be given back."""

    DRAFTED = "drafted"
    CHECKED = "checked"
    COUNTERSIGNED = "countersigned"
    ISSUED = "issued"


# What may follow at all; the chain of a notice's kind may leave out the two steps in the middle.
NOTICE_FOLLOWS: dict[NoticeState, frozenset[NoticeState]] = {
    NoticeState.DRAFTED: frozenset({NoticeState.CHECKED, NoticeState.COUNTERSIGNED, NoticeState.ISSUED}),
    NoticeState.CHECKED: frozenset({NoticeState.COUNTERSIGNED, NoticeState.ISSUED}),
    NoticeState.COUNTERSIGNED: frozenset({NoticeState.ISSUED}),
    NoticeState.ISSUED: frozenset(),
}
# Whoever would sign off a notice can give it back to its drafter instead.
NOTICE_RETURNS = frozenset(NoticeState) - {NoticeState.ISSUED}


class DeliveryState(StrEnum):
    ADDRESSED = "addressed"
    DELIVERED = "delivered"
    ACKNOWLEDGED = "acknowledged"


DELIVERY_FOLLOWS: dict[DeliveryState, frozenset[DeliveryState]] = {
    DeliveryState.ADDRESSED: frozenset({DeliveryState.DELIVERED}),
    DeliveryState.DELIVERED: frozenset({DeliveryState.ACKNOWLEDGED}),
    DeliveryState.ACKNOWLEDGED: frozenset(),
}


class NoticeKind(StrEnum):
    NOTICE = "notice"
    SLIP = "slip"


class UrgingChannel(StrEnum):
    SMS = "sms"
    TELEPHONE = "telephone"
