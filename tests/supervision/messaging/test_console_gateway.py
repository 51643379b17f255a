import json
from pathlib import Path

import pytest

from supervision.messaging.errors import MalformedReceipt, UnsignedReceipt
from supervision.messaging.gateways import (
    Gateway,
    Submission,
    Verdict,
)
from supervision.messaging.gateways.console import ConsoleGateway

pytestmark = pytest.mark.anyio

TEXT = "【督查室】请报送进展。"


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


async def test_the_console_writes_masked_letters_to_a_private_file(tmp_path: Path) -> None:
    gateway: Gateway = ConsoleGateway(tmp_path / "data")
    first, second = [Submission("7", "+8610012345678", TEXT)], [Submission("8", "+8610000000000", TEXT)]
    outcomes = await gateway.submit(first) + await gateway.submit(second)
    assert [(outcome.message_id, outcome.verdict) for outcome in outcomes] == [
        ("7", Verdict.ACCEPTED),
        ("8", Verdict.ACCEPTED),
    ]
    file = tmp_path / "data" / "messages.jsonl"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [line["id"] for line in lines] == ["7", "8"]
    assert lines[0]["telephone"] == "*******5678"
    assert lines[0]["text"] == TEXT
    assert file.stat().st_mode & 0o777 == 0o600
    assert not gateway.capabilities.sends_receipts


async def test_a_console_without_a_writable_folder_lets_letters_wait(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where a folder should be")
    outcomes = await ConsoleGateway(tmp_path / "data").submit([Submission("7", "+8610000000000", TEXT)])
    assert [outcome.verdict for outcome in outcomes] == [Verdict.UNREACHABLE]


async def test_the_console_knows_no_receipts() -> None:
    gateway = ConsoleGateway(None)
    assert [outcome.verdict for outcome in await gateway.submit([Submission("7", "+8610000000000", TEXT)])] == [
        Verdict.ACCEPTED
    ]
    with pytest.raises(UnsignedReceipt):
        gateway.verify_receipt({}, b"{}")
    with pytest.raises(MalformedReceipt):
        gateway.parse_receipts(b"{}")
