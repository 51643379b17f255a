from collections.abc import Sequence
from types import MappingProxyType

from supervision.notices.errors import (
    ChainMalformed,
    NoticeStepOutOfTurn,
    OnlyDrafterAmendsNotice,
)
from supervision.notices.states import NOTICE_FOLLOWS, NOTICE_RETURNS, NoticeKind, NoticeState

# How a notice is signed off unless the county has set another way, and within how many working days it is acknowledged.
USUAL_CHAIN = (NoticeState.CHECKED, NoticeState.COUNTERSIGNED, NoticeState.ISSUED)
USUAL_ACKNOWLEDGE_WORKING_DAYS = 1
NUMBERS = MappingProxyType({NoticeKind.NOTICE: "督查通知〔{}〕{}号", NoticeKind.SLIP: "督查抄告〔{}〕{}号"})


def check_chain(chain: Sequence[str]) -> None:
    """Refuse a chain that does not end with the issue, repeats a step, or turns the order round."""
    states = [NoticeState(step) for step in chain]
    pairs = zip([NoticeState.DRAFTED, *states], states, strict=False)
    if not states or states[-1] is not NoticeState.ISSUED or any(b not in NOTICE_FOLLOWS[a] for a, b in pairs):
        raise ChainMalformed


def following(chain: Sequence[str], state: str) -> NoticeState | None:
    """Return the step of the chain that a notice in this state waits for; None once it is issued."""
    return next((NoticeState(step) for step in chain if step in NOTICE_FOLLOWS[NoticeState(state)]), None)


def check_step(chain: Sequence[str], state: str, step: NoticeState) -> None:
    """Refuse a step that is not the next one of the chain."""
    if following(chain, state) is not step:
        raise NoticeStepOutOfTurn(state=state)


def check_returnable(state: str) -> None:
    """Refuse to give back what is issued."""
    if NoticeState(state) not in NOTICE_RETURNS:
        raise NoticeStepOutOfTurn(state=state)


def check_amendable(state: str, *, is_drafter: bool) -> None:
    """Refuse a change by anybody but the drafter, and of what is being signed off already."""
    if not is_drafter:
        raise OnlyDrafterAmendsNotice
    if NoticeState(state) is not NoticeState.DRAFTED:
        raise NoticeStepOutOfTurn(state=state)


def number_of(kind: str, year: int, sequence: int) -> str:
    """Write a notice's number (发文字号), such as 督查通知〔2016〕12号."""
    return NUMBERS[NoticeKind(kind)].format(year, sequence)
