from enum import StrEnum

from supervision.items.states import Responsibility


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


# Of these a task has as many as it needs; of the others one, or none.
SHARED_RESPONSIBILITIES = (Responsibility.LIAISON_LEADER, Responsibility.SUPPORTING_UNIT)
SOLE_RESPONSIBILITIES = tuple(
    responsibility for responsibility in Responsibility if responsibility not in SHARED_RESPONSIBILITIES
)
# These are county leaders'; the other officials are of the responsible unit.
COUNTY_RESPONSIBILITIES = (Responsibility.LEAD_LEADER, Responsibility.LIAISON_LEADER)
