from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.reviews import close_out, completion_review, errors, rules, waivers
from supervision.reviews.rules import Review, Stand
from supervision.reviews.states import FOLLOWS, WAIVER_FOLLOWS, CompletionState, WaiverState
from tests.factories.reviews import OPINION, PASS, RETURN
from tests.factories.signatures import AS_READ
from tests.places import Place

TODAY = date(2016, 4, 1)
PASSING = Review(**PASS)
RETURNING = Review(**{**RETURN, "rework_until_on": TODAY})


def refusal_of(attempt: Callable[[], None]) -> type[Exception] | None:
    try:
        attempt()
    except Exception as error:  # noqa: BLE001 - which one it is, is the question
        return type(error)
    return None


@pytest.mark.parametrize("review", [PASSING, RETURNING], ids=lambda review: review.verdict)
@pytest.mark.parametrize("state", list(CompletionState))
def test_every_state_of_a_report_with_every_verdict(state: CompletionState, review: Review) -> None:
    is_allowed = CompletionState(review.verdict) in FOLLOWS[state]
    found = refusal_of(lambda: rules.check_review(state, review))
    assert found is (None if is_allowed else errors.CompletionAlreadyReviewed)


@pytest.mark.parametrize("verdict", [WaiverState.GRANTED, WaiverState.REFUSED])
@pytest.mark.parametrize("state", list(WaiverState))
def test_every_state_of_a_waiver_with_every_verdict(state: WaiverState, verdict: WaiverState) -> None:
    on_paper: dict[str, Any] = {"opinion": "不再实施", "opinion_reference": "8号", "is_approved": False}
    found = refusal_of(lambda: rules.check_decision(state, verdict, **on_paper))
    assert found is (None if verdict in WAIVER_FOLLOWS[state] else errors.WaiverAlreadyDecided)


@pytest.mark.parametrize(
    ("over", "refusal"),
    [
        ({"feedback_to": None}, errors.PassNeedsFeedback),
        ({"feedback_opinion": None}, errors.PassNeedsFeedback),
        ({"rework_until_on": TODAY}, errors.PassNeedsFeedback),
        ({"criteria": RETURN["criteria"]}, errors.VerdictAgainstCriteria),
        ({"criteria": PASS["criteria"] + RETURN["criteria"]}, errors.VerdictAgainstCriteria),
    ],
)
def test_what_a_pass_needs(over: dict[str, Any], refusal: type[Exception]) -> None:
    review = Review(**{**PASS, **over})
    assert refusal_of(lambda: rules.check_review("reported", review)) is refusal


@pytest.mark.parametrize(
    ("over", "refusal"),
    [
        ({"rework_until_on": None}, errors.ReturnNeedsLimit),
        ({"feedback_opinion": "已办结"}, errors.ReturnNeedsLimit),
        ({"criteria": PASS["criteria"]}, errors.VerdictAgainstCriteria),
    ],
)
def test_what_a_return_needs(over: dict[str, Any], refusal: type[Exception]) -> None:
    review = Review(**{**RETURN, "rework_until_on": TODAY, **over})
    assert refusal_of(lambda: rules.check_review("reported", review)) is refusal


@pytest.mark.parametrize(
    ("verdict", "opinion", "reference", "is_approved", "refusal"),
    [
        ("granted", "不再实施", "8号", False, None),
        ("granted", None, None, True, None),
        ("granted", "不再实施", "8号", True, None),
        ("granted", None, None, False, errors.WaiverWithoutAuthority),
        ("granted", "不再实施", None, True, errors.OpinionWithoutReference),
        ("granted", None, "8号", True, errors.OpinionWithoutReference),
        ("refused", None, None, False, None),
        ("refused", "仍须实施", "9号", False, None),
        ("refused", None, None, True, errors.RefusalTakesNoApproval),
    ],
)
def test_without_authority_nothing_is_waived(
    *, verdict: str, opinion: str | None, reference: str | None, is_approved: bool, refusal: type[Exception] | None
) -> None:
    facts: dict[str, Any] = {"opinion": opinion, "opinion_reference": reference, "is_approved": is_approved}
    assert refusal_of(lambda: rules.check_decision("asked", verdict, **facts)) is refusal


@pytest.mark.parametrize(
    ("stand", "refusal"),
    [
        (Stand(is_settled=False, is_reported=False, is_waiver_asked=False), None),
        (Stand(is_settled=True, is_reported=False, is_waiver_asked=False), errors.TaskSettled),
        (Stand(is_settled=False, is_reported=True, is_waiver_asked=False), errors.CompletionUnderReview),
        (Stand(is_settled=False, is_reported=False, is_waiver_asked=True), errors.WaiverUndecided),
    ],
)
def test_one_end_of_a_task_at_a_time(stand: Stand, refusal: type[Exception] | None) -> None:
    assert refusal_of(lambda: rules.check_unsettled(stand)) is refusal


async def test_nothing_of_a_missing_thing(session: AsyncSession, here: Place) -> None:
    missing = UUID(int=1)
    for attempt in (
        completion_review.review_completion(session, here.actor, missing, AS_READ, PASSING),
        waivers.decide_waiver(session, here.actor, missing, AS_READ, **OPINION),
        close_out.close_item(session, here.actor, missing),
        close_out.reopen_item(session, here.actor, missing, reason="回头看"),
    ):
        with pytest.raises(Exception, match="not_found"):
            await attempt
