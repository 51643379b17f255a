"""Kill -9 at each named point of a message's way: nobody gets two, nobody gets none, and it is over within a minute.

`make soak` comes to each point many times and lets the leases run out by themselves.
"""

import asyncio
import logging
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories.crashes import CRASH_POINTS
from tests.factories.messaging import ask, stock
from tests.factories.processes import until
from tests.factories.streets import Street, open_street, rows_without_a_reason, states
from tests.places import Committed

MANY = 200
log = logging.getLogger(__name__)
ROUNDS = int(os.environ.get("DUCHA_SOAK_ROUNDS", "0"))
RECOVERY_S = 60


@pytest.fixture
def street(committed: Committed, tmp_path: Path) -> Iterator[Street]:
    with open_street(committed, tmp_path) as opened:
        yield opened


@pytest.mark.slow
@pytest.mark.parametrize("turn", range(max(1, ROUNDS)))
@pytest.mark.parametrize("point", CRASH_POINTS)
async def test_a_worker_that_dies_sends_nothing_twice_and_loses_nothing(street: Street, point: str, turn: int) -> None:
    street.start_api()
    street.simulator.behave(receipt={"mode": "twice", "delay_max_s": 0.2})
    await stock(street.committed, MANY)
    nth = random.Random(turn).randint(1, 3)
    dying = street.start_worker("tests.factories.crashes", point, str(nth))

    async def has_died() -> bool:
        return dying.has_ended()

    await until(has_died, watched=dying)
    if not ROUNDS:
        await ask(street.committed, "UPDATE message SET leased_until = now() WHERE state = 'submitting'")
    began = time.monotonic()
    worker = street.start_worker()

    async def is_delivered() -> bool:
        if not ROUNDS:
            await ask(street.committed, "UPDATE message SET not_before = now() WHERE state = 'queued'")
        return await states(street.committed) == {"delivered": MANY}

    await until(is_delivered, watched=worker, seconds=RECOVERY_S)
    if ROUNDS:
        log.warning("%s, call %d: %.1f s to recover", point, nth, time.monotonic() - began)
    # What comes late would be counted by now.
    await asyncio.sleep(0.5)
    entries, summary = street.simulator.entries(), street.simulator.summary()
    assert (summary["accepted"], summary["duplicates"], len({entry["telephone"] for entry in entries})) == (
        MANY,
        0,
        MANY,
    )
    assert await rows_without_a_reason(street.committed) == []
    open_attempts = await ask(street.committed, "SELECT id FROM attempt WHERE verdict IS NULL")
    assert open_attempts == []
