"""How a batch becomes calls of a vendor's interface, taking more numbers of one text than of several."""

import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass

from supervision.messaging.gateways import Submission, SubmissionOutcome, Verdict

# From so many numbers on a text has a call of its own; below, it goes together with others.
UNIFORM_FROM = 50
# No call begins later, so that all of them end well within the lease of the batch.
BEGIN_WITHIN_SECONDS = 30


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
    calls: Iterator[Call], make: Callable[[Call], Awaitable[list[SubmissionOutcome]]]
) -> dict[str, SubmissionOutcome]:
    """Make calls one after the other; once the gateway takes nothing, or time is up, the rest waits like its last."""
    told: dict[str, SubmissionOutcome] = {}
    began = time.monotonic()
    verdict: Verdict | None = None
    code: str | None = None
    for call in calls:
        if verdict is None and time.monotonic() - began > BEGIN_WITHIN_SECONDS:
            verdict = Verdict.THROTTLED
        if verdict is not None:
            told |= {each.id: SubmissionOutcome(each.id, verdict, code=code) for each in call.submissions}
            continue
        outcomes = await make(call)
        told |= {outcome.message_id: outcome for outcome in outcomes}
        # Of one call all have one fate, but for single numbers that are refused.
        last = next((each for each in outcomes if each.verdict is not Verdict.REFUSED), None)
        if last and last.verdict in (Verdict.THROTTLED, Verdict.UNREACHABLE):
            verdict, code = last.verdict, last.code
    return told


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
