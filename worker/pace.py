import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

# Messages of the first batches; each that is taken whole lets the next one be twice as large.
FIRST = 16
# How much of a second a batch is worth once the rate is known: small, so that little is thrown back at a time.
BATCH_SECONDS = 0.05
# Over which what is taken is measured.
WINDOW_SECONDS = 1.0
# Less says nothing of a rate.
SHORTEST_SECONDS = 0.2
# Down at once to a little less than was taken, or to half if that was not enough; up by so much for each second, the
# more the longer nothing is thrown back.
LESS, HALF, MORE, FIRST_MORE, MOST = 0.97, 0.5, 0.02, 0.1, 0.5
SLOWEST_PER_SECOND = 1.0


@dataclass(frozen=True, slots=True)
class Turn:
    """Leave to hand over so many messages, so many seconds after it was given."""

    size: int
    pause: float
    given_at: float


class Pace:
    """How fast one gateway is handed messages: as fast as it is set, or found by its throttling, to take them.

    `ceiling` is in messages a second, None for one that is not known; a batch has at most `batch_size`.
    """

    def __init__(self, ceiling: float | None, batch_size: int, *, now: Callable[[], float] = time.monotonic) -> None:
        self.ceiling, self.batch_size, self.rate = ceiling, batch_size, ceiling
        self._now = now
        self._share = FIRST
        self._is_first = False
        self._free_at = self._changed_at = self._slowed_at = float("-inf")
        self._taken: deque[tuple[float, int]] = deque()

    async def wait(self) -> Turn:
        """Wait until more may be handed over."""
        turn = self.next_turn()
        await asyncio.sleep(turn.pause)
        return turn

    def next_turn(self) -> Turn:
        now = self._now()
        if self.rate is None:
            return Turn(min(self._share, self.batch_size), 0, now)
        size = min(max(1, round(self.rate * BATCH_SECONDS)), self.batch_size)
        leaves_at = max(now, self._free_at)
        self._free_at = leaves_at + size / self.rate
        return Turn(size, leaves_at - now, now)

    def tell(self, turn: Turn, *, handed: int, throttled: int) -> None:
        """Learn what became of a turn: how many messages there were for it, and how many were thrown back."""
        now = self._now()
        self._taken.append((now, handed - throttled))
        while self._taken[0][0] < now - WINDOW_SECONDS:
            self._taken.popleft()
        if turn.given_at <= self._slowed_at:
            # It was under way when another turn was throttled: it belongs to what was taken until then.
            if self._is_first:
                self.rate = (self.rate or 0) + LESS * (handed - throttled) / WINDOW_SECONDS
        elif throttled:
            self._slow_down(now)
        elif self.rate is None:
            # Once for all the lines that had as much.
            self._share = min(2 * self._share, self.batch_size) if handed == self._share else self._share
        else:
            # What was left room for and was not there is room for the next one.
            self._free_at -= (turn.size - handed) / self.rate
            self._speed_up(now)

    def _measure(self, now: float) -> float:
        """Return how many a second were taken of late; since the last throttling, after which nothing is saved up."""
        since = max(self._slowed_at, now - WINDOW_SECONDS)
        taken = sum(count for at, count in self._taken if at > since)
        return taken / max(now - since, SHORTEST_SECONDS)

    def _slow_down(self, now: float) -> None:
        self._is_first = self.rate is None
        measured = self._measure(now)
        rate = measured if self.rate is None else min(self.rate, max(measured, HALF * self.rate))
        self.rate = max(SLOWEST_PER_SECOND, LESS * rate)
        self._slowed_at = self._changed_at = now
        self._free_at = max(self._free_at, now + BATCH_SECONDS)

    def _speed_up(self, now: float) -> None:
        if self.rate is None or now - self._changed_at < WINDOW_SECONDS:
            return
        self._changed_at = now
        # The first guess is one from a single moment, and may be far too low.
        more = FIRST_MORE if self._is_first else MORE
        self.rate = min(self.rate * (1 + min(MOST, more * (now - self._slowed_at))), self.ceiling or float("inf"))
