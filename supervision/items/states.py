from enum import StrEnum


class ItemKind(StrEnum):
    MAJOR_DECISION = "major_decision"
    SPECIAL_WORK = "special_work"
    INSTRUCTION = "instruction"
    SUPERIOR_ASSIGNMENT = "superior_assignment"
    MAJOR_PROBLEM = "major_problem"
    OFFICE_NOTICE = "office_notice"


class AuthorityKind(StrEnum):
    """What an item rests on: the five sources of §3(1), the second of them by meeting or by document."""

    SUPERIOR = "superior"
    MEETING = "meeting"
    DOCUMENT = "document"
    LEADER = "leader"
    PROBLEM = "problem"
    ANNUAL_PLAN = "annual_plan"


class ItemState(StrEnum):
    REGISTERED = "registered"
    OPEN = "open"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    TERMINATED = "terminated"
    VOID = "void"
    MERGED = "merged"
    REFUSED = "refused"


class ItemChangeKind(StrEnum):
    """What may happen to an item once it has its number."""

    APPROVED = "approved"
    REFUSED = "refused"
    AMENDED = "amended"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    TERMINATED = "terminated"
    VOIDED = "voided"
    MERGED = "merged"
    ABSORBED = "absorbed"
    SPLIT = "split"
    SPLIT_OFF = "split_off"
    TRANSFERRED = "transferred"
    HANDED_OVER = "handed_over"
    STAGES_PLANNED = "stages_planned"
    STAGE_FINISHED = "stage_finished"
    CLOSED = "closed"
    REOPENED = "reopened"


# Which changes move an item, and where to. The others leave its state alone, and are for an open one.
FOLLOWS: dict[ItemState, dict[ItemChangeKind, ItemState]] = {
    ItemState.REGISTERED: {
        ItemChangeKind.APPROVED: ItemState.OPEN,
        ItemChangeKind.REFUSED: ItemState.REFUSED,
        ItemChangeKind.VOIDED: ItemState.VOID,
    },
    ItemState.OPEN: {
        ItemChangeKind.SUSPENDED: ItemState.SUSPENDED,
        ItemChangeKind.TERMINATED: ItemState.TERMINATED,
        ItemChangeKind.VOIDED: ItemState.VOID,
        ItemChangeKind.MERGED: ItemState.MERGED,
        ItemChangeKind.CLOSED: ItemState.CLOSED,
    },
    ItemState.SUSPENDED: {
        ItemChangeKind.RESUMED: ItemState.OPEN,
        ItemChangeKind.TERMINATED: ItemState.TERMINATED,
        ItemChangeKind.VOIDED: ItemState.VOID,
    },
    # A look back (回头看) may open again what was closed.
    ItemState.CLOSED: {ItemChangeKind.REOPENED: ItemState.OPEN},
    ItemState.TERMINATED: {},
    ItemState.VOID: {},
    ItemState.MERGED: {},
    ItemState.REFUSED: {},
}

# An item that has ended keeps the day of it as `closed_on`.
ENDED = frozenset({ItemState.CLOSED, ItemState.TERMINATED, ItemState.VOID, ItemState.MERGED, ItemState.REFUSED})
# What has not come to its end, and so goes over into the next year's ledger.
UNFINISHED = frozenset(ItemState) - ENDED


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


class TransferState(StrEnum):
    HANDED_OVER = "handed_over"
    CONCLUDED = "concluded"


TRANSFER_FOLLOWS: dict[TransferState, frozenset[TransferState]] = {
    TransferState.HANDED_OVER: frozenset({TransferState.CONCLUDED}),
    TransferState.CONCLUDED: frozenset(),
}


class NoticeKind(StrEnum):
    NOTICE = "notice"
    SLIP = "slip"


class UrgingChannel(StrEnum):
    SMS = "sms"
    TELEPHONE = "telephone"
