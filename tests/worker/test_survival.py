"""The worker as a process of its own, killed and cut off, against the simulator; its ledger is the witness."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from tests.factories.messaging import ask, stock
from tests.factories.processes import until
from tests.factories.streets import Street, open_street, rows_without_a_reason, states
from tests.places import Committed

MANY = 2000


@pytest.fixture
def street(committed: Committed, tmp_path: Path) -> Iterator[Street]:
    with open_street(committed, tmp_path) as opened:
        yield opened


async def kill_in_flight(street: Street) -> None:
    """Start a worker, kill it when the gateway has taken more than before, and let its leases run out."""
    before = street.simulator.summary()["accepted"]
    worker = street.start_worker()

    async def has_taken_more() -> bool:
        await ask(street.committed, "UPDATE message SET not_before = now() WHERE state = 'queued'")
        return street.simulator.summary()["accepted"] > before

    await until(has_taken_more, watched=worker)
    assert worker.pid
    os.kill(worker.pid, signal.SIGKILL)
    worker.stop()
    assert (await states(street.committed))["submitting"]
    await ask(street.committed, "UPDATE message SET leased_until = now() WHERE state = 'submitting'")


async def test_a_worker_killed_while_sending_sends_nothing_twice_and_forgets_nothing(street: Street) -> None:
    """Kill the worker twice, when the gateway has taken a part of what is in flight; receipts come as they like."""
    street.start_api()
    await stock(street.committed, MANY)
    for mode in ("never", "out_of_order"):
        street.simulator.behave(answer_delay_s=1, throttle_per_second=700, receipt={"mode": mode})
        await kill_in_flight(street)
        assert street.simulator.summary()["accepted"] < MANY
    street.simulator.behave(receipt={"mode": "twice"})
    worker = street.start_worker()

    async def is_settled() -> bool:
        await ask(street.committed, "UPDATE message SET not_before = now() WHERE state = 'queued'")
        return not (await states(street.committed)).keys() - {"accepted", "delivered"}

    await until(is_settled, watched=worker)
    entries, summary = street.simulator.entries(), street.simulator.summary()
    assert (summary["accepted"], summary["duplicates"]) == (MANY, 0)
    assert len({entry["telephone"] for entry in entries}) == len(entries) == MANY
    assert await rows_without_a_reason(street.committed) == []

    async def is_matched() -> bool:
        told = sum(entry["status"] == "delivered" for entry in street.simulator.entries())
        return await street.has_states(delivered=told, accepted=MANY - told)

    # Those whose receipts the gateway did send arrive; the others, of the first round, still await theirs.
    await until(is_matched, watched=worker)


async def test_a_wiped_or_lost_redis_loses_no_message(street: Street) -> None:
    """Wipe Redis, then stop it: what waits in the database is sent by the clock, after a restart if need be."""
    street.simulator.behave(receipt={"mode": "never"})
    worker = street.start_worker()
    await stock(street.committed, 5)
    await until(lambda: street.has_states(accepted=5), watched=worker)
    flush(street)
    await stock(street.committed, 5, code="330327", first=5)
    flush(street)
    await until(lambda: street.has_states(accepted=10), watched=worker)
    street.valkey.stop()
    await stock(street.committed, 5, code="330328", first=10)

    async def has_ended() -> bool:
        return worker.has_ended()

    await until(has_ended, watched=worker)
    assert await states(street.committed) == {"accepted": 10, "queued": 5}
    street.valkey.start()
    worker.start()  # as `Stack.serve` does
    await until(lambda: street.has_states(accepted=15), watched=worker)
    assert street.simulator.summary()["duplicates"] == 0


def flush(street: Street) -> None:
    with Redis.from_url(street.settings["DUCHA_REDIS_URL"]) as client:
        client.flushall()


async def test_a_worker_that_is_told_to_stop_ends_what_is_under_way_and_says_no_error(street: Street) -> None:
    street.simulator.behave(answer_delay_s=2, receipt={"mode": "never"})
    await stock(street.committed, 5)
    worker = street.start_worker()
    await until(lambda: street.has_states(submitting=5), watched=worker)
    worker.stop()
    assert await states(street.committed) == {"accepted": 5}, worker.log.read_text()
    again = street.start_worker()
    await stock(street.committed, 5, code="330327", first=5)
    await until(lambda: street.has_states(accepted=10), watched=again)
    again.stop()
    # Warnings and errors alone are written here.
    assert (street.folder / "worker.log").read_text("utf-8") == ""
