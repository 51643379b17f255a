from contextlib import ExitStack
from pathlib import Path

from deploy.folders import kept_secret
from deploy.processes import free_port
from deploy.stack import Stack, answers

DATABASE = "ducha_demo"


def start_all(folder: Path, opened: ExitStack) -> tuple[Stack, str]:
    """Start the servers, the API, the worker and the gateway's simulator; return where the API answers."""
    api_port, gateway_port = free_port(), free_port()
    gateway_secret = folder.absolute() / "secrets" / "gateway"
    chosen = {
        "DUCHA_TEST_GATEWAY": "http",
        "DUCHA_TEST_GATEWAY_URL": f"http://127.0.0.1:{gateway_port}",
        "DUCHA_GATEWAY_SECRET_FILE": str(gateway_secret),
        "DUCHA_PUBLIC_URL": f"http://127.0.0.1:{api_port}",
        "DUCHA_LOG_LEVEL": "warning",
    }
    stack = opened.enter_context(Stack(folder, database=DATABASE, settings=chosen))
    kept_secret(gateway_secret)
    base_url = stack.start_api(api_port)
    start_simulator(stack, gateway_port, gateway_secret, base_url)
    stack.start_worker()
    return stack, base_url


def start_simulator(stack: Stack, port: int, secret: Path, base_url: str) -> None:
    ledger = stack.folder / "gateway" / "ledger.jsonl"
    ledger.parent.mkdir(parents=True, exist_ok=True)
    where = ["--port", str(port), "--secret-file", str(secret), "--ledger", str(ledger)]
    receipts = ["--receipts-url", f"{base_url}/v1/gateways/http/receipts"]
    url = f"http://127.0.0.1:{port}/ledger/summary"
    stack.start_program("simulator", ["-m", "deploy.simulator", *where, *receipts], {}, ready=lambda: answers(url))
