"""Everything goes wrong during one broadcast: each message reaches its gateway once, whatever fell down beside it."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy.exc import DBAPIError

from api.app import DuchaApp
from deploy.stack import Stack
from tests.factories.messaging import stock
from tests.factories.processes import crash_database, until
from tests.factories.streets import Street, open_street, rows_without_a_reason, states
from tests.places import committed_database

# In `make soak` ten times as many.
MANY = 10_000 if "DUCHA_SOAK_ROUNDS" in os.environ else 1000
FLAPPING: tuple[dict[str, float], ...] = (
    {"fail_rate": 1.0},
    {},
    {"drop_after_accept": True},
    {},
    {"throttle_per_second": 200},
    {},
)


@pytest.fixture
async def street(app: DuchaApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Street]:
    """A street with a PostgreSQL of its own, for what is done to it must not hurt others."""
    with monkeypatch.context() as embedded:
        embedded.delenv("DUCHA_DATABASE_URL")
        embedded.delenv("DUCHA_REDIS_URL")
        stack = Stack(tmp_path / "stack").__enter__()
    try:
        async with committed_database(stack.urls, app) as committed:
            with open_street(committed, tmp_path) as opened:
                yield opened
    finally:
        stack.__exit__(None, None, None)


@pytest.mark.slow
async def test_nothing_is_lost_or_sent_twice_while_everything_falls_down(street: Street) -> None:
    street.simulator.behave(receipt={"mode": "twice"})
    street.start_api()
    await stock(street.committed, MANY)
    workers = [street.start_worker(), street.start_worker()]
    for turn, behaviour in enumerate(FLAPPING):
        street.simulator.behave(receipt={"mode": "out_of_order" if turn % 2 else "twice"}, **behaviour)
        await asyncio.sleep(1)
        if turn % 2:
            crash_database(street.committed.urls)
        with Redis.from_url(street.settings["DUCHA_REDIS_URL"]) as redis:
            redis.flushall()

    async def is_delivered() -> bool:
        for worker in workers:
            # As `Stack.serve` does: arq ends the worker when it loses Redis.
            if worker.has_ended():
                worker.start()
        try:
            return await states(street.committed) == {"delivered": MANY}
        except DBAPIError:
            return False

    await until(is_delivered, watched=workers[0], seconds=150)
    summary = street.simulator.summary()
    assert (summary["accepted"], summary["duplicates"]) == (MANY, 0)
    assert await rows_without_a_reason(street.committed) == []
