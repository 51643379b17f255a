"""The same reading by the session and straight to psycopg, turn by turn: `python -m tests.benchmarks.two_ways`."""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import uvloop
from rich.console import Console
from rich.table import Table
from sqlalchemy import Executable, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.jurisdictions import found, owners_session
from deploy.stack import Stack
from supervision.foundation.actors import Actor
from supervision.foundation.database import Sessions, enter, make_engine, make_sessions
from supervision.foundation.driver import fetch
from supervision.foundation.models import HeldClock
from supervision.items.models import Item
from tests.benchmarks.county import fill

TIMES = 1000
FAST = {"fsync": "off", "synchronous_commit": "off"}
Facts = Mapping[str, Any]
Read = Callable[[AsyncSession, Executable, Facts], Awaitable[Sequence[Any]]]


@dataclass(frozen=True)
class Case:
    """A statement that is built once, its facts, and whether each reading is a transaction of its own."""

    name: str
    statement: Executable
    facts: Facts
    is_whole: bool


async def by_session(session: AsyncSession, statement: Executable, facts: Facts) -> Sequence[Any]:
    return (await session.execute(statement, facts)).mappings().all()


def cases(item_id: object) -> list[Case]:
    columns = [each for each in Item.__table__.c if each.name != "search"]
    one, page = select(*columns).where(Item.id == bindparam("item")), select(*columns).order_by(Item.id).limit(50)
    known: Facts = {"item": item_id}
    nothing: Facts = {}
    return [
        Case("the held clock, in a transaction that runs", select(HeldClock.held_at), nothing, is_whole=False),
        Case("one item, in a transaction of its own", one, known, is_whole=True),
        Case("one item, in a transaction that runs", one, known, is_whole=False),
        Case("50 items, in a transaction of their own", page, nothing, is_whole=True),
        Case("50 items, in a transaction that runs", page, nothing, is_whole=False),
    ]


async def once(sessions: Sessions, actor: Actor, case: Case, read: Read) -> tuple[float, float]:
    """Return the microseconds that one reading takes, and those in which this process worked."""
    async with sessions() as session:
        await enter(session, actor.jurisdiction_id)
        if not case.is_whole:
            await read(session, case.statement, case.facts)
        began = time.perf_counter(), time.process_time()
        await read(session, case.statement, case.facts)
        if case.is_whole:
            await session.commit()
            await session.close()
        return (time.perf_counter() - began[0]) * 1e6, (time.process_time() - began[1]) * 1e6


async def compare(sessions: Sessions, actor: Actor, case: Case) -> list[str]:
    taken: dict[Read, list[tuple[float, float]]] = {by_session: [], fetch: []}
    for turn in range(TIMES):
        for read in (by_session, fetch) if turn % 2 else (fetch, by_session):
            taken[read].append(await once(sessions, actor, case, read))
    shown: list[str] = []
    for slow, fast in zip(zip(*taken[by_session], strict=True), zip(*taken[fetch], strict=True), strict=True):
        medians = statistics.median(slow), statistics.median(fast)
        shown += [*(f"{median:,.0f}" for median in medians), f"{medians[0] / medians[1]:.1f}"]
    return shown


async def measure(stack: Stack) -> Table:
    async with owners_session(stack.urls.owner) as session:
        founded = await found(session, code="330326", name="示例县", kind="test", policy_from=date(2016, 1, 1))
    engine = make_engine(stack.urls.api)
    sessions = make_sessions(engine, "ducha_api")
    async with sessions() as session:
        await enter(session, founded.actor.jurisdiction_id)
        county = await fill(session, founded.actor, "330326", obligations=1)
        await session.commit()
    headings = ("case", "session, µs", "fetch, µs", "times", "of it working: session", "fetch", "times")
    table = Table(*headings, title=f"medians of {TIMES} turns")
    for case in cases(county.item_ids[0]):
        table.add_row(case.name, *await compare(sessions, founded.actor, case))
    await engine.dispose()
    return table


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="ducha-two-ways-") as made:
        folder = Path(made)
        folder.chmod(0o711)
        with Stack(folder / "stack", options=FAST) as stack:
            os.environ.update(stack.environment("api"))
            Console().print(uvloop.run(measure(stack)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
