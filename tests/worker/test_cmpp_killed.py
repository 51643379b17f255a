"""Two workers before one gateway of CMPP, and the one that has the session dies as by kill -9."""

import asyncio
import os
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from deploy.valkey import EmbeddedValkey
from tests.factories.cmpp_gateway import AT_ONCE, running_cmpp, settings_of, stock_lengths
from tests.factories.messaging import ask
from tests.factories.processes import until, worker_process
from tests.factories.streets import states
from tests.places import Committed

MANY = 200
TAKEN_OVER_S = 30


def has_session(folder: Path) -> bool:
    return "cmpp_session_opened" in (folder / "worker.log").read_text()


@pytest.mark.slow
async def test_the_other_worker_takes_the_session_over_and_nobody_gets_a_part_twice(
    committed: Committed, tmp_path: Path
) -> None:
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder in folders:
        folder.mkdir()
    valkey = EmbeddedValkey(tmp_path / "vk")
    own = {"DUCHA_REDIS_URL": valkey.start(), "DUCHA_LOG_LEVEL": "info"}
    try:
        with running_cmpp(tmp_path / "gateway") as (simulator, told):
            simulator.behave(receipt=AT_ONCE, throttle_per_second=100, answer_delay_s=0.05)
            settings = own | settings_of(told)
            with (
                worker_process(committed, folders[0], settings) as first,
                worker_process(committed, folders[1], settings) as second,
            ):
                await until(lambda: one_has_it(folders), seconds=20, watched=first)
                owner, other = (first, second) if has_session(folders[0]) else (second, first)
                await stock_lengths(committed, MANY)

                async def is_in_the_middle() -> bool:
                    return simulator.summary()["accepted"] > MANY // 2

                await until(is_in_the_middle, watched=owner)
                assert owner.pid
                os.kill(owner.pid, signal.SIGKILL)
                killed_at = time.monotonic()
                # What it had sent to the database is done by then.
                await asyncio.sleep(0.3)
                cut_off = (await states(committed)).get("submitting", 0)
                assert not all(map(has_session, folders))
                # Nobody else has anything under way: what only time would do is done at once.
                await ask(committed, "UPDATE message SET leased_until = now() WHERE state = 'submitting'")

                async def is_taken_over() -> bool:
                    return all(map(has_session, folders))

                await until(is_taken_over, seconds=TAKEN_OVER_S, watched=other)
                assert time.monotonic() - killed_at < TAKEN_OVER_S
                await until(lambda: is_over(committed), watched=other)
                # What comes late would be counted by now.
                await asyncio.sleep(0.5)
                found = await states(committed)
                entries = simulator.entries()
    finally:
        valkey.stop()
    assert set(Counter((entry["telephone"], entry["text"]) for entry in entries).values()) == {1}
    assert found == {"delivered": MANY - cut_off, **({"unknown": cut_off} if cut_off else {})}
    # Whoever is said to have it has every part; whoever may lack one is among those that a person looks at.
    assert len({entry["telephone"] for entry in entries}) >= MANY - cut_off
    open_attempts = await ask(committed, "SELECT id FROM attempt WHERE verdict IS NULL")
    assert open_attempts == []


async def one_has_it(folders: list[Path]) -> bool:
    return any(map(has_session, folders))


async def is_over(committed: Committed) -> bool:
    return (await states(committed)).keys() <= {"delivered", "unknown"}
