"""Two workers before one gateway of CMPP, and the one that has the session dies as by kill -9."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.processes import Child
from deploy.valkey import EmbeddedValkey
from tests.factories.cmpp_gateway import AT_ONCE, running_cmpp, settings_of, stock_lengths
from tests.factories.messaging import ask
from tests.factories.processes import until, worker_process
from tests.factories.simulator import RunningSimulator
from tests.factories.streets import states
from tests.places import Committed

MANY = 200
TAKEN_OVER_S = 30


@dataclass(frozen=True)
class Pair:
    """Two workers before one gateway, of which one has the session."""

    committed: Committed
    simulator: RunningSimulator
    workers: Mapping[Path, Child]

    def with_session(self) -> list[Child]:
        opened = "cmpp_session_opened"
        return [worker for folder, worker in self.workers.items() if opened in (folder / "worker.log").read_text()]

    async def has_owners(self, many: int) -> None:
        async def is_so() -> bool:
            return len(self.with_session()) == many

        await until(is_so, seconds=TAKEN_OVER_S)

    async def has_taken(self, parts: int) -> None:
        async def is_so() -> bool:
            return self.simulator.summary()["accepted"] > parts

        await until(is_so)

    async def is_over(self) -> bool:
        return (await states(self.committed)).keys() <= {"delivered", "unknown"}


@pytest.fixture
def pair(committed: Committed, tmp_path: Path) -> Iterator[Pair]:
    valkey = EmbeddedValkey(tmp_path / "vk")
    with ExitStack() as started:
        started.callback(valkey.stop)
        simulator, told = started.enter_context(running_cmpp(tmp_path / "gateway"))
        settings = {"DUCHA_REDIS_URL": valkey.start(), "DUCHA_LOG_LEVEL": "info", **settings_of(told)}
        folders = [tmp_path / "first", tmp_path / "second"]
        workers = {folder: worker_process(committed, folder, settings) for folder in folders}
        for worker in workers.values():
            started.enter_context(worker)
        yield Pair(committed, simulator, workers)


@pytest.mark.slow
async def test_the_other_worker_takes_the_session_over_and_nobody_gets_a_part_twice(pair: Pair) -> None:
    pair.simulator.behave(receipt=AT_ONCE, throttle_per_second=100, answer_delay_s=0.05)
    await pair.has_owners(1)
    (owner,) = pair.with_session()
    await stock_lengths(pair.committed, MANY)
    await pair.has_taken(MANY // 2)
    assert owner.pid
    os.kill(owner.pid, signal.SIGKILL)
    # What it had sent to the database is done by then.
    await asyncio.sleep(0.3)
    cut_off = (await states(pair.committed)).get("submitting", 0)
    assert pair.with_session() == [owner]
    # Nobody else has anything under way: what only time would do is done at once.
    await ask(pair.committed, "UPDATE message SET leased_until = now() WHERE state = 'submitting'")
    await pair.has_owners(2)
    await until(pair.is_over)
    # What comes late would be counted by now.
    await asyncio.sleep(0.5)

    entries = pair.simulator.entries()
    assert set(Counter((entry["telephone"], entry["text"]) for entry in entries).values()) == {1}
    assert await states(pair.committed) == Counter(delivered=MANY - cut_off, unknown=cut_off)
    # Whoever is said to have it has every part.
    parts = await ask(pair.committed, "SELECT reference FROM message WHERE state = 'delivered'")
    assert {part for row in parts for part in row.reference.split("+")} <= {entry["id"] for entry in entries}
    assert await ask(pair.committed, "SELECT id FROM attempt WHERE verdict IS NULL") == []
