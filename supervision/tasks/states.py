from enum import StrEnum


class ExtensionState(StrEnum):
    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"


FOLLOWS: dict[ExtensionState, frozenset[ExtensionState]] = {
    ExtensionState.ASKED: frozenset({ExtensionState.GRANTED, ExtensionState.REFUSED}),
    ExtensionState.GRANTED: frozenset(),
    ExtensionState.REFUSED: frozenset(),
}


class MilestoneState(StrEnum):
    PLANNED = "planned"
    REACHED = "reached"


MILESTONE_FOLLOWS: dict[MilestoneState, frozenset[MilestoneState]] = {
    MilestoneState.PLANNED: frozenset({MilestoneState.REACHED}),
    MilestoneState.REACHED: frozenset(),
}


class TaskPart(StrEnum):
    """The part that a unit or an official has in a task (§2(1), §5(1))."""

    RESPONSIBLE_UNIT = "responsible_unit"
    LEAD_LEADER = "lead_leader"
    RESPONSIBLE_PERSON = "responsible_person"
    PRINCIPAL_LEADER = "principal_leader"
    LEADER_IN_CHARGE = "leader_in_charge"
    LIAISON_LEADER = "liaison_leader"
    SUPPORTING_UNIT = "supporting_unit"


# Of these parts a task has as many as it needs; of the others one, or none.
SHARED_PARTS = (TaskPart.LIAISON_LEADER, TaskPart.SUPPORTING_UNIT)
SOLE_PARTS = tuple(part for part in TaskPart if part not in SHARED_PARTS)
# These are county leaders' parts; the other officials are of the responsible unit.
COUNTY_PARTS = (TaskPart.LEAD_LEADER, TaskPart.LIAISON_LEADER)
