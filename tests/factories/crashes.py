"""A worker that dies as by kill -9 at a named point: `python -m tests.factories.crashes POINT NTH`."""

import os
import signal
import sys
from collections.abc import Awaitable
from itertools import count
from typing import Any

from supervision.messaging import delivery, receipts
from supervision.messaging.gateways.http import HttpGateway
from worker import settings

_POINTS: dict[str, tuple[Any, str, bool]] = {
    # What is called at the point, and whether the worker dies when the call is over, or before it begins.
    "after_claim": (delivery, "claim", True),
    "after_claim_is_committed": (delivery, "write_submissions", False),
    "before_submit": (HttpGateway, "submit", False),
    "after_the_gateway_accepted": (HttpGateway, "submit", True),
    "before_settle": (delivery, "settle", False),
    "before_settle_is_committed": (delivery, "settle", True),
    "between_receipt_and_match": (receipts, "match", False),
    "before_match_is_committed": (receipts, "match", True),
}
CRASH_POINTS = tuple(_POINTS)


def _die_at(point: str, nth: int) -> None:
    """Let the process die at the nth time that it comes to the point."""
    place, name, is_after = _POINTS[point]
    called, calls = getattr(place, name), count(1)

    def dies(*arguments: Any, **named: Any) -> Any:
        if next(calls) < nth:
            return called(*arguments, **named)
        if not is_after:
            os.kill(os.getpid(), signal.SIGKILL)
        return _die_after(called(*arguments, **named))

    setattr(place, name, dies)


async def _die_after(call: Awaitable[Any]) -> None:
    await call
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    _die_at(sys.argv[1], int(sys.argv[2]))
    settings.main()
