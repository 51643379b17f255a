import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import orjson

from deploy.processes import Child, free_port

ROOT = Path(__file__).parents[2]
SECRET = "whsec_c2ltdWxhdG9yLWFuZC1nYXRld2F5LXNoYXJlLXRoaXM="
RECEIPT_SECRET = "whsec_cmVjZWlwdHMtaGF2ZS1hLXNlY3JldC1vZi10aGVpci1vd24="


@dataclass
class ReceiptDesk:
    """A receiver of receipts that keeps what came, and answers as it is told."""

    url: str = ""
    status: int = 204
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def lines(self, *ids: str) -> list[dict[str, Any]]:
        told = [line for _, body in list(self.calls) for line in orjson.loads(body)["receipts"]]
        return [line for line in told if line["id"] in ids]


@contextmanager
def receipt_desk() -> Iterator[ReceiptDesk]:
    desk = ReceiptDesk()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            desk.paths.append(self.path)
            desk.calls.append((dict(self.headers), body))
            self.send_response(desk.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        desk.url = f"http://127.0.0.1:{server.server_port}/v1/gateways/http/receipts"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield desk
        finally:
            server.shutdown()
            thread.join()


@dataclass(frozen=True)
class RunningSimulator:
    url: str
    desk: ReceiptDesk
    ledger_file: Path

    def behave(self, **behaviour: object) -> None:
        httpx.put(f"{self.url}/behaviour", json=behaviour).raise_for_status()

    def summary(self) -> dict[str, int]:
        answer: dict[str, int] = httpx.get(f"{self.url}/ledger/summary").raise_for_status().json()
        return answer

    def entries(self, *, after: str = "", limit: int = 100_000) -> list[dict[str, Any]]:
        answer = httpx.get(f"{self.url}/ledger", params={"after": after, "limit": limit})
        entries: list[dict[str, Any]] = answer.raise_for_status().json()["entries"]
        return entries


@contextmanager
def running_simulator(folder: Path, desk: ReceiptDesk) -> Iterator[RunningSimulator]:
    """Run the simulator as a process of its own on a free port."""
    secret_file, ledger_file, port = folder / "secret", folder / "ledger.jsonl", free_port()
    receipt_secret_file = folder / "receipt-secret"
    secret_file.write_text(SECRET)
    receipt_secret_file.write_text(RECEIPT_SECRET)
    argv: list[str | Path] = [
        sys.executable,
        "-m",
        "deploy.simulator",
        "--port",
        str(port),
        "--secret-file",
        secret_file,
        "--receipt-secret-file",
        receipt_secret_file,
    ]
    argv += ["--ledger", ledger_file, "--receipts-url", desk.url]
    simulator = RunningSimulator(f"http://127.0.0.1:{port}", desk, ledger_file)
    with Child(name="simulator", argv=argv, log=folder / "simulator.log", cwd=ROOT) as child:
        child.wait_until_ready(lambda: _answers(simulator))
        yield simulator


def _answers(simulator: RunningSimulator) -> bool:
    try:
        simulator.summary()
    except httpx.ConnectError:
        return False
    return True


@contextmanager
def running_command(folder: Path, *options: str) -> Iterator[RunningSimulator]:
    """Run `ducha simulator` as an integrator does, on a free port; receipts are pushed where `--receipts` says."""
    port = free_port()
    argv = [sys.executable, "-m", "deploy.cli", "simulator", "--port", str(port), "--folder", str(folder), *options]
    simulator = RunningSimulator(f"http://127.0.0.1:{port}", ReceiptDesk(), folder / "ledger.jsonl")
    with Child(name="simulator", argv=argv, log=folder / "simulator.log", cwd=ROOT) as child:
        child.wait_until_ready(lambda: _answers(simulator))
        yield simulator


def printed_settings(folder: Path, kind: str) -> dict[str, str]:
    """Return the settings of Ducha that a running `ducha simulator` told, for the gateway of one kind."""
    lines = (folder / "simulator.log").read_text().splitlines()
    told = [line.partition("=") for line in lines if line.startswith("DUCHA_GATEWAY")]
    blocks: list[dict[str, str]] = []
    for name, _, value in told:
        if name == "DUCHA_GATEWAY":
            blocks.append({})
        blocks[-1][name] = value
    return next(block for block in blocks if block["DUCHA_GATEWAY"] == kind)
