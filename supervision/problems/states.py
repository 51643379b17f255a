from enum import StrEnum


class Level(StrEnum):
    """Who is to solve a problem, from low to high: the order of the members is the order of the levels."""

    UNIT = "unit"
    LEADERS = "leaders"
    CONFERENCE = "conference"

    @property
    def next(self) -> "Level | None":
        members = list(Level)
        place = members.index(self) + 1
        return members[place] if place < len(members) else None


class ProblemState(StrEnum):
    AWAITING_PLAN = "awaiting_plan"
    AWAITING_DECISION = "awaiting_decision"
    DECIDED = "decided"
    RESOLVED = "resolved"


class ProblemVerb(StrEnum):
    FILE_PLAN = "file_plan"
    ESCALATE = "escalate"
    DECIDE = "decide"
    FOLLOW_UP = "follow_up"
    RESOLVE = "resolve"


_S = ProblemState

# What each verb makes of each state in which it may be done.
FOLLOWS: dict[ProblemVerb, dict[ProblemState, ProblemState]] = {
    ProblemVerb.FILE_PLAN: {_S.AWAITING_PLAN: _S.AWAITING_DECISION},
    ProblemVerb.ESCALATE: {_S.AWAITING_DECISION: _S.AWAITING_DECISION, _S.DECIDED: _S.AWAITING_DECISION},
    ProblemVerb.DECIDE: {_S.AWAITING_DECISION: _S.DECIDED},
    ProblemVerb.FOLLOW_UP: {_S.DECIDED: _S.DECIDED},
    ProblemVerb.RESOLVE: {_S.DECIDED: _S.RESOLVED},
}
