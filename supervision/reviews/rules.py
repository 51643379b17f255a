from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypedDict

from supervision.reviews.errors import (
    CompletionAlreadyReviewed,
    CompletionUnderReview,
    ItemWithoutTasks,
    OpinionWithoutReference,
    PassNeedsFeedback,
    RefusalTakesNoApproval,
    ReturnNeedsLimit,
    TaskSettled,
    TasksUnsettled,
    VerdictAgainstCriteria,
    WaiverAlreadyDecided,
    WaiverUndecided,
    WaiverWithoutAuthority,
)
from supervision.reviews.states import FOLLOWS, WAIVER_FOLLOWS, CompletionState, WaiverState


class Criterion(TypedDict):
    """One written criterion, and whether the task's end meets it."""

    criterion: str
    is_met: bool
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What a reviewer says of a completion report: a pass carries the feedback opinion, a return a new limit."""

    verdict: str
    criteria: Sequence[Criterion]
    opinion: str | None = None
    feedback_opinion: str | None = None
    feedback_to: str | None = None
    rework_until_on: date | None = None


@dataclass(frozen=True, slots=True)
class Stand:
    """How far a task is from its end: settled is what was passed or waived."""

    is_settled: bool
    is_reported: bool
    is_waiver_asked: bool


def check_unsettled(stand: Stand) -> None:
    """Refuse to report on a task, or to ask for its waiver, when it is settled or the one or the other waits."""
    if stand.is_settled:
        raise TaskSettled
    if stand.is_reported:
        raise CompletionUnderReview
    if stand.is_waiver_asked:
        raise WaiverUndecided


def check_review(state: str, review: Review) -> None:
    """Refuse a second review, and a verdict that does not follow from the criteria or lacks what belongs to it."""
    following, limit_on = CompletionState(review.verdict), review.rework_until_on
    feedback = (review.feedback_opinion, review.feedback_to)
    if following not in FOLLOWS[CompletionState(state)]:
        raise CompletionAlreadyReviewed(state=state)
    is_pass = following is CompletionState.PASSED
    if is_pass is not all(each["is_met"] for each in review.criteria):
        raise VerdictAgainstCriteria
    if is_pass and (None in feedback or limit_on is not None):
        raise PassNeedsFeedback
    if not is_pass and (feedback != (None, None) or limit_on is None):
        raise ReturnNeedsLimit


def check_decision(
    state: str, verdict: str, *, opinion: str | None, opinion_reference: str | None, is_approved: bool
) -> None:
    """Refuse a second decision, and a waiver that rests on neither of the two authorities (§3(3))."""
    following = WaiverState(verdict)
    if following not in WAIVER_FOLLOWS[WaiverState(state)]:
        raise WaiverAlreadyDecided(state=state)
    if (opinion is None) is not (opinion_reference is None):
        raise OpinionWithoutReference
    if following is WaiverState.REFUSED and is_approved:
        raise RefusalTakesNoApproval
    if following is WaiverState.GRANTED and opinion is None and not is_approved:
        raise WaiverWithoutAuthority


def check_closable(stands: Sequence[Stand]) -> None:
    """Refuse to close an item of which a task is neither passed nor waived, or that has no task."""
    if not stands:
        raise ItemWithoutTasks
    if count := sum(not stand.is_settled for stand in stands):
        raise TasksUnsettled(count=count)
