from collections.abc import Mapping
from datetime import date

from supervision.foundation.errors import Conflict
from supervision.inspections.errors import (
    FoundOutsideInspection,
    InspectionEndsBeforeStart,
    PlanNotApproved,
    PlanNotCarriedOut,
    PlanNotDrafted,
    PlanNotUnderWay,
    RefusedPlanNeedsReason,
)
from supervision.inspections.states import FOLLOWS, PlanState, PlanVerb

_REFUSALS: Mapping[PlanVerb, type[Conflict]] = {
    PlanVerb.AMEND: PlanNotDrafted,
    PlanVerb.APPROVE: PlanNotDrafted,
    PlanVerb.REFUSE: PlanNotDrafted,
    PlanVerb.CARRY_OUT: PlanNotApproved,
    PlanVerb.RECORD_FINDING: PlanNotUnderWay,
    PlanVerb.SEND_CONCLUSION: PlanNotCarriedOut,
}


def follow(state: str, verb: PlanVerb) -> PlanState:
    """Return the state in which a verb leaves a plan; refuses a verb that the state does not allow."""
    following = FOLLOWS[verb].get(PlanState(state))
    if following is None:
        raise _REFUSALS[verb](state=state)
    return following


def check_days(first_on: date, last_on: date) -> None:
    """Refuse an inspection that ends before it begins."""
    if last_on < first_on:
        raise InspectionEndsBeforeStart


def check_decision(verb: PlanVerb, reason: str | None) -> None:
    """Refuse a refusal without its reason."""
    if verb is PlanVerb.REFUSE and reason is None:
        raise RefusedPlanNeedsReason


def check_found_on(found_on: date, *, first_on: date, today: date) -> None:
    """Refuse a finding made before the inspection's first day or after today."""
    if not first_on <= found_on <= today:
        raise FoundOutsideInspection(first_on=first_on, today=today)
