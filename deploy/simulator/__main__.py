import argparse
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn

from deploy.simulator.app import Simulator, create_app
from deploy.simulator.ledger import SubmissionLedger

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def _loopback_url(text: str) -> str:
    if urlsplit(text).scheme != "http" or urlsplit(text).hostname not in _LOOPBACK:
        raise argparse.ArgumentTypeError(f"the simulator stays on the loopback interface (本机), unlike {text}")
    return text


def main() -> None:
    """Serve the simulator on the loopback interface until stopped."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.simulator", description="SMS gateway simulator (短信网关模拟器)"
    )
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--secret-file", type=Path, required=True, help="a Standard Webhooks secret, whsec_…")
    parser.add_argument("--receipt-secret-file", type=Path, required=True, help="another one, which signs receipts")
    parser.add_argument("--ledger", type=Path, required=True, help="append-only file of JSON lines")
    parser.add_argument("--receipts-url", type=_loopback_url, required=True)
    parser.add_argument("--seed", type=int, default=0, help="of everything that happens by chance")
    given = parser.parse_args()
    secret, receipt_secret = (
        path.read_text(encoding="ascii").strip() for path in (given.secret_file, given.receipt_secret_file)
    )
    simulator = Simulator(secret, receipt_secret, SubmissionLedger(given.ledger), given.receipts_url, given.seed)
    uvicorn.run(
        create_app(simulator),
        host="127.0.0.1",
        port=given.port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
    )


if __name__ == "__main__":
    main()
