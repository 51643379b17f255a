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


class Responsibility(StrEnum):
    """What a unit or an official answers for in an item and its tasks (§2(1), §5(1))."""

    RESPONSIBLE_UNIT = "responsible_unit"
    LEAD_LEADER = "lead_leader"
    RESPONSIBLE_PERSON = "responsible_person"
    PRINCIPAL_LEADER = "principal_leader"
    LEADER_IN_CHARGE = "leader_in_charge"
    LIAISON_LEADER = "liaison_leader"
    SUPPORTING_UNIT = "supporting_unit"


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
