from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from supervision.foundation.errors import Conflict
from supervision.problems.errors import (
    DecisionDatesWrong,
    FindingOfOtherUnit,
    LeadersMissing,
    NoHigherLevel,
    OnlyMajorStartsAtConference,
    ProblemNotAwaitingDecision,
    ProblemNotDecided,
    ProblemNotEscalable,
    ProblemPlanFiled,
    ResponsibleUnitMissing,
)
from supervision.problems.states import FOLLOWS, Level, ProblemState, ProblemVerb

_REFUSALS: Mapping[ProblemVerb, type[Conflict]] = {
    ProblemVerb.FILE_PLAN: ProblemPlanFiled,
    ProblemVerb.ESCALATE: ProblemNotEscalable,
    ProblemVerb.DECIDE: ProblemNotAwaitingDecision,
    ProblemVerb.FOLLOW_UP: ProblemNotDecided,
    ProblemVerb.RESOLVE: ProblemNotDecided,
}


def follow(state: str, verb: ProblemVerb) -> ProblemState:
    """Return the state in which a verb leaves a problem; refuses a verb that the state does not allow."""
    following = FOLLOWS[verb].get(ProblemState(state))
    if following is None:
        raise _REFUSALS[verb](state=state)
    return following


def begin(*, is_major: bool, is_for_conference: bool) -> tuple[Level, ProblemState]:
    """Return where a problem begins: with its unit's plan or, a major one, straight before the conference."""
    if not is_for_conference:
        return Level.UNIT, ProblemState.AWAITING_PLAN
    if not is_major:
        raise OnlyMajorStartsAtConference
    return Level.CONFERENCE, ProblemState.AWAITING_DECISION


def check_units(unit_ids: Collection[UUID], *, responsible: UUID, opener: UUID | None, found_at: UUID | None) -> None:
    """Refuse units without the responsible one, the one that opens the problem, or the one it was found at."""
    if responsible not in unit_ids or (opener is not None and opener not in unit_ids):
        raise ResponsibleUnitMissing
    if found_at is not None and found_at not in unit_ids:
        raise FindingOfOtherUnit


def level_above(level: str, *, lead: UUID | None, liaisons: Collection[UUID]) -> Level:
    """Return the next level; refuses above the conference, leaders who are not named, and those who are needlessly."""
    above = Level(level).next
    if above is None:
        raise NoHigherLevel
    if (above is Level.LEADERS) != (lead is not None) or (above is Level.CONFERENCE and liaisons):
        raise LeadersMissing
    return above


def check_dates(decided_on: date, due_on: date, *, today: date) -> None:
    """Refuse a decision of a day to come, and one due before it was made."""
    if not decided_on <= today or due_on < decided_on:
        raise DecisionDatesWrong(today=today)
