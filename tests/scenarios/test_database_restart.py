import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import anyio
import httpx
import pytest

from deploy.jurisdictions import KEEPERS, found, owners_session
from deploy.stack import Stack
from supervision.foundation.ids import new_id
from tests.factories.processes import ask_owner, crash_database

LOADERS = 6


@dataclass
class Load:
    """Clients that register units and list them until they are told to stop, and what they were answered."""

    base_url: str
    key: str
    registered: set[str] = field(default_factory=set)
    answers: list[httpx.Response] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def run(self, number: int) -> None:
        headers = {"Authorization": f"Bearer {self.key}"}
        with httpx.Client(base_url=self.base_url, headers=headers, timeout=30, trust_env=False) as client:
            turn = 0
            while not self.is_over.is_set():
                turn += 1
                self.register(client, f"{number}—{turn}")
                self.answers.append(client.get("/v1/units", params={"limit": 5}))

    def register(self, client: httpx.Client, name: str) -> None:
        """Register a unit and, as the API's texts advise, repeat the same request until it is done."""
        once = {"Idempotency-Key": str(new_id())}
        while True:
            answer = client.post("/v1/units", json={"name": name, "kind": "department"}, headers=once)
            self.answers.append(answer)
            if answer.status_code != 503:
                self.registered.add(name)
                return
            time.sleep(0.1)


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """A stack with servers of its own, for what a test does to them must not hurt others."""
    opened = Stack(tmp_path / "stack", settings={"DUCHA_REQUESTS_PER_MINUTE": "1000000"})
    with monkeypatch.context() as embedded:
        embedded.delenv("DUCHA_DATABASE_URL")
        embedded.delenv("DUCHA_REDIS_URL")
        opened.__enter__()
    yield opened
    opened.__exit__()


def test_a_database_that_restarts_under_load_costs_nothing_that_was_answered(stack: Stack) -> None:
    async def founded() -> str:
        async with owners_session(stack.urls.owner) as session:
            policy_from = date(2026, 1, 1)
            made = await found(session, code="330326", name="示例县", kind="test", policy_from=policy_from)
            return made.administrator_key

    load = Load(stack.start_api(), anyio.run(founded))
    loaders = [threading.Thread(target=load.run, args=(number,)) for number in range(LOADERS)]
    for loader in loaders:
        loader.start()
    for _ in range(2):
        time.sleep(1.5)
        crash_database(stack.urls)
    ask_owner(stack.urls, "SELECT 1")
    time.sleep(2)
    before = len(load.answers)
    time.sleep(2)
    load.is_over.set()
    for loader in loaders:
        loader.join(timeout=60)
        assert not loader.is_alive()

    assert {answer.status_code for answer in load.answers} == {200, 201, 503}
    for refused in (answer for answer in load.answers if answer.status_code == 503):
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert refused.headers["Retry-After"]
        assert refused.json()["code"] == "unavailable"
    assert {answer.status_code for answer in load.answers[before:]} == {200, 201}
    assert sorted(ask_owner(stack.urls, "SELECT name FROM unit")) == sorted({*load.registered, KEEPERS})
