import argparse
from pathlib import Path
from urllib.parse import urlsplit

from deploy.simulator.app import serve
from deploy.simulator.http_protocol import HttpProtocol, HttpReceipts
from deploy.simulator.ledger import SubmissionLedger
from deploy.simulator.receipts import ReceiptSender
from deploy.simulator.submissions import SubmissionDesk
from supervision.foundation.connections import is_loopback


def _loopback_url(text: str) -> str:
    if urlsplit(text).scheme != "http" or not is_loopback(urlsplit(text).hostname or ""):
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
    desk = SubmissionDesk(SubmissionLedger(given.ledger), given.seed)
    sender = ReceiptSender(given.receipts_url, HttpReceipts(receipt_secret), desk.ledger, desk.rng)
    serve(desk, [HttpProtocol(desk, secret, sender)], given.port)


if __name__ == "__main__":
    main()
