import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from standardwebhooks import Webhook

from supervision.foundation.clock import real_now
from tests.factories.simulator import ROOT, SECRET, RunningSimulator, receipt_desk, running_simulator

NUMBERS = count(1)
# Beyond what the submissions of these tests count up to.
ABSENT = "999999999"
AT_ONCE = {"delay_min_s": 0, "delay_max_s": 0.02}


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSimulator]:
    with receipt_desk() as desk, running_simulator(tmp_path_factory.mktemp("simulator"), desk) as running:
        yield running


def submission(**over: str) -> dict[str, str]:
    return {"id": str(next(NUMBERS)), "telephone": "+8610000000000", "text": "【督查室】请报送进展。"} | over


def call(simulator: RunningSimulator, path: str, body: object, secret: str = SECRET) -> httpx.Response:
    raw, now = orjson.dumps(body), real_now()
    headers = {
        "webhook-id": "req_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign("req_1", now, raw.decode()),
    }
    return httpx.post(f"{simulator.url}/{path}", content=raw, headers=headers)


def submit(simulator: RunningSimulator, *batch: dict[str, str]) -> list[dict[str, Any]]:
    answer = call(simulator, "messages", {"messages": batch})
    results: list[dict[str, Any]] = answer.raise_for_status().json()["results"]
    return results


def eventually(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 8
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def statuses(simulator: RunningSimulator, message_id: str) -> list[str]:
    return [line["status"] for line in simulator.desk.lines(message_id)]


def events(simulator: RunningSimulator, message_id: str) -> list[str]:
    facts = [orjson.loads(line) for line in simulator.ledger_file.read_bytes().splitlines()]
    return [fact["event"] for fact in facts if fact["id"] == message_id]


def submissions(simulator: RunningSimulator) -> tuple[int, ...]:
    """Count what is not moved by receipts that are still on their way."""
    summary = simulator.summary()
    return tuple(summary[name] for name in ("accepted", "duplicates", "refused", "throttled"))


def test_the_ledger_counts_what_was_accepted_and_what_came_again(simulator: RunningSimulator) -> None:
    simulator.behave(receipt={"mode": "never"})
    before, first, second = submissions(simulator), submission(), submission()
    once, again = submit(simulator, first, second), submit(simulator, second, first, first)
    assert again == [once[1], once[0], once[0]]
    assert submissions(simulator) == (before[0] + 2, before[1] + 3, *before[2:])
    assert events(simulator, first["id"]) == ["accepted", "duplicate", "duplicate"]
    page = simulator.entries(after=first["id"], limit=1)
    assert [(entry["id"], entry["status"], entry["text"]) for entry in page] == [
        (second["id"], "accepted", second["text"])
    ]
    assert httpx.get(f"{simulator.url}/ledger", params={"limit": "-1"}).status_code == 400


def test_a_duplicate_in_one_submission_gets_one_receipt(simulator: RunningSimulator) -> None:
    simulator.behave(receipt=AT_ONCE)
    same = submission()
    submit(simulator, same, same)
    eventually(lambda: simulator.summary()["receipts_waiting"] == 0 and statuses(simulator, same["id"]) != [])
    time.sleep(0.1)
    assert statuses(simulator, same["id"]) == ["delivered"]


@pytest.mark.parametrize(
    ("mode", "told"),
    [
        ("normal", ["delivered"]),
        ("twice", ["delivered", "delivered"]),
        ("out_of_order", ["delivered", "failed"]),
        ("before_response", ["delivered"]),
    ],
)
def test_receipts_come_as_the_mode_says(simulator: RunningSimulator, mode: str, told: list[str]) -> None:
    simulator.behave(receipt={**AT_ONCE, "mode": mode})
    one = submission()
    submit(simulator, one)
    if mode == "before_response":
        assert statuses(simulator, one["id"]) == told
    eventually(lambda: statuses(simulator, one["id"]) == told)
    moments = [line["at"] for line in simulator.desk.lines(one["id"])]
    assert moments == sorted(moments, reverse=True)


def test_no_receipt_comes_when_the_mode_is_never(simulator: RunningSimulator) -> None:
    simulator.behave(receipt={**AT_ONCE, "mode": "never"})
    one = submission()
    submit(simulator, one)
    time.sleep(0.2)
    assert statuses(simulator, one["id"]) == []


def test_a_prefix_fails_and_the_query_knows(simulator: RunningSimulator) -> None:
    simulator.behave(receipt={**AT_ONCE, "fail_prefixes": ["+86199"]})
    one = submission(telephone="+8619900000000")
    submit(simulator, one)
    eventually(lambda: statuses(simulator, one["id"]) == ["failed"])
    found = call(simulator, "messages/query", {"ids": [one["id"], ABSENT]}).raise_for_status().json()["messages"]
    assert [(line["id"], line["status"]) for line in found] == [(one["id"], "failed"), (ABSENT, "absent")]


def test_receipts_that_are_not_taken_are_sent_again_with_the_same_id(simulator: RunningSimulator) -> None:
    simulator.behave(receipt=AT_ONCE)
    simulator.desk.calls.clear()
    simulator.desk.status = 503
    one = submission()
    submit(simulator, one)
    eventually(lambda: len(simulator.desk.lines(one["id"])) == 2)
    simulator.desk.status = 204
    eventually(lambda: events(simulator, one["id"]) == ["accepted", "delivered", "receipt_sent"])
    assert len(simulator.desk.lines(one["id"])) == 3
    assert len({headers["webhook-id"] for headers, _ in simulator.desk.calls}) == 1


def test_receipts_of_many_messages_go_in_few_calls(simulator: RunningSimulator) -> None:
    simulator.behave(receipt=AT_ONCE)
    simulator.desk.calls.clear()
    many = [submission() for _ in range(500)]
    submit(simulator, *many)
    eventually(lambda: len(simulator.desk.lines(*(one["id"] for one in many))) == 500)
    assert len(simulator.desk.calls) <= 10


@pytest.mark.parametrize("path", ["messages", "messages/query"])
def test_what_is_unsigned_or_wrong_is_declined(simulator: RunningSimulator, path: str) -> None:
    before = submissions(simulator)
    right = {"messages": [submission()], "ids": ["1"]}
    assert httpx.post(f"{simulator.url}/{path}", json=right).status_code == 401
    assert call(simulator, path, right, secret="whsec_YW5vdGhlciBzZWNyZXQ=").status_code == 401
    wrong: list[object] = [{}, [], {"messages": [submission(id="x")], "ids": ["x"]}, {"messages": [{}], "ids": [7]}]
    for body in wrong:
        assert call(simulator, path, body).status_code == 400
    many = {"messages": [submission() for _ in range(501)], "ids": ["1"] * 501}
    assert call(simulator, path, many).status_code == 413
    assert submissions(simulator) == before


@pytest.mark.parametrize(
    "behaviour", [{"typo": 1}, {"fail_rate": 2}, {"receipt": {"delay_min_s": 1}}, {"receipt": {"mode": "x"}}, []]
)
def test_behaviour_that_does_not_exist_is_declined(simulator: RunningSimulator, behaviour: object) -> None:
    simulator.behave(answer_delay_s=0.001)
    assert httpx.put(f"{simulator.url}/behaviour", json=behaviour).status_code == 422
    assert httpx.get(f"{simulator.url}/behaviour").json()["answer_delay_s"] == 0.001


def test_a_killed_simulator_remembers_what_it_accepted(tmp_path: Path) -> None:
    one = submission()
    with receipt_desk() as desk:
        with running_simulator(tmp_path, desk) as first:
            first.behave(receipt={"mode": "never"})
            accepted = submit(first, one)
        with (tmp_path / "ledger.jsonl").open("ab") as file:
            file.write(b'{"event":"accepted","id":"cut off by a ki')
        with running_simulator(tmp_path, desk) as second:
            assert submit(second, one) == accepted
            assert (second.summary()["accepted"], second.summary()["duplicates"]) == (1, 1)
            submit(second, submission())
        with running_simulator(tmp_path, desk) as third:
            assert third.summary()["accepted"] == 2


def test_receipts_stay_on_the_loopback_interface(tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "deploy.simulator", "--port", "0", "--secret-file", "s", "--ledger", str(tmp_path)]
    ended = subprocess.run(
        [*argv, "--receipts-url", "http://192.0.2.1/receipts"], cwd=ROOT, capture_output=True, check=False
    )
    assert ended.returncode == 2
    assert b"loopback" in ended.stderr
