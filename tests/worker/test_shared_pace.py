"""Workers keep to one rate together: what they may hand over is counted, by a clock that the test moves."""

import asyncio
import heapq
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from redis.asyncio import Redis

from deploy.processes import free_port
from supervision.foundation.ids import new_id
from supervision.messaging.gateways import Capabilities
from supervision.messaging.gateways.console import ConsoleGateway
from supervision.messaging.gateways.route import Route
from tests.factories.messaging import states_of, stock
from tests.places import Committed
from worker.jobs import messaging
from worker.jobs.messaging import BATCHES_IN_FLIGHT
from worker.runner import Runner
from worker.shared_pace import SharedPace

START = 1_700_000_000_000_000


@dataclass
class Clock:
    now: int = START

    def __call__(self) -> int:
        return self.now


@dataclass
class Workers:
    """Some workers with as many lines as each has, that ask for leave as soon as they have used the last."""

    paces: list[SharedPace]
    clock: Clock
    lines: list[tuple[int, int, SharedPace]] = field(init=False)
    numbers: Any = field(default_factory=count)

    def __post_init__(self) -> None:
        self.lines = [
            (self.clock.now, next(self.numbers), pace) for pace in self.paces for _ in range(BATCHES_IN_FLIGHT)
        ]

    async def hand_over(self, route: Route, batch: int, seconds: int) -> int:
        """Count what is handed over in so many seconds."""
        end, handed = self.clock.now + seconds * 1_000_000, 0
        while True:
            self.clock.now, _, pace = heapq.heappop(self.lines)
            if self.clock.now >= end:
                heapq.heappush(self.lines, (self.clock.now, next(self.numbers), pace))
                return handed
            leaves_at = self.clock.now + round(1_000_000 * await pace.take(route, batch, is_test=True))
            handed += batch if leaves_at < end else 0
            heapq.heappush(self.lines, (leaves_at, next(self.numbers), pace))


def limited(rate: float) -> Route:
    gateway = ConsoleGateway(None)
    gateway.name = str(new_id())
    gateway.capabilities = Capabilities(500, rate, individual_texts=True, can_query=False, sends_receipts=False)
    return Route(gateway)


@pytest.fixture
async def valkey() -> AsyncIterator[Any]:
    redis: Any = Redis.from_url(os.environ["DUCHA_TEST_REDIS_URL"])
    yield redis
    await redis.aclose()


@pytest.mark.parametrize(("rate", "batch"), [(100, 5), (20, 1), (500, 25)])
@pytest.mark.parametrize("many", [1, 2, 3])
async def test_together_they_hand_over_what_is_allowed(valkey: Any, rate: float, batch: int, many: int) -> None:
    clock = Clock()
    workers = Workers([SharedPace(valkey, moment=clock) for _ in range(many)], clock)
    assert 0.98 * 20 * rate <= await workers.hand_over(limited(rate), batch, 20) <= 1.02 * 20 * rate


async def test_without_valkey_each_keeps_to_its_part(valkey: Any) -> None:
    clock, route = Clock(), limited(100)
    workers = Workers([SharedPace(valkey, moment=clock) for _ in range(2)], clock)
    await workers.hand_over(route, 5, 5)
    gone: Any = Redis.from_url(f"redis://127.0.0.1:{free_port()}")
    for pace in workers.paces:
        pace._redis = gone  # noqa: SLF001 - the server is everybody's, so it cannot be ended for this test
    assert 0.9 * 10 * 100 <= await workers.hand_over(route, 5, 10) <= 1.1 * 10 * 100
    await gone.aclose()


async def test_what_was_not_needed_is_given_back(valkey: Any) -> None:
    clock, route = Clock(), limited(100)
    one, other = SharedPace(valkey, moment=clock), SharedPace(valkey, moment=clock)
    assert await one.take(route, 100, is_test=True) == 0
    await one.take(route, -90, is_test=True)
    assert await other.take(route, 1, is_test=True) == pytest.approx(0.1)
    assert await other.take(route, 1, is_test=False) == 0  # live messages have a gateway of their own


async def test_valkeys_own_clock_serves_where_none_is_given(valkey: Any) -> None:
    route = limited(0.001)
    one, other = SharedPace(valkey), SharedPace(valkey)
    assert await one.take(route, 1, is_test=True) == 0
    assert 900 < await other.take(route, 1, is_test=True) <= 1000


async def test_a_gateway_without_a_set_rate_is_not_waited_for(valkey: Any) -> None:
    pace = SharedPace(valkey, moment=Clock())
    for _ in range(3):
        assert await pace.take(Route(ConsoleGateway(None)), 500, is_test=True) == 0


async def test_two_workers_take_leave_for_what_they_hand_over_and_no_more(committed: Committed, valkey: Any) -> None:
    await stock(committed, 400)
    clock, route = Clock(), limited(2000)
    runners = [Runner(committed.worker, {True: [route]}, shared=SharedPace(valkey, moment=clock)) for _ in range(2)]
    await asyncio.gather(*map(messaging.deliver, runners))
    async with committed.worker() as session:
        assert await states_of(session) == {"accepted": 400}
    taken = int(await valkey.get(f"ducha:pace:test:{route.name}")) - START
    assert taken * 2000 / 1_000_000 == pytest.approx(400)
