"""`ducha simulator` as integrators use it: what it prints, and how it is told to misbehave."""

import base64
import hashlib
import time
from pathlib import Path

import httpx
import orjson
import pytest
from typer.testing import CliRunner

from deploy.cli import main
from tests.factories.simulator import RunningSimulator, printed_settings, receipt_desk, running_command

RUNNER = CliRunner(env={"COLUMNS": "400"})


def call(simulator: RunningSimulator, folder: Path, path: str = "sms/submit", **over: str) -> dict[str, object]:
    told = printed_settings(folder, "yunmas")
    secret = (folder / "yunmas-secret").read_text()
    fields = {
        "mobiles": "13900000000",
        "content": "请报送。",
        "sign": told["DUCHA_GATEWAY_SIGN"],
        "addSerial": "",
    } | over
    named = {"ecName": told["DUCHA_GATEWAY_COMPANY"], "apId": told["DUCHA_GATEWAY_ACCOUNT"]}
    sealed = "".join((*named.values(), secret, *fields.values()))
    mac = over.get("mac") or hashlib.md5(sealed.encode(), usedforsecurity=False).hexdigest()
    body = base64.b64encode(orjson.dumps({**named, **fields, "mac": mac}))
    answer: dict[str, object] = httpx.post(f"{simulator.url}/{path}", content=body).json()
    return answer


def test_it_prints_settings_and_tells_what_happens(tmp_path: Path) -> None:
    options = ["--throttle", "0.001", "--receipt-delay", "0", "0", "--refuse-prefix", "+86199"]
    with running_command(tmp_path, *options) as simulator:
        for kind in ("http", "yunmas", "aliyun"):
            told = printed_settings(tmp_path, kind)
            files = [Path(value) for name, value in told.items() if name.endswith("SECRET_FILE")]
            assert [path.stat().st_mode & 0o777 for path in files] == [0o600, 0o600]
        assert call(simulator, tmp_path)["rspcod"] == "success"
        assert call(simulator, tmp_path)["rspcod"] == "FlowOverLimit"
        assert call(simulator, tmp_path, mobiles="19900000000")["rspcod"] == "InvalidMobile"
        time.sleep(0.2)
        log = (tmp_path / "simulator.log").read_text()
    assert "接收 accepted" in log
    assert "拒绝 refused FlowOverLimit" in log
    assert "139****0000" in log


def test_it_checks_a_submission_as_the_platform_does(tmp_path: Path) -> None:
    with running_command(tmp_path, "--protocol", "yunmas") as simulator:
        assert call(simulator, tmp_path, mac="0" * 32)["rspcod"] == "IllegalMac"
        assert call(simulator, tmp_path, sign="Another")["rspcod"] == "IllegalSignId"
        numbers = ",".join(str(13_900_000_000 + each) for each in range(5001))
        assert call(simulator, tmp_path, mobiles=numbers)["rspcod"] == "TooManyMobiles"
        texts = orjson.dumps({str(13_900_000_000 + each): "甲" for each in range(1000)}).decode()
        assert call(simulator, tmp_path, mobiles="", content=texts)["rspcod"] == "TooManyMobiles"
        assert call(simulator, tmp_path, mobiles="", content="no texts")["rspcod"] == "InvalidMessage"
        assert httpx.post(f"{simulator.url}/sms/submit", content=b"{}").json()["rspcod"] == "InvalidMessage"
        assert httpx.post(f"{simulator.url}/messages", content=b"{}").status_code == 404, "not among its protocols"
        assert simulator.summary()["accepted"] == 0


@pytest.mark.parametrize(
    ("options", "status", "code"),
    [
        ([], "DELIVRD", "DELIVRD"),
        (["--fail-prefix", "+86139"], "UNDELIV", "UNDELIV"),
        (["--unregistered-prefix", "+86139"], "UNDELIV", "UNREGISTERED"),
        (["--fail-long-texts"], "UNDELIV", "UNDELIV"),
    ],
)
def test_receipts_are_pushed_with_the_token(tmp_path: Path, options: list[str], status: str, code: str) -> None:
    with receipt_desk() as desk:
        ducha = desk.url.partition("/v1")[0]
        with running_command(tmp_path, "--receipts", ducha, *options) as simulator:
            accepted = call(simulator, tmp_path, content="长" * 80)
            until = time.monotonic() + 8
            while not desk.calls and time.monotonic() < until:
                time.sleep(0.02)
    ((_, body),) = desk.calls
    (line,) = orjson.loads(body)
    assert (line["reportStatus"], line["errorCode"], line["mobile"]) == (status, code, "13900000000")
    assert line["msgGroup"] == accepted["msgGroup"]
    assert desk.paths == [f"/v1/gateways/yunmas/receipts?token={(tmp_path / 'yunmas-receipt-secret').read_text()}"]


@pytest.mark.parametrize(
    "options",
    [
        ["--receipts", "http://192.0.2.1"],
        ["--fail-rate", "2"],
        ["--receipt-delay", "2", "1"],
        ["--throttle", "0"],
        ["--protocol", "smpp"],
    ],
    ids=str,
)
def test_what_it_cannot_do_is_refused_at_once(tmp_path: Path, options: list[str]) -> None:
    ended = RUNNER.invoke(main, ["simulator", "--folder", str(tmp_path), *options])
    assert ended.exit_code == 2, ended.output


def test_its_help_names_each_misbehaviour() -> None:
    text = RUNNER.invoke(main, ["simulator", "--help"]).output
    for option in ("--answer-delay", "--drop-after-accept", "--answer-twice", "--throttle", "--receipt-mode"):
        assert option in text
