"""What is counted in memory stays within its bounds, and each caller within its share."""

import asyncio

import pytest
from sqlalchemy import text
from starlette.exceptions import HTTPException

from api.addresses import address_of
from api.callers import ProvenCallers
from api.refused_logins import RefusedLogins
from api.turns import Turns
from supervision.foundation.database import make_engine, make_sessions
from tests.places import Committed

ADDRESSES = {
    "192.0.2.1": "192.0.2.1",
    "::ffff:192.0.2.1": "192.0.2.1",
    "2001:db8::1": "2001:db8::/64",
    "2001:db8:0:0:ffff::1": "2001:db8::/64",
    "2001:db8:0:1::1": "2001:db8:0:1::/64",
    "fe80::1%eth0": "fe80::/64",
    "x" * 5000: "unknown",
    "": "unknown",
}


@pytest.mark.parametrize(("host", "counted"), ADDRESSES.items())
def test_addresses_are_read(host: str, counted: str) -> None:
    assert address_of({"type": "http", "client": (host, 1)}) == counted


def test_who_has_no_address_is_nobody() -> None:
    assert address_of({"type": "http", "client": None}) == "unknown"


def test_only_proven_callers_have_a_name_and_not_for_ever() -> None:
    proven = ProvenCallers()
    assert proven.name(b"Bearer a", "192.0.2.1") == "192.0.2.1"
    proven.remember("Bearer a", "office")
    assert proven.name(b"Bearer a", "192.0.2.1") == "office"
    assert proven.name(b"Bearer b", "192.0.2.1") == "192.0.2.1"
    for number in range(10_000):
        proven.remember(f"Bearer {number}", "other")
    assert proven.name(b"Bearer a", "192.0.2.1") == "192.0.2.1"


async def test_a_share_is_each_callers_own() -> None:
    turns = Turns("test", share=1, patience_seconds=0.05)
    async with turns.take("one"), turns.take("two"):
        with pytest.raises(HTTPException) as refused:
            async with turns.take("one"):
                raise AssertionError
    assert (refused.value.status_code, refused.value.headers) == (429, {"Retry-After": "2"})
    async with turns.take("one"):
        pass
    assert not turns._lines, "nobody is remembered who has gone"  # noqa: SLF001 - what must not grow


async def test_not_all_may_wait() -> None:
    turns = Turns("test", share=1, patience_seconds=60)

    async def ask() -> int:
        try:
            async with turns.take("one"):
                await asyncio.sleep(0)
        except HTTPException as refused:
            return refused.status_code
        return 200

    answers = await asyncio.gather(*[ask() for _ in range(150)])
    assert (answers.count(200), answers.count(429)) == (100, 50)


@pytest.mark.committed
async def test_refused_logins_wait_for_the_database_within_bounds(committed: Committed) -> None:
    refused, place = RefusedLogins(), await committed.found("330326")
    for number in range(20_000):
        refused.count(prefix=f"p{number}", address=f"a{number}", jurisdiction_id=None)
    for _ in range(7):
        is_locked = refused.count(prefix="known", address="a", jurisdiction_id=place.actor.jurisdiction_id)
    assert is_locked
    assert len(refused._tried) == 10_000  # noqa: SLF001 - what must not grow
    away = make_engine("postgresql+psycopg://nobody@127.0.0.1:9/nothing")
    await refused.write_down(make_sessions(away, "ducha_api"))
    await refused.write_down(committed.api)
    await refused.write_down(committed.api)
    async with committed.owner() as session:
        question = "SELECT jurisdiction_id, facts FROM audit_event WHERE verb = 'login.refused' ORDER BY id"
        rows = {row.jurisdiction_id: row.facts for row in await session.execute(text(question))}
    assert rows[place.actor.jurisdiction_id] == {"failures": 7, "prefixes": {"known": 7}, "addresses": {"a": 7}}
    assert (rows[None]["failures"], len(rows[None]["addresses"])) == (20_000, 21)
    assert rows[None]["addresses"]["others"] == 19_980
    assert len(rows) == 2


async def test_nobody_idles_within_a_transaction(committed: Committed) -> None:
    for sessions in (committed.api, committed.worker):
        async with sessions() as session:
            assert await session.scalar(text("SHOW idle_in_transaction_session_timeout")) == "1min"
