import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import metrics
from supervision.foundation.actors import system
from supervision.identity.models import JurisdictionKind
from supervision.identity.queries import get_own_jurisdiction
from supervision.messaging import (
    broadcast_halts,
    decisions,
    delivery,
    doubtful_messages,
    gateway_standings,
    message_parts,
    number_faults,
    outbox_measures,
    receipts,
    replies,
)
from supervision.messaging.delivery import ClaimedMessage
from supervision.messaging.gateway_parts import find_part
from supervision.messaging.gateways import Gateway, ReceiptLine, SessionGateway, SubmissionOutcome, Verdict
from supervision.messaging.gateways.chosen import WITHOUT_RECEIPTS
from supervision.messaging.gateways.route import Route
from worker.pace import Turn
from worker.runner import Runner

log = structlog.get_logger()

BATCHES_IN_FLIGHT = 4
RECEIPT_LINES = 1000
# Of one county at a time; the next minute brings the rest.
NEW_NUMBERS = 500
REPLIES = 500
# Calls of one gateway in a row; the clock brings the next ones.
PULLS_AT_ONCE = 100
PATIENCE = timedelta(hours=72)
# A call of the job ends well before the queue would cancel it; the clock brings the next one.
LONGEST_SECONDS = 300
_SETTLE_PAUSES = (0.2, 1, 2, 4, 8)


async def deliver(runner: Runner) -> None:
    """Hand over what is due until nothing is, then ask about what a killed worker or a broken line left open.

    Doorbell and clock may ring while it runs: in one process it runs once, and once more for what rang meanwhile.
    """
    await _one_at_a_time(runner, "deliver", _deliver_all)


async def _deliver_all(runner: Runner) -> None:
    until = time.monotonic() + LONGEST_SECONDS
    every = [(is_test, route) for is_test, routes in runner.gateways.items() for route in routes]
    lines = [
        _hand_over(runner, route, is_test=is_test, until=until)
        for is_test, route in every
        for _ in range(BATCHES_IN_FLIGHT)
    ]
    questions = [_ask(runner, route.gateway, is_test=is_test, until=until) for is_test, route in every]
    # Every line ends by itself, so that none is left behind when another meets an error.
    for ended in await asyncio.gather(*lines, *questions, return_exceptions=True):
        if isinstance(ended, BaseException):
            raise ended


async def _one_at_a_time(runner: Runner, job: str, run: Callable[[Runner], Awaitable[None]]) -> None:
    runner.rings[job] += 1
    if runner.rings[job] > 1:
        return
    try:
        answered = 0
        while answered != runner.rings[job]:
            answered = runner.rings[job]
            await run(runner)
    finally:
        runner.rings[job] = 0


async def _hand_over(runner: Runner, route: Route, *, is_test: bool, until: float) -> None:
    pace = runner.pace_of(route.gateway)
    while time.monotonic() < until:
        turn = await pace.wait()
        if runner.shared:
            await runner.shared.wait(route, turn.size, is_test=is_test)
        if not await _unbroken(_hand_over_batch(runner, route, turn, is_test=is_test)):
            return


async def _hand_over_batch(runner: Runner, route: Route, turn: Turn, *, is_test: bool) -> bool:
    """Hand one batch over and tell whether to go on: something was there, and the gateway was, too."""
    gateway = route.gateway
    if isinstance(gateway, SessionGateway) and not gateway.is_held:
        if runner.shared:
            await runner.shared.take(route, -turn.size, is_test=is_test)
        runner.pace_of(gateway).tell(turn, handed=0, throttled=0)
        return False
    async with runner.everywhere() as session:
        claimed = await _claim(runner, session, route, is_test=is_test, limit=turn.size)
    if runner.shared and len(claimed) < turn.size:
        await runner.shared.take(route, len(claimed) - turn.size, is_test=is_test)
    if not claimed:
        runner.pace_of(gateway).tell(turn, handed=0, throttled=0)
        return False
    submissions, outcomes = delivery.write_submissions(claimed)
    if submissions:
        began = time.perf_counter()
        async with _kept(runner, claimed):
            outcomes += await gateway.submit(submissions)
        metrics.SENDING.labels(gateway.name).observe(time.perf_counter() - began)
    verdicts = Counter(outcome.verdict for outcome in outcomes)
    runner.pace_of(gateway).tell(turn, handed=len(claimed), throttled=verdicts[Verdict.THROTTLED])
    if verdicts[Verdict.ACCEPTED]:
        outbox_measures.SUCCEEDED_AT.labels(gateway.name).set_to_current_time()
    await _settle(runner, gateway, claimed, outcomes)
    return not verdicts[Verdict.UNREACHABLE]


async def _claim(
    runner: Runner, session: AsyncSession, route: Route, *, is_test: bool, limit: int
) -> list[ClaimedMessage]:
    standings = await gateway_standings.read_standings(session, runner.gateways[is_test], is_test=is_test)
    part = find_part(route.name, standings)
    if part is None:
        return []
    return await delivery.claim(session, gateway=route.name, is_test=is_test, limit=limit, part=part)


@asynccontextmanager
async def _kept(runner: Runner, claimed: Sequence[ClaimedMessage]) -> AsyncIterator[None]:
    """Renew the leases of claimed messages for as long as the block waits."""
    renewing = asyncio.create_task(_renew(runner, claimed))
    try:
        yield
    finally:
        renewing.cancel()
        await asyncio.wait([renewing])


async def _renew(runner: Runner, claimed: Sequence[ClaimedMessage]) -> None:
    while True:
        await asyncio.sleep(delivery.LEASE.total_seconds() / 4)
        try:
            async with runner.everywhere() as session:
                await delivery.renew(session, claimed)
        except (OperationalError, InterfaceError) as error:
            log.warning("lease_not_renewed", messages=len(claimed), reason=type(error).__name__)


async def _ask(runner: Runner, gateway: Gateway, *, is_test: bool, until: float) -> None:
    limit = gateway.capabilities.batch_size
    others = [route.name for route in runner.gateways[is_test]]
    while time.monotonic() < until:
        async with runner.everywhere() as session:
            doubtful = await doubtful_messages.take_doubtful(
                session, gateway, is_test=is_test, limit=limit, others=others
            )
        if not doubtful:
            return
        told = await gateway.query([str(each.id) for each in doubtful])
        log.info("asked_gateway", gateway=gateway.name, asked=len(doubtful), told=len(told))
        await _settle(runner, gateway, doubtful, list(told.values()))


async def _settle(
    runner: Runner,
    gateway: Gateway,
    claimed: Sequence[ClaimedMessage],
    outcomes: Sequence[SubmissionOutcome | ReceiptLine],
) -> None:
    # What the gateway has said is said once. While the database is away for a moment we keep it.
    for pause in _SETTLE_PAUSES:
        try:
            async with runner.everywhere() as session:
                await delivery.settle(session, gateway, claimed, outcomes)
        except (OperationalError, InterfaceError) as error:
            log.warning("settling_again", gateway=gateway.name, reason=type(error).__name__)
            await asyncio.sleep(pause)
        else:
            return
    log.error("settling_given_up", gateway=gateway.name, messages=len(outcomes))


async def _unbroken(batch: Awaitable[int]) -> int:
    """Finish a batch that is under way when the worker is told to stop, so that nothing is left in doubt."""
    task = asyncio.ensure_future(batch)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


async def match_receipts(runner: Runner) -> None:
    """Match the receipt lines that wait with their messages, and give up those that waited for 72 hours."""
    await _one_at_a_time(runner, "match_receipts", _match_all)


async def _match_all(runner: Runner) -> None:
    parts = RECEIPT_LINES
    while parts == RECEIPT_LINES:
        async with runner.everywhere() as session:
            parts = await message_parts.match(session, limit=RECEIPT_LINES)
    matched = receipts.Matched(last=0, is_full=True)
    while matched.is_full:
        async with runner.everywhere() as session:
            matched = await receipts.match(session, after=matched.last, limit=RECEIPT_LINES)
    async with runner.everywhere() as session:
        await receipts.give_up(session, patience=PATIENCE)


async def pull_receipts(runner: Runner) -> None:
    """Fetch the receipts and replies that gateways hold for us, each kept before the next is fetched."""
    await _one_at_a_time(runner, "pull_receipts", _pull_all)


async def _pull_all(runner: Runner) -> None:
    for is_test, routes in runner.gateways.items():
        for route in routes:
            await _pull(runner, route.gateway, is_test=is_test)


async def _pull(runner: Runner, gateway: Gateway, *, is_test: bool) -> None:
    for _ in range(PULLS_AT_ONCE if gateway.capabilities.pulls_receipts else 0):
        raw = await gateway.pull_receipts()
        if raw is None:
            return
        async with runner.everywhere() as session:
            await receipts.keep(session, gateway, raw, is_test=is_test, webhook_id=None)


async def expire(runner: Runner) -> None:
    """Give up waiting for receipts after 72 hours, and what came back of broadcasts that were cancelled."""
    named = [route for routes in runner.gateways.values() for route in routes]
    silent = {route.name for route in named if not route.gateway.capabilities.sends_receipts}
    async with runner.everywhere() as session:
        await doubtful_messages.expire(session, silent=[*WITHOUT_RECEIPTS, *sorted(silent)], patience=PATIENCE)
        await broadcast_halts.cancel_thrown_back(session)


async def match_replies(runner: Runner) -> None:
    """Match what officials sent back with the messages that they answer."""
    matched = REPLIES
    while matched == REPLIES:
        async with runner.everywhere() as session:
            matched = await replies.match(session, limit=REPLIES)


async def try_new_numbers(runner: Runner) -> None:
    """Send once more what a number did not take, where its official has another number since."""
    async with runner.everywhere() as session:
        counties = await number_faults.find_counties(session)
    for jurisdiction_id in counties:
        async with runner.within(jurisdiction_id) as session:
            county = await get_own_jurisdiction(session, system(jurisdiction_id))
            actor = system(jurisdiction_id, is_test=county["kind"] != JurisdictionKind.LIVE)
            resent = await decisions.try_new_numbers(session, actor, limit=NEW_NUMBERS)
        log.info("sent_to_new_numbers", jurisdiction=str(jurisdiction_id), messages=resent)


async def measure_outbox(runner: Runner) -> None:
    """Show how full the outbox is."""
    async with runner.everywhere() as session:
        await outbox_measures.measure_outbox(session)


async def look_at_gateways(runner: Runner) -> None:
    """Let each of several gateways lose weight step by step while it fails or is slow, and regain it afterwards."""
    for is_test, routes in runner.gateways.items():
        async with runner.everywhere() as session:
            standings = await gateway_standings.look_at_gateways(session, routes, is_test=is_test)
        for standing in standings:
            outbox_measures.WEIGHT.labels(standing.route.name, str(is_test).lower()).set(standing.weight)
