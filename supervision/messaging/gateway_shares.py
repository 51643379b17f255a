"""How much of its weight a gateway keeps: less, step by step, while it fails or is slow, and more again afterwards."""

from dataclasses import dataclass
from datetime import timedelta

# Percent of the weight. Never nothing: only what is still tried shows that it works again.
STEPS = (5, 10, 25, 50, 100)
# What is looked at: since the last change, so that each step has grounds of its own, but no longer than this.
WINDOW = timedelta(minutes=10)
LOWER_AFTER, RAISE_AFTER = timedelta(minutes=1), timedelta(minutes=5)
# Fewer say nothing against a gateway.
FEWEST = 20
FAILING, SOUND = 0.2, 0.05
# Its receipts take so many times as long as the others', and at least so many seconds longer.
SLOWER, SLOWER_SECONDS = 3, 60


@dataclass(frozen=True, slots=True)
class Measured:
    """What a gateway did of late: how many submissions it was handed, and how long its receipts took."""

    handed: int = 0
    failed: int = 0
    """Not taken by the gateway's own fault; not what was throttled, or wrong in the message."""
    receipts: int = 0
    seconds: float | None = None
    """Half of its receipts took longer."""
    others_seconds: float | None = None
    """The same of the fastest other gateway."""


@dataclass(frozen=True, slots=True)
class Judged:
    share: int
    reason: str


def judge(share: int, measured: Measured, *, unchanged: timedelta) -> Judged | None:
    """Return the next step of a gateway's share with its reason in numbers, or None to leave it as it is."""
    told = f"提交 {measured.handed} 条，失败 {measured.failed} 条（{_failing(measured):.0%}）"
    if measured.handed >= FEWEST and _failing(measured) > FAILING:
        return _lower(share, f"{told}，超过 {FAILING:.0%}", unchanged)
    if _is_slow(measured):
        slow = (
            f"{measured.receipts} 条回执的中位时间 {measured.seconds:.0f} 秒，其他网关 {measured.others_seconds:.0f} 秒"
        )
        return _lower(share, slow, unchanged)
    if share == STEPS[-1] or unchanged < RAISE_AFTER or _failing(measured) > SOUND:
        return None
    return Judged(min(step for step in STEPS if step > share), f"{told}，逐步恢复")


def _lower(share: int, reason: str, unchanged: timedelta) -> Judged | None:
    if share == STEPS[0] or unchanged < LOWER_AFTER:
        return None
    return Judged(max(step for step in STEPS if step < share), reason)


def _failing(measured: Measured) -> float:
    return measured.failed / measured.handed if measured.handed else 0


def _is_slow(measured: Measured) -> bool:
    ours, theirs = measured.seconds, measured.others_seconds
    if measured.receipts < FEWEST or ours is None or theirs is None:
        return False
    return ours > SLOWER * theirs and ours > theirs + SLOWER_SECONDS
