"""When a gateway loses a step of its weight, and when it regains one: a table that whoever runs gateways can read."""

from datetime import timedelta

import pytest

from supervision.messaging.gateway_shares import Judged, Measured, judge

NOW, MINUTE, LONG = timedelta(0), timedelta(minutes=1), timedelta(minutes=5)
FAILS, MIXED, SOUND, FEW = Measured(100, 21), Measured(100, 20), Measured(100, 5), Measured(19, 19)
SLOW = Measured(100, 0, receipts=20, seconds=181, others_seconds=60)


@pytest.mark.parametrize(
    ("share", "measured", "unchanged", "becomes"),
    [
        # More than a fifth fails: one step down, no sooner than a minute after the last, and never to nothing.
        (100, FAILS, LONG, 50),
        (50, FAILS, MINUTE, 25),
        (25, FAILS, MINUTE, 10),
        (10, FAILS, MINUTE, 5),
        (5, FAILS, LONG, None),
        (50, FAILS, NOW, None),
        # A fifth is bearable, and too much to be given more; so little says nothing against it.
        (100, MIXED, LONG, None),
        (50, MIXED, LONG, None),
        (100, FEW, LONG, None),
        (50, FEW, LONG, None),
        # Receipts of three times the others' time, when that is more than a minute longer.
        (100, SLOW, LONG, 50),
        (100, Measured(100, 0, receipts=20, seconds=180, others_seconds=60), LONG, None),
        (100, Measured(100, 0, receipts=20, seconds=61, others_seconds=1), LONG, None),
        (100, Measured(100, 0, receipts=19, seconds=900, others_seconds=1), LONG, None),
        (100, Measured(100, 0, receipts=20, seconds=900), LONG, None),
        # Five minutes of hardly a failure, or of nothing at all: one step up.
        (5, SOUND, LONG, 10),
        (10, SOUND, LONG, 25),
        (25, Measured(), LONG, 50),
        (50, SOUND, LONG, 100),
        (50, SOUND, MINUTE, None),
        (100, SOUND, LONG, None),
    ],
)
def test_a_share_goes_down_and_up_in_steps(
    share: int, measured: Measured, unchanged: timedelta, becomes: int | None
) -> None:
    judged = judge(share, measured, unchanged=unchanged)
    assert (judged.share if judged else None) == becomes


def test_each_reason_is_told_in_numbers() -> None:
    assert judge(100, FAILS, unchanged=LONG) == Judged(50, "提交 100 条，失败 21 条（21%），超过 20%")
    assert judge(100, SLOW, unchanged=LONG) == Judged(50, "20 条回执的中位时间 181 秒，其他网关 60 秒")
    assert judge(50, SOUND, unchanged=LONG) == Judged(100, "提交 100 条，失败 5 条（5%），逐步恢复")
