"""A worker and an API as processes of their own before a simulator, whose ledger is the witness."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from deploy.processes import Child, free_port
from deploy.stack import answers
from deploy.valkey import EmbeddedValkey
from tests.factories.messaging import ask
from tests.factories.processes import api_process, worker_process
from tests.factories.simulator import ReceiptDesk, RunningSimulator, running_simulator
from tests.places import Committed


@dataclass
class Street:
    """A simulator and a Redis of our own, and the settings of processes that use both."""

    committed: Committed
    folder: Path
    simulator: RunningSimulator
    valkey: EmbeddedValkey
    settings: dict[str, str]
    started: ExitStack = field(default_factory=ExitStack)

    def start_api(self) -> None:
        port = urlsplit(self.simulator.desk.url).port or 0
        api = self.started.enter_context(api_process(self.committed, self.folder, port, self.settings))
        api.wait_until_ready(lambda: answers(f"http://127.0.0.1:{port}/livez"))

    def start_worker(self, *program: str) -> Child:
        """Start the worker, or a program in its place."""
        process = worker_process(self.committed, self.folder, self.settings, program or ("worker.settings",))
        return self.started.enter_context(process)

    async def has_states(self, **wanted: int) -> bool:
        return await states(self.committed) == wanted


async def states(committed: Committed) -> dict[str, int]:
    rows = await ask(committed, "SELECT state, count(*) AS messages FROM message GROUP BY state")
    return {row.state: row.messages for row in rows}


@contextmanager
def open_street(committed: Committed, folder: Path) -> Iterator[Street]:
    """Start a simulator and a Redis, and stop whatever was started beside them."""
    desk = ReceiptDesk(url=f"http://127.0.0.1:{free_port()}/v1/gateways/http/receipts")
    valkey = EmbeddedValkey(folder / "vk")
    with ExitStack() as started:
        started.callback(valkey.stop)
        simulator = started.enter_context(running_simulator(folder, desk))
        settings = {
            "DUCHA_REDIS_URL": valkey.start(),
            "DUCHA_TEST_GATEWAY": "http",
            "DUCHA_TEST_GATEWAY_URL": simulator.url,
            "DUCHA_TEST_GATEWAY_SECRET_FILE": str(folder / "secret"),
            "DUCHA_TEST_GATEWAY_RECEIPT_SECRET_FILE": str(folder / "receipt-secret"),
        }
        yield Street(committed, folder, simulator, valkey, settings, started)


async def rows_without_a_reason(committed: Committed) -> list[object]:
    """Find messages that are neither delivered nor accepted by an attempt, or that still have a lease."""
    return await ask(
        committed,
        "SELECT id, state FROM message m WHERE leased_until IS NOT NULL OR accepted_at IS NULL OR NOT EXISTS ("
        "SELECT FROM attempt a WHERE a.message_id = m.id AND (m.state = 'delivered' OR a.verdict = 'accepted'))",
    )
