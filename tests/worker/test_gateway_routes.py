"""Several gateways at once: who is handed what, and how one that fails or is slow loses its part and gets it back."""

import asyncio
from typing import Any

import pytest
from prometheus_client import REGISTRY

from deploy.processes import free_port
from supervision.foundation.database import enter
from supervision.messaging import delivery, gateway_switch
from supervision.messaging.gateways import Gateway
from supervision.messaging.gateways.carriers import Carrier
from supervision.messaging.gateways.console import ConsoleGateway
from supervision.messaging.gateways.http import HttpGateway
from supervision.messaging.gateways.route import Route
from tests.factories.messaging import as_test, ask, make_broadcast, make_officials, states_of, stock
from tests.factories.simulator import SECRET
from tests.places import Committed
from worker.jobs import messaging
from worker.runner import Runner

MOBILE = frozenset({Carrier.MOBILE})
HANDED = "SELECT m.gateway, count(*) FROM message m WHERE m.state = 'accepted' GROUP BY m.gateway ORDER BY m.gateway"
CHANGES = "SELECT gateway, share_before, share, reason FROM gateway_share_change ORDER BY id"


def console(name: str) -> ConsoleGateway:
    gateway = ConsoleGateway(None)
    gateway.name = name
    return gateway


def away(name: str) -> HttpGateway:
    gateway = HttpGateway(f"http://127.0.0.1:{free_port()}", SECRET)
    gateway.name = name
    return gateway


def run_with(committed: Committed, *routes: Route) -> Runner:
    return Runner(committed.worker, {True: list(routes)})


async def turn(committed: Committed, name: str, *, is_on: bool) -> None:
    async with committed.owner() as session:
        change = gateway_switch.Change(gateway=name, is_test=True, is_on=is_on)
        await gateway_switch.switch(session, change, reason="维护", changed_by="示例人员")
        await session.commit()


async def handed(committed: Committed) -> dict[str, int]:
    return dict(tuple(row) for row in await ask(committed, HANDED))


async def claim(committed: Committed, gateway: Gateway) -> None:
    async with committed.worker() as session:
        await delivery.claim(session, gateway=gateway.name, is_test=True, limit=100)
        await session.commit()


async def test_each_gets_its_part_once_and_the_attempt_names_it(committed: Committed) -> None:
    await stock(committed, 400)
    runners = [run_with(committed, Route(console("a"), 300), Route(console("b"), 100)) for _ in range(2)]
    await asyncio.gather(*map(messaging.deliver, runners))
    counts = await handed(committed)
    assert sum(counts.values()) == 400
    assert 295 <= counts["a"] <= 305
    ((alike, attempts),) = await ask(
        committed,
        "SELECT count(*) FILTER (WHERE a.gateway = m.gateway), count(*) FROM attempt a JOIN message m "
        "ON m.id = a.message_id",
    )
    assert (alike, attempts) == (400, 400)


async def test_a_carrier_goes_its_own_way_and_waits_while_that_one_is_off(committed: Committed) -> None:
    place = await stock(committed, 10)
    async with committed.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        officials = await make_officials(session, place.actor, 5, first=100, telephone_masked="138****0000")
        await make_broadcast(session, as_test(place.actor), officials, matter="移动")
        await session.commit()
    rest = frozenset(Carrier) - MOBILE
    runner = run_with(committed, Route(console("mobile"), carriers=MOBILE), Route(console("rest"), carriers=rest))
    await turn(committed, "mobile", is_on=False)
    await messaging.deliver(runner)
    assert await handed(committed) == {"rest": 10}
    await turn(committed, "mobile", is_on=True)
    await messaging.deliver(runner)
    assert await handed(committed) == {"mobile": 5, "rest": 10}


async def test_one_that_is_off_leaves_all_to_the_other(committed: Committed) -> None:
    await stock(committed, 20)
    await turn(committed, "a", is_on=False)
    await messaging.deliver(run_with(committed, Route(console("a")), Route(console("b"))))
    assert await handed(committed) == {"b": 20}


async def test_one_that_fails_loses_a_step_at_a_time_and_regains_it(committed: Committed) -> None:
    await stock(committed, 400)
    dead, live = away("dead"), console("live")
    runners = [run_with(committed, Route(dead), Route(live)) for _ in range(2)]
    await messaging.deliver(runners[0])
    ((failed,),) = await ask(committed, "SELECT count(*) FROM attempt WHERE gateway = 'dead'")
    # Workers that look at the same moment see the same, and the next look has no new grounds.
    await asyncio.gather(*map(messaging.look_at_gateways, runners))
    await look_again(committed, runners[1])
    told = f"提交 {failed} 条，失败 {failed} 条（100%），超过 20%"
    assert [tuple(row) for row in await ask(committed, CHANGES)] == [("dead", 100, 50, told)]
    # A step needs grounds of its own, however long the last one was ago.
    await ask(committed, "UPDATE attempt SET started_at = started_at - interval '3 minutes'")
    await ask(committed, "UPDATE gateway_standing SET changed_at = now() - interval '2 minutes' WHERE gateway = 'dead'")
    await look_again(committed, runners[0])
    assert len(await ask(committed, CHANGES)) == 1
    assert weight_of("dead") == 50
    assert weight_of("live") == 100
    # What it could not be handed goes elsewhere at the next try, most of it.
    await ask(committed, "UPDATE message SET not_before = now() WHERE state = 'queued'")
    for _ in range(20):
        await messaging.deliver(runners[0])
        await ask(committed, "UPDATE message SET not_before = now() WHERE state = 'queued'")
    async with committed.worker() as session:
        assert await states_of(session) == {"accepted": 400}
    # Nothing was tried for a while: a step up.
    await ask(committed, "UPDATE attempt SET started_at = started_at - interval '11 minutes'")
    await ask(committed, "UPDATE gateway_standing SET changed_at = now() - interval '6 minutes'")
    await look_again(committed, runners[0])
    last = [tuple(row) for row in await ask(committed, CHANGES)][-1]
    assert last == ("dead", 50, 100, "提交 0 条，失败 0 条（0%），逐步恢复")
    ((succeeded,),) = await ask(
        committed, "SELECT count(*) FROM gateway_standing WHERE succeeded_at IS NOT NULL AND gateway = 'live'"
    )
    assert succeeded == 1
    await dead.aclose()


async def test_the_only_one_that_is_on_keeps_its_weight(committed: Committed) -> None:
    await stock(committed, 100)
    dead = away("dead")
    runner = run_with(committed, Route(dead), Route(console("live")))
    await turn(committed, "live", is_on=False)
    await messaging.deliver(runner)
    await messaging.look_at_gateways(runner)
    assert await ask(committed, CHANGES) == []
    assert (weight_of("dead"), weight_of("live")) == (100, 0)
    await dead.aclose()


async def test_one_whose_receipts_are_slow_loses_a_step(committed: Committed) -> None:
    await stock(committed, 100)
    slow, quick = away("slow"), away("quick")
    for gateway, seconds in ((slow, 200), (quick, 10)):
        await ask(
            committed,
            "WITH m AS (UPDATE message SET state = 'delivered', gateway = :name, accepted_at = now() - interval "
            "'5 minutes', finished_at = now() - interval '5 minutes' + make_interval(secs => :seconds) "
            "WHERE id IN (SELECT id FROM message WHERE gateway IS NULL ORDER BY id LIMIT 50) "
            "RETURNING id, jurisdiction_id) "
            "INSERT INTO attempt (jurisdiction_id, message_id, fence, gateway, started_at, verdict, finished_at) "
            "SELECT jurisdiction_id, id, 1, :name, now() - interval '5 minutes', 'accepted', now() FROM m",
            name=gateway.name,
            seconds=seconds,
        )
    runner = run_with(committed, Route(slow), Route(quick))
    await messaging.look_at_gateways(runner)
    assert [tuple(row) for row in await ask(committed, CHANGES)] == [
        ("slow", 100, 50, "50 条回执的中位时间 200 秒，其他网关 10 秒")
    ]
    for gateway in (slow, quick):
        await gateway.aclose()


@pytest.mark.parametrize("code", ["key_missing", "INVALID"])
async def test_what_is_not_the_gateways_fault_does_not_count_against_it(committed: Committed, code: str) -> None:
    await stock(committed, 100)
    a, b = console("a"), console("b")
    await claim(committed, a)
    await ask(
        committed,
        "UPDATE attempt SET verdict = :verdict, code = :code, finished_at = now()",
        verdict="unreachable" if code == "key_missing" else "refused",
        code=code,
    )
    await messaging.look_at_gateways(run_with(committed, Route(a), Route(b)))
    assert await ask(committed, CHANGES) == []


async def test_nobody_gives_up_what_another_gateway_may_be_asked_about(committed: Committed) -> None:
    await stock(committed, 10)
    askable, other = away("askable"), console("other")
    await claim(committed, askable)
    await ask(committed, "UPDATE message SET leased_until = now() - interval '1 second'")
    await messaging.deliver(run_with(committed, Route(other), Route(askable)))
    async with committed.worker() as session:
        assert await states_of(session) == {"submitting": 10}
    await ask(committed, "UPDATE message SET leased_until = now() - interval '1 second'")
    await messaging.deliver(run_with(committed, Route(other)))
    async with committed.worker() as session:
        assert await states_of(session) == {"unknown": 10}
    await askable.aclose()


async def look_again(committed: Committed, runner: Runner) -> None:
    await ask(committed, "UPDATE gateway_standing SET looked_at = NULL")
    await messaging.look_at_gateways(runner)


def weight_of(name: str) -> Any:
    return REGISTRY.get_sample_value("ducha_gateway_weight", {"gateway": name, "is_test": "true"})
