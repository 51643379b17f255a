"""How near a gateway's allowance its pace comes, against an allowance that is counted exactly, in simulated time."""

import heapq
from dataclasses import dataclass, field

import pytest

from worker.jobs.messaging import BATCHES_IN_FLIGHT
from worker.pace import FIRST, Pace, Turn

ANSWER_SECONDS = 0.05


@dataclass
class Allowance:
    """A gateway that takes so many a second, of which it lets some come at once, and throws the rest back."""

    per_second: float
    at_once: float
    tokens: float = field(init=False)
    at: float = 0.0
    tried: int = 0

    def __post_init__(self) -> None:
        self.tokens = self.at_once

    def take(self, count: int, at: float) -> int:
        self.tokens = min(self.at_once, self.tokens + (at - self.at) * self.per_second)
        self.at = at
        self.tried += count
        taken = min(count, int(self.tokens))
        self.tokens -= taken
        return taken


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def send(pace: Pace, clock: Clock, gateway: Allowance, messages: int) -> float:
    """Hand so many over by as many lines as a worker has, and return how many seconds that took."""
    waiting, lines = messages, [(0.0, line) for line in range(BATCHES_IN_FLIGHT)]
    answers: list[tuple[float, int, Turn, int, int]] = []
    while waiting or answers:
        if answers and (not lines or answers[0][0] <= lines[0][0] or not waiting):
            clock.now, _, turn, handed, taken = heapq.heappop(answers)
            pace.tell(turn, handed=handed, throttled=handed - taken)
            waiting += handed - taken
            heapq.heappush(lines, (clock.now, len(lines)))
            continue
        clock.now, _ = heapq.heappop(lines)
        turn = pace.next_turn()
        handed = min(turn.size, waiting)
        waiting -= handed
        taken = gateway.take(handed, clock.now + turn.pause)
        heapq.heappush(answers, (clock.now + turn.pause + ANSWER_SECONDS, gateway.tried, turn, handed, taken))
    return clock.now


@pytest.mark.parametrize(
    ("per_second", "at_once", "messages", "wanted"),
    [
        (500, 500, 10_000, 0.95),
        (20, 20, 2000, 0.95),
        (3000, 3000, 60_000, 0.95),
        # With so little saved up, it takes some seconds to find out.
        (200, 20, 20_000, 0.9),
        (20, 1, 4000, 0.85),
    ],
)
def test_what_is_allowed_is_reached_and_little_is_thrown_back(
    per_second: float, at_once: float, messages: int, wanted: float
) -> None:
    clock, gateway = Clock(), Allowance(per_second, at_once)
    seconds = send(Pace(None, 500, now=clock), clock, gateway, messages)
    assert messages / seconds >= wanted * per_second
    assert gateway.tried <= 1.2 * messages


def test_a_rate_that_is_set_is_kept() -> None:
    clock, gateway = Clock(), Allowance(10_000, 10_000)
    seconds = send(Pace(100, 500, now=clock), clock, gateway, 5000)
    assert 0.98 * 5000 / 100 <= seconds <= 1.02 * 5000 / 100


def test_a_gateway_that_becomes_slower_and_faster_is_followed() -> None:
    clock, gateway = Clock(), Allowance(400, 400)
    pace = Pace(None, 500, now=clock)
    send(pace, clock, gateway, 4000)
    gateway.per_second, began, tried = 40, clock.now, gateway.tried
    send(pace, clock, gateway, 2000)
    assert 2000 / (clock.now - began) >= 0.9 * 40
    assert gateway.tried - tried <= 1.3 * 2000
    gateway.per_second, began = 400, clock.now
    send(pace, clock, gateway, 20_000)
    assert 20_000 / (clock.now - began) >= 0.6 * 400


def test_a_gateway_that_never_throttles_soon_gets_whole_batches() -> None:
    clock = Clock()
    pace = Pace(None, 500, now=clock)
    for _ in range(6):
        turn = pace.next_turn()
        assert turn.pause == 0
        pace.tell(turn, handed=turn.size, throttled=0)
    assert (pace.next_turn().size, pace.next_turn().pause) == (500, 0)
    assert FIRST < 500
