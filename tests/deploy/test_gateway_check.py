"""`ducha gateway check` finds nothing in a gateway that is right, and names the one thing that another does wrong."""

from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from deploy import gateway_commands
from deploy.cli import main
from deploy.processes import free_port
from tests.factories.broken_gateway import broken_gateway
from tests.factories.simulator import RECEIPT_SECRET, SECRET, ReceiptDesk, running_simulator

RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no sentence of the table be broken."""
    monkeypatch.setattr(gateway_commands, "console", Console(width=200))


def check(folder: Path, url: str, port: int, *options: str) -> Result:
    (folder / "s").write_text(SECRET)
    (folder / "r").write_text(RECEIPT_SECRET)
    argv = ["gateway", "check", url, "--secret-file", str(folder / "s"), "--receipt-secret-file", str(folder / "r")]
    argv += ["--telephone", "+8610000000000", "--listen", str(port), "--patience", "5", *options]
    return RUNNER.invoke(main, argv)


@pytest.mark.parametrize(
    "behaviour",
    [
        {},
        {"receipt": {"delay_min_s": 0, "delay_max_s": 0.05, "mode": "twice"}},
        {"receipt": {"delay_min_s": 0, "delay_max_s": 0.05, "mode": "out_of_order"}},
        {"receipt": {"mode": "before_response"}},
        {"throttle_per_second": 600},
    ],
    ids=str,
)
def test_the_simulator_keeps_every_promise(tmp_path: Path, behaviour: dict[str, object]) -> None:
    port = free_port()
    desk = ReceiptDesk(url=f"http://127.0.0.1:{port}/v1/gateways/http/receipts")
    with running_simulator(tmp_path, desk) as simulator:
        simulator.behave(**behaviour)
        ended = check(tmp_path, simulator.url, port)
    assert ended.exit_code == 0, ended.output
    assert "不符合协议 0 处" in ended.output
    assert ("未见 unseen" in ended.output) == ("throttle_per_second" not in behaviour)


@pytest.mark.parametrize(
    ("breach", "named"),
    [
        ("unsigned", "a call unsigned got 200"),
        ("secret", "a call signed with another secret got 200"),
        ("old", "a call signed ten minutes ago got 200"),
        ("altered", "a call altered after it was signed got 200"),
        ("malformed", "a malformed call got 500"),
        ("twice", "an id that came again got another result"),
        ("batch", "it answered 413"),
        ("query", "an accepted id is not found"),
        ("result", "1 ids have no result"),
        ("status", "a value of status in results"),
        ("throttle", "a 429 has no Retry-After"),
        ("no_receipts", "were accepted and have no receipt"),
        ("receipt_secret", "a receipt is not signed with the receipt secret"),
        ("receipt_status", "a receipt is wrong at /receipts/0/status"),
        ("no_repetition", "was not sent again"),
        ("other_call", "another webhook-id"),
    ],
)
def test_each_breach_is_named(tmp_path: Path, breach: str, named: str) -> None:
    port = free_port()
    with broken_gateway(breach, f"http://127.0.0.1:{port}/v1/gateways/http/receipts") as url:
        ended = check(tmp_path, url, port, "--batch", "4", "--patience", "0.5")
    assert ended.exit_code == 1, ended.output
    assert named in ended.output
    assert "不符 broken" in ended.output


def test_a_gateway_that_keeps_all_is_told_so(tmp_path: Path) -> None:
    port = free_port()
    with broken_gateway("nothing", f"http://127.0.0.1:{port}/v1/gateways/http/receipts") as url:
        ended = check(tmp_path, url, port, "--batch", "4")
    assert ended.exit_code == 0, ended.output


def test_where_nobody_listens_it_says_so(tmp_path: Path) -> None:
    ended = check(tmp_path, f"http://127.0.0.1:{free_port()}", free_port())
    assert ended.exit_code == 1
    assert "no answer" in ended.output


def test_a_file_without_a_secret_is_refused(tmp_path: Path) -> None:
    (tmp_path / "none").write_text("x")
    ended = check(tmp_path, "http://127.0.0.1:9", free_port(), "--secret-file", str(tmp_path / "none"))
    assert ended.exit_code == 2


def test_a_gateway_is_not_switched_without_a_reason() -> None:
    for state in ("off", "on"):
        assert RUNNER.invoke(main, ["gateway", state, "yunmas"]).exit_code == 2
        ended = RUNNER.invoke(main, ["gateway", state, "yunmas", "--reason", " "])
        assert ended.exit_code == 2
