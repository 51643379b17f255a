from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from supervision.foundation.actors import Actor
from supervision.foundation.database import Sessions, enter
from supervision.identity.models import LeadershipLevel
from supervision.messaging import broadcasts
from supervision.messaging.audience import officials_at_least
from supervision.messaging.gateways import Submission
from supervision.messaging.gateways.http import HttpGateway
from supervision.messaging.gateways.route import Route
from tests.benchmarks.driver import Call, Failed, Measured, Side, compare
from tests.factories.messaging import as_test, make_officials, telephone
from tests.factories.simulator import SECRET, ReceiptDesk, RunningSimulator, running_simulator
from worker.jobs.messaging import BATCHES_IN_FLIGHT, deliver
from worker.runner import Runner

MESSAGES, ROUNDS, WANTED = 20_000, 4, 0.6
# Nobody of the county's other people is of this level.
LEVEL = LeadershipLevel.DIVISION


async def measure(
    sessions: Sessions, workers: Sessions, actor: Actor, folder: Path, advance: Callable[[], None]
) -> Measured:
    """Deliver whole broadcasts, and hand as many submissions to the same gateway without the database."""
    async with sessions() as session:
        await enter(session, actor.jurisdiction_id)
        await make_officials(session, actor, MESSAGES, leadership_level=LEVEL)
        await session.commit()
    # Receipts are off, so nobody need listen for them.
    with running_simulator(folder, ReceiptDesk(url="http://127.0.0.1:9")) as simulator:
        simulator.behave(receipt={"mode": "never"})
        gateway = HttpGateway(simulator.url, SECRET)
        runner = Runner(workers, {True: [Route(gateway)]})
        ours = Side(partial(_broadcast, sessions, runner, actor), at_once=1, each=MESSAGES)
        size = gateway.capabilities.batch_size
        theirs = Side(partial(_without_database, gateway), at_once=BATCHES_IN_FLIGHT, each=size)
        measured = await compare(ours, theirs, rounds=ROUNDS, advance=advance)
        await gateway.aclose()
        _require_all_accepted(simulator)
    return measured


async def _broadcast(sessions: Sessions, runner: Runner, actor: Actor, number: int) -> Sequence[Call]:
    async with sessions() as session:
        await enter(session, actor.jurisdiction_id)
        await broadcasts.send(
            session,
            as_test(actor),
            template="notice",
            variables={"text": "请按时报送进展。"},
            matter=f"bench:{number}",
            audience=officials_at_least(LEVEL),
            described={},
        )
        await session.commit()
    return [partial(deliver, runner)]


async def _without_database(gateway: HttpGateway, number: int) -> Sequence[Call]:
    # Ids far above those that the database gives.
    first, size = 10**15 + number * MESSAGES, gateway.capabilities.batch_size
    submissions = [
        Submission(str(first + each), telephone(each), "【督查室】请按时报送进展。") for each in range(MESSAGES)
    ]
    return [partial(gateway.submit, submissions[start : start + size]) for start in range(0, MESSAGES, size)]


def _require_all_accepted(simulator: RunningSimulator) -> None:
    summary, sent = simulator.summary(), 2 * MESSAGES * (ROUNDS + 1)
    if (summary["accepted"], summary["duplicates"]) != (sent, 0):
        raise Failed(f"{sent} messages were sent, and the gateway has {summary}")
