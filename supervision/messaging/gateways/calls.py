"""How a batch becomes calls of a vendor's interface, taking more numbers of one text than of several."""

import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Container, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from supervision.messaging.gateways import Submission, SubmissionOutcome, Verdict

# From so many numbers on a text has a call of its own; below, it goes together with others.
UNIFORM_FROM = 50
# No call begins later, so that all of them end well within the lease of the batch.
BEGIN_WITHIN_SECONDS = 30
_STOPS = (Verdict.THROTTLED, Verdict.UNREACHABLE)


@dataclass(frozen=True, slots=True)
class Call:
    submissions: tuple[Submission, ...]
    is_uniform: bool


@dataclass(frozen=True, slots=True)
class CallSizes:
    uniform: int
    individual: int


def divide(
    batch: Sequence[Submission],
    sizes: CallSizes,
    *,
    text_of: Callable[[Submission], Hashable],
    together_of: Callable[[Submission], Hashable] = lambda _: None,
) -> Iterator[Call]:
    """Yield calls that name each number once, for a vendor knows its messages by call and number.

    Those with the same `text_of` share one text; only those with the same `together_of` may go in one call at all.
    """
    for one_each in _rounds(batch):
        for together in _grouped(one_each, together_of):
            texts = _grouped(together, text_of)
            several = []
            for same in texts:
                if len(texts) == 1 or len(same) >= UNIFORM_FROM:
                    yield from _cut(same, sizes.uniform, is_uniform=True)
                else:
                    several += same
            yield from _cut(several, sizes.individual, is_uniform=False)


async def make_calls(
    calls: Iterable[Call],
    make: Callable[[Call], Awaitable[list[SubmissionOutcome]]],
    *,
    about_numbers: Container[str | None],
) -> dict[str, SubmissionOutcome]:
    """Make calls one after the other; once the gateway takes nothing, or time is up, the rest waits like its last.

    Where a code is about a single number and the call was declined for its sake, the call is halved until that number
    stands alone.
    """
    told: dict[str, SubmissionOutcome] = {}
    began = time.monotonic()
    stop: SubmissionOutcome | None = None
    waiting = deque(calls)
    while waiting:
        call = waiting.popleft()
        if stop is None and time.monotonic() - began > BEGIN_WITHIN_SECONDS:
            stop = SubmissionOutcome("", Verdict.THROTTLED)
        if stop is not None:
            told |= {each.id: replace(stop, message_id=each.id) for each in call.submissions}
            continue
        outcomes = await make(call)
        is_about_number = outcomes[0].code in about_numbers
        if is_about_number and len(outcomes) > 1:
            waiting.extendleft(_halves(call))
            continue
        told |= {outcome.message_id: outcome for outcome in outcomes}
        # Of one call all have one fate.
        if outcomes[0].verdict in _STOPS and not is_about_number:
            stop = outcomes[0]
    return told


def _halves(call: Call) -> Iterator[Call]:
    middle = len(call.submissions) // 2
    # The second first, for they are put one by one in front of what waits.
    yield replace(call, submissions=call.submissions[middle:])
    yield replace(call, submissions=call.submissions[:middle])


def _rounds(batch: Sequence[Submission]) -> list[list[Submission]]:
    rounds: list[list[Submission]] = []
    times: defaultdict[str, int] = defaultdict(int)
    for submission in batch:
        place = times[submission.telephone]
        times[submission.telephone] += 1
        if place == len(rounds):
            rounds.append([])
        rounds[place].append(submission)
    return rounds


def _grouped(batch: Sequence[Submission], key: Callable[[Submission], Hashable]) -> list[list[Submission]]:
    groups: defaultdict[Hashable, list[Submission]] = defaultdict(list)
    for submission in batch:
        groups[key(submission)].append(submission)
    return list(groups.values())


def _cut(submissions: Sequence[Submission], size: int, *, is_uniform: bool) -> Iterator[Call]:
    for start in range(0, len(submissions), size):
        yield Call(tuple(submissions[start : start + size]), is_uniform)
