"""Whole ways of messages through a gateway of CMPP: one session, a window, reports of each part."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from supervision.messaging.gateways.cmpp import CmppGateway
from supervision.messaging.gateways.route import Route
from tests.factories.cmpp_gateway import AT_ONCE, LENGTHS, make_gateway, running_cmpp, stock_lengths
from tests.factories.messaging import ask, states_of
from tests.factories.processes import until
from tests.factories.simulator import RunningSimulator
from tests.places import Committed
from worker.jobs import messaging, sessions
from worker.runner import Runner

MANY = 60
PARTS = MANY // 3 * 6
Line = tuple[RunningSimulator, CmppGateway, Runner]


@pytest.fixture
async def line(committed: Committed, tmp_path: Path) -> AsyncIterator[Line]:
    with running_cmpp(tmp_path) as (simulator, told):
        gateway = make_gateway(told, timeout_seconds=1)
        runner = Runner(committed.worker, {True: [Route(gateway)]})
        await stock_lengths(committed, MANY)
        yield simulator, gateway, runner
        await gateway.aclose()


async def come_to(committed: Committed, runner: Runner, **wanted: int) -> None:
    async def is_so() -> bool:
        await messaging.match_receipts(runner)
        async with committed.worker() as session:
            return await states_of(session) == wanted

    try:
        await until(is_so, seconds=20)
    except TimeoutError:
        async with committed.worker() as session:
            assert await states_of(session) == wanted


def holds(gateway: CmppGateway) -> Callable[[], Awaitable[bool]]:
    async def is_so() -> bool:
        return gateway.is_held

    return is_so


def each_once(simulator: RunningSimulator) -> bool:
    entries = simulator.entries()
    return set(Counter((entry["telephone"], entry["text"]) for entry in entries).values()) == {1}


@pytest.mark.parametrize("mode", ["normal", "twice", "out_of_order", "before_response"])
async def test_a_message_is_delivered_when_every_part_is(committed: Committed, line: Line, mode: str) -> None:
    simulator, gateway, runner = line
    simulator.behave(receipt={**AT_ONCE, "mode": mode})
    async with sessions.keep_sessions(runner):
        await come_to(committed, runner, delivered=MANY)
    assert not gateway.is_held
    assert simulator.summary()["accepted"] == PARTS
    assert each_once(simulator)
    assert await ask(committed, "SELECT 1 FROM gateway_session") == []


async def test_a_message_has_failed_when_one_part_has(committed: Committed, line: Line) -> None:
    simulator, _, runner = line
    simulator.behave(receipt={**AT_ONCE, "fail_long_texts": True})
    async with sessions.keep_sessions(runner):
        await come_to(committed, runner, delivered=MANY // 3, failed=MANY * 2 // 3)
    codes = await ask(committed, "SELECT DISTINCT code FROM message WHERE state = 'failed'")
    assert [row.code for row in codes] == ["UNDELIV"]


async def test_without_the_report_of_one_part_nothing_is_said(committed: Committed, line: Line) -> None:
    simulator, _, runner = line
    simulator.behave(receipt={"mode": "never"})
    async with sessions.keep_sessions(runner):
        await come_to(committed, runner, accepted=MANY)
    references = await ask(committed, "SELECT reference FROM message")
    assert Counter(len(row.reference.split("+")) for row in references) == dict.fromkeys(
        range(1, len(LENGTHS) + 1), MANY // 3
    )


async def test_what_the_gateway_throttles_goes_on_and_no_part_is_sent_twice(committed: Committed, line: Line) -> None:
    simulator, _, runner = line
    simulator.behave(receipt=AT_ONCE, throttle_per_second=60)
    async with sessions.keep_sessions(runner):
        await come_to(committed, runner, delivered=MANY)
    assert simulator.summary()["throttled"] > 0
    assert simulator.summary()["accepted"] == PARTS
    assert each_once(simulator)


async def test_an_answer_that_comes_too_late_is_unknown_and_nothing_is_sent_again(
    committed: Committed, line: Line
) -> None:
    simulator, _, runner = line
    simulator.behave(receipt={"mode": "never"}, answer_delay_s=1.5)
    async with sessions.keep_sessions(runner):
        await come_to(committed, runner, unknown=MANY)
        simulator.behave(receipt={"mode": "never"})
        await messaging.deliver(runner)
    assert simulator.summary()["accepted"] == MANY  # the first part of each
    assert each_once(simulator)


async def test_a_line_that_breaks_leaves_in_doubt_what_was_under_way_and_is_opened_again(
    committed: Committed, line: Line
) -> None:
    simulator, _, runner = line
    simulator.behave(receipt={"mode": "never"}, drop_after_accept=True)
    async with sessions.keep_sessions(runner):

        async def is_broken() -> bool:
            async with committed.worker() as session:
                return (await states_of(session)).get("unknown", 0) > 0

        await until(is_broken, seconds=20)
        simulator.behave(receipt={"mode": "never"})

        async def is_over() -> bool:
            await ask(committed, "UPDATE message SET not_before = now() WHERE state = 'queued'")
            async with committed.worker() as session:
                return (await states_of(session)).keys() == {"unknown", "accepted"}

        await until(is_over, seconds=30)
    assert each_once(simulator)


async def test_a_wrong_secret_takes_nothing_and_is_told(committed: Committed, tmp_path: Path) -> None:
    await stock_lengths(committed, 3)
    with running_cmpp(tmp_path) as (simulator, told):
        gateway = make_gateway(told, secret="another")
        runner = Runner(committed.worker, {True: [Route(gateway)]})
        async with sessions.keep_sessions(runner):

            async def is_told() -> bool:
                return bool(await ask(committed, "SELECT 1 FROM message WHERE code = 'CMPP_CONNECT_3'"))

            await until(is_told, seconds=20)
        assert simulator.summary()["accepted"] == 0
    async with committed.worker() as session:
        assert await states_of(session) == {"queued": 3}


async def test_one_worker_at_a_time_has_the_session_and_the_other_hands_over_nothing(
    committed: Committed, line: Line, tmp_path: Path
) -> None:
    simulator, first, runner = line
    simulator.behave(receipt=AT_ONCE)
    with running_cmpp(tmp_path / "idle") as (_, told):
        second = make_gateway(told)
        other = Runner(committed.worker, {True: [Route(second)]})
        await messaging.deliver(other)
        assert await ask(committed, "SELECT id FROM attempt") == []
        async with AsyncExitStack() as held:
            await held.enter_async_context(sessions.keep_sessions(runner))
            await until(holds(first), seconds=10)
            async with sessions.keep_sessions(other):
                await messaging.deliver(other)
                await come_to(committed, runner, delivered=MANY)
                assert not second.is_held
                # One that goes gives the session back.
                await held.aclose()
                await until(holds(second), seconds=10)
