"""Whole ways of messages through vendors' gateways: handed over once, receipts fetched or pushed, matched by number."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from supervision.messaging import receipts
from supervision.messaging.gateways.aliyun import AliyunAccount, AliyunGateway
from supervision.messaging.gateways.registered_templates import read_templates
from supervision.messaging.gateways.route import Route
from supervision.messaging.gateways.yunmas import YunMasAccount, YunMasGateway
from tests.deploy.test_simulator import eventually
from tests.factories.messaging import states_of, stock
from tests.factories.simulator import RunningSimulator, printed_settings, receipt_desk, running_command
from tests.places import Committed
from worker.jobs import messaging
from worker.runner import Runner

AT_ONCE = {"delay_min_s": 0, "delay_max_s": 0.05}


@pytest.fixture
async def yunmas(tmp_path: Path) -> AsyncIterator[tuple[RunningSimulator, YunMasGateway]]:
    with running_command(tmp_path, "--protocol", "yunmas", "--quiet") as simulator:
        told = printed_settings(tmp_path, "yunmas")
        account = YunMasAccount(
            told["DUCHA_GATEWAY_COMPANY"], told["DUCHA_GATEWAY_ACCOUNT"], told["DUCHA_GATEWAY_SIGN"]
        )
        gateway = YunMasGateway(
            told["DUCHA_GATEWAY_URL"],
            account,
            (tmp_path / "yunmas-secret").read_text(),
            receipt_secret="t" * 32,
            pulls=True,
        )
        yield simulator, gateway
        await gateway.aclose()


async def test_yunmas_has_each_message_once_and_its_receipts_are_fetched(
    committed: Committed, yunmas: tuple[RunningSimulator, YunMasGateway]
) -> None:
    simulator, gateway = yunmas
    simulator.behave(receipt={**AT_ONCE, "mode": "twice", "fail_prefixes": ["+8619999990000"]})
    await stock(committed, 1200)
    runners = [Runner(committed.worker, {True: [Route(gateway)]}) for _ in range(2)]
    await asyncio.gather(*(messaging.deliver(runner) for runner in runners))
    async with committed.worker() as session:
        assert await states_of(session) == {"accepted": 1200}
    entries = simulator.entries()
    assert len(entries) == 1200
    assert set(Counter((entry["telephone"], entry["text"]) for entry in entries).values()) == {1}

    for _ in range(50):
        await messaging.pull_receipts(runners[0])
        await messaging.match_receipts(runners[0])
        async with committed.worker() as session:
            states = await states_of(session)
        if "accepted" not in states:
            break
        await asyncio.sleep(0.05)
    assert states == {"delivered": 1199, "failed": 1}


async def test_what_yunmas_did_not_answer_stays_unknown_and_is_not_sent_again(
    committed: Committed, yunmas: tuple[RunningSimulator, YunMasGateway]
) -> None:
    simulator, gateway = yunmas
    simulator.behave(receipt={"mode": "never"}, drop_after_accept=True)
    await stock(committed, 20)
    runner = Runner(committed.worker, {True: [Route(gateway)]})
    await messaging.deliver(runner)
    simulator.behave(receipt={"mode": "never"})
    await messaging.deliver(runner)
    async with committed.worker() as session:
        assert await states_of(session) == {"unknown": 20}
    assert len(simulator.entries()) == 20


async def test_aliyun_has_each_message_once_and_may_repeat_its_receipts(committed: Committed, tmp_path: Path) -> None:
    with receipt_desk() as desk:
        options = ["--protocol", "aliyun", "--quiet", "--receipts", desk.url.partition("/v1")[0]]
        with running_command(tmp_path, *options) as simulator:
            simulator.behave(receipt={**AT_ONCE, "mode": "twice", "fail_prefixes": ["+8619999990000"]})
            told = printed_settings(tmp_path, "aliyun")
            templates = read_templates(Path(told["DUCHA_GATEWAY_TEMPLATES_FILE"]))
            gateway = AliyunGateway(
                told["DUCHA_GATEWAY_URL"],
                AliyunAccount(told["DUCHA_GATEWAY_ACCOUNT"], templates),
                (tmp_path / "aliyun-secret").read_text(),
                receipt_secret="t" * 32,
            )
            await stock(committed, 300)
            runner = Runner(committed.worker, {True: [Route(gateway)]})
            await messaging.deliver(runner)
            assert simulator.summary()["accepted"] == 300
            await asyncio.to_thread(eventually, lambda: simulator.summary()["receipts_sent"] == 600)
    for _, body in desk.calls:
        async with runner.everywhere() as session:
            await receipts.keep(session, gateway, body, is_test=True, webhook_id=None)
    await messaging.match_receipts(runner)
    await gateway.aclose()
    async with committed.worker() as session:
        assert await states_of(session) == {"delivered": 299, "failed": 1}
