from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.messaging.states import MAY_FOLLOW, MessageState, is_final, may_precede

S = MessageState


def climb(state: S, *wanted: S) -> S:
    for each in wanted:
        if each in MAY_FOLLOW[state]:
            state = each
    return state


def test_every_state_stands_in_the_table() -> None:
    assert set(MAY_FOLLOW) == set(S)


def test_nothing_leaves_what_has_ended_but_by_a_late_receipt() -> None:
    leaving = {state: set(MAY_FOLLOW[state]) for state in S if is_final(state)}
    assert leaving == {
        S.DELIVERED: set(),
        S.CANCELLED: set(),
        S.REFUSED: {S.DELIVERED},
        S.FAILED: {S.DELIVERED},
        S.EXPIRED: {S.FAILED, S.DELIVERED},
    }


def test_what_is_in_flight_or_unknown_is_not_final() -> None:
    assert {state for state in S if not is_final(state)} == {S.QUEUED, S.SUBMITTING, S.ACCEPTED, S.UNKNOWN}


@given(st.lists(st.sampled_from(S), max_size=30))
def test_the_way_goes_back_only_to_the_queue(wanted: list[S]) -> None:
    rank = {S.QUEUED: 0, S.SUBMITTING: 1, S.UNKNOWN: 2, S.ACCEPTED: 3, S.EXPIRED: 4, S.FAILED: 5, S.REFUSED: 5}
    state = S.QUEUED
    for each in wanted:
        after = climb(state, each)
        assert after in (state, S.QUEUED) or rank.get(after, 6) > rank[state]
        state = after


@pytest.mark.parametrize("start", [S.SUBMITTING, S.UNKNOWN, S.ACCEPTED, S.EXPIRED])
def test_the_order_of_answer_and_receipts_does_not_decide_whether_it_arrived(start: S) -> None:
    for order in permutations([S.ACCEPTED, S.FAILED, S.DELIVERED, S.DELIVERED, S.EXPIRED]):
        assert climb(start, *order) is S.DELIVERED


def test_only_what_awaits_a_receipt_expires_and_cancelled_only_comes_from_the_queue() -> None:
    assert may_precede(S.EXPIRED) == {S.ACCEPTED, S.UNKNOWN}
    assert may_precede(S.CANCELLED) == {S.QUEUED}
    assert may_precede(S.DELIVERED) == set(S) - {S.DELIVERED, S.CANCELLED}
