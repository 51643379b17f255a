import math
import time
from collections import Counter


class Quota:
    """Counts each caller's requests of one minute; the minute is the same for all, and what it held is forgotten."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._ends_at = 0.0
        self._taken: Counter[str] = Counter()

    def take(self, who: str) -> tuple[int, int]:
        """Count one request and return how many are left, below 0 if it is one too many, and the seconds to wait."""
        now = time.monotonic()
        if now >= self._ends_at:
            self._taken.clear()
            self._ends_at = now + 60
        self._taken[who] += 1
        return self.per_minute - self._taken[who], math.ceil(self._ends_at - now)
