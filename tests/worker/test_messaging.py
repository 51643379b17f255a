import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from prometheus_client import REGISTRY

from deploy.processes import free_port
from supervision.messaging import delivery as handing_over
from supervision.messaging import gateway_switch
from supervision.messaging.gateways.http import HttpGateway
from supervision.messaging.gateways.route import Route
from tests.factories.messaging import ask, states_of, stock
from tests.factories.simulator import SECRET, ReceiptDesk, RunningSimulator, running_simulator
from tests.places import Committed
from worker.jobs import messaging
from worker.pace import FIRST
from worker.runner import Runner

SILENT = {"mode": "never"}


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSimulator]:
    desk = ReceiptDesk(url="http://127.0.0.1:9/")
    with running_simulator(tmp_path_factory.mktemp("simulator"), desk) as running:
        yield running


class Delivery:
    """A worker in this process whose messages go to the simulator; it counts what the simulator took in the test."""

    def __init__(self, committed: Committed, simulator: RunningSimulator, url: str | None = None) -> None:
        self.committed, self.simulator = committed, simulator
        self.gateway = HttpGateway(url or simulator.url, SECRET)
        self.runner = Runner(committed.worker, {True: [Route(self.gateway)]})
        self.before = simulator.summary()

    async def run(self) -> None:
        await messaging.deliver(self.runner)

    async def states(self) -> dict[str, int]:
        async with self.committed.worker() as session:
            return await states_of(session)

    def taken(self) -> tuple[int, int]:
        """Return how many messages were accepted, and how many came although they had been accepted before."""
        now = self.simulator.summary()
        return now["accepted"] - self.before["accepted"], now["duplicates"] - self.before["duplicates"]


class Setting:
    """Makes deliveries, and closes their gateways."""

    def __init__(self, committed: Committed, simulator: RunningSimulator) -> None:
        self.committed, self.simulator = committed, simulator
        self.made: list[Delivery] = []

    def deliver(self, url: str | None = None) -> Delivery:
        self.made.append(Delivery(self.committed, self.simulator, url))
        return self.made[-1]

    async def prepare(self, many: int, **behaviour: Any) -> Delivery:
        # The simulator remembers ids for ever, so each test's messages go on where the last test's ended.
        self.simulator.behave(**{"receipt": SILENT, **behaviour})
        last = max((int(entry["id"]) for entry in self.simulator.entries()), default=0)
        async with self.committed.owner() as session:
            connection = await session.connection()
            await connection.exec_driver_sql(f"ALTER TABLE message ALTER COLUMN id RESTART WITH {last + 1}")
            await session.commit()
        await stock(self.committed, many)
        return self.deliver()


@pytest.fixture
async def setting(committed: Committed, simulator: RunningSimulator) -> AsyncIterator[Setting]:
    made = Setting(committed, simulator)
    yield made
    for delivery in made.made:
        await delivery.gateway.aclose()


async def test_everything_that_waits_is_sent_once_by_two_workers(setting: Setting) -> None:
    delivery = await setting.prepare(1200)
    other = setting.deliver()
    await asyncio.gather(delivery.run(), other.run(), delivery.run(), other.run())
    assert await delivery.states() == {"accepted": 1200}
    assert delivery.taken() == (1200, 0)
    assert REGISTRY.get_sample_value("ducha_messages_total", {"gateway": "http", "state": "accepted"})


async def test_no_connection_is_held_while_the_gateway_thinks(committed: Committed, setting: Setting) -> None:
    delivery = await setting.prepare(10, answer_delay_s=1)
    running = asyncio.create_task(delivery.run())
    await asyncio.sleep(0.5)
    assert await delivery.states() == {"submitting": 10}
    held = await ask(
        committed,
        "SELECT state FROM pg_stat_activity WHERE datname = current_database() AND usename = 'ducha_worker' "
        "AND pid <> pg_backend_pid() AND state <> 'idle'",
    )
    await running
    assert held == []


async def test_what_was_cut_off_is_asked_about_and_not_sent_again(
    committed: Committed, setting: Setting, simulator: RunningSimulator
) -> None:
    delivery = await setting.prepare(20, drop_after_accept=True)
    await delivery.run()
    assert await delivery.states() == {"unknown": 20}
    simulator.behave(receipt=SILENT)
    await delivery.run()
    assert await delivery.states() == {"unknown": 20}  # not yet: the gateway is given a minute
    await ask(committed, "UPDATE message SET leased_until = now()")
    await delivery.run()
    assert await delivery.states() == {"accepted": 20}
    assert delivery.taken() == (20, 0)


async def test_what_the_gateway_never_had_is_sent_again(
    committed: Committed, setting: Setting, simulator: RunningSimulator
) -> None:
    delivery = await setting.prepare(20, fail_rate=1)
    await delivery.run()
    assert await delivery.states() == {"unknown": 20}
    simulator.behave(receipt=SILENT)
    await ask(committed, "UPDATE message SET leased_until = now()")
    await delivery.run()
    assert await delivery.states() == {"queued": 20}
    await ask(committed, "UPDATE message SET not_before = now()")
    await delivery.run()
    assert await delivery.states() == {"accepted": 20}
    assert delivery.taken() == (20, 0)


async def test_a_gateway_that_is_away_is_not_tried_with_the_whole_outbox(
    committed: Committed, setting: Setting
) -> None:
    await setting.prepare(3000)
    away = setting.deliver(f"http://127.0.0.1:{free_port()}")
    await away.run()
    assert await away.states() == {"queued": 3000}
    ((tried,),) = await ask(committed, "SELECT count(*) FROM message WHERE attempts > 0")
    assert tried == messaging.BATCHES_IN_FLIGHT * FIRST


async def test_a_gateway_that_throttles_gets_what_it_takes_in_order_and_no_try_is_lost(
    committed: Committed, setting: Setting, simulator: RunningSimulator
) -> None:
    """Send 900 where 300 a second are allowed; tests/worker/test_pace.py counts how near that one comes."""
    before = len(simulator.entries())
    delivery = await setting.prepare(900, throttle_per_second=300)
    await delivery.run()
    # All in one run: it does not leave what was thrown back to the clock.
    assert await delivery.states() == {"accepted": 900}
    assert delivery.taken() == (900, 0)
    ((tries, most),) = await ask(committed, "SELECT (SELECT count(*) FROM attempt), max(attempts) FROM message")
    assert (900 < tries < 1800, most) == (True, 1)
    taken = [int(entry["id"]) for entry in simulator.entries()[before:] if entry["status"] == "accepted"]
    assert sum(later < earlier for earlier, later in pairwise(taken)) < 90


async def test_a_worker_that_is_told_to_stop_settles_what_is_in_flight(setting: Setting) -> None:
    delivery = await setting.prepare(10, answer_delay_s=1)
    running = asyncio.create_task(delivery.run())
    await asyncio.sleep(0.5)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await delivery.states() == {"accepted": 10}


async def test_the_answer_outlives_a_database_that_drops_its_connections(
    committed: Committed, setting: Setting
) -> None:
    delivery = await setting.prepare(10, answer_delay_s=1)
    running = asyncio.create_task(delivery.run())
    await asyncio.sleep(0.5)
    await ask(
        committed,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'ducha_worker' "
        "AND datname = current_database() AND pid <> pg_backend_pid()",
    )
    await running
    assert await delivery.states() == {"accepted": 10}
    assert delivery.taken() == (10, 0)


async def test_what_rings_while_a_delivery_runs_gets_a_round_of_its_own(committed: Committed, setting: Setting) -> None:
    delivery = await setting.prepare(10, answer_delay_s=2)
    running = asyncio.create_task(delivery.run())
    await asyncio.sleep(0.2)
    await stock(committed, 10, code="330327")
    await delivery.run()  # it leaves the work to the one that runs
    assert not running.done()
    await running
    assert await delivery.states() == {"accepted": 20}


async def test_receipts_are_matched_and_the_outbox_is_measured(committed: Committed, setting: Setting) -> None:
    delivery = await setting.prepare(3)
    # What was put off has waited since it was queued, and not since it was last tried.
    await ask(committed, "UPDATE message SET queued_at = now() - interval '200 s', not_before = now()")
    await messaging.measure_outbox(delivery.runner)
    assert REGISTRY.get_sample_value("ducha_outbox_messages", {"state": "queued"}) == 3
    assert (REGISTRY.get_sample_value("ducha_outbox_oldest_seconds") or 0) >= 200
    await delivery.run()
    await messaging.measure_outbox(delivery.runner)
    assert REGISTRY.get_sample_value("ducha_outbox_messages", {"state": "queued"}) == 0
    assert REGISTRY.get_sample_value("ducha_outbox_oldest_seconds") == 0
    assert REGISTRY.get_sample_value("ducha_gateway_succeeded_at_seconds", {"gateway": "http"})
    before = REGISTRY.get_sample_value("ducha_receipts_total", {"outcome": "matched"}) or 0
    await ask(
        committed,
        "WITH r AS (INSERT INTO receipt (gateway, raw) VALUES ('http', '') RETURNING id) "
        "INSERT INTO receipt_line (receipt_id, message_id, delivered) SELECT r.id, m.id, true FROM r, message m",
    )
    await messaging.match_receipts(delivery.runner)
    assert await delivery.states() == {"delivered": 3}
    assert REGISTRY.get_sample_value("ducha_receipts_total", {"outcome": "matched"}) == before + 3


async def test_a_lease_lasts_as_long_as_its_worker_waits_for_a_slow_gateway(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing_over, "LEASE", timedelta(seconds=1))
    slow = await setting.prepare(10, answer_delay_s=3)
    running = asyncio.create_task(slow.run())
    other = setting.deliver()
    for _ in range(5):
        await asyncio.sleep(0.4)
        await other.run()
        assert await other.states() == {"submitting": 10}
    await running
    assert await slow.states() == {"accepted": 10}
    assert slow.taken() == (10, 0)


async def test_a_gateway_that_is_switched_off_is_handed_nothing_until_it_is_on(
    committed: Committed, setting: Setting
) -> None:
    delivery = await setting.prepare(5)
    for is_test, is_on, states in (
        (False, False, {"queued": 5}),
        (True, False, {"queued": 5}),
        (True, True, {"accepted": 5}),
    ):
        async with committed.owner() as session:
            change = gateway_switch.Change(gateway="http", is_test=is_test, is_on=is_on)
            await gateway_switch.switch(session, change, reason="维护", changed_by="示例人员")
            await session.commit()
        if is_test:
            await delivery.run()
        assert await delivery.states() == states
