from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fastapi import FastAPI
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import make_url, text
from starlette.applications import Starlette
from starlette.types import ASGIApp

from api.app import DuchaApp, create_app
from deploy.jurisdictions import found, owners_session
from deploy.stack import Stack
from supervision.cadence.calendar_seed import seed_calendar
from supervision.foundation import settings
from supervision.foundation.actors import Actor
from supervision.foundation.database import enter, make_engine, make_sessions
from tests.benchmarks import fan_out
from tests.benchmarks.bare import create_bare
from tests.benchmarks.county import County, fill
from tests.benchmarks.driver import ROUNDS, Measured, compare
from tests.benchmarks.heard import listening
from tests.benchmarks.reference import Connection, Pool, create_reference
from tests.benchmarks.requests import CASES, OBLIGATIONS, Case, Sent, require_same_answers, take_turns

FAN_OUT = "fan-out"
# What is measured, and the ratio that is wanted of it.
WANTED = {**{name: case.wanted for name, case in CASES.items()}, FAN_OUT: fan_out.WANTED}
# How many steps of progress each of them has; the first round warms up.
STEPS = {**dict.fromkeys(CASES, ROUNDS + 1), FAN_OUT: fan_out.ROUNDS + 1}


@dataclass(frozen=True)
class Bench:
    """Both programs on one server, a filled county, and as much beside it in another one."""

    stack: Stack
    ours: DuchaApp
    theirs: FastAPI
    bare: Starlette
    actor: Actor
    streams: Mapping[str, Iterator[Sent]]

    async def measure(self, name: str, folder: Path, advance: Callable[[], None]) -> Measured:
        """Compare one case by name."""
        if name == FAN_OUT:
            return await self._fan_out(folder, advance)
        case, stream = CASES[name], self.streams[name]
        await self.check(name)
        ours, theirs = (take_turns(case, stream, app) for app in (self.ours, self._reference(case)))
        return await compare(ours, theirs, rounds=ROUNDS, advance=advance)

    async def check(self, name: str) -> None:
        """Refuse a case that both programs do not answer alike (`Failed`)."""
        case = CASES[name]
        await require_same_answers(case, self.streams[name], self.ours, self._reference(case))

    def _reference(self, case: Case) -> ASGIApp:
        return self.bare if case.is_public else self.theirs

    async def _fan_out(self, folder: Path, advance: Callable[[], None]) -> Measured:
        engine = make_engine(self.stack.urls.worker)
        workers = make_sessions(engine, "ducha_worker")
        measured = await fan_out.measure(self.ours.state.sessions, workers, self.actor, folder, advance)
        await engine.dispose()
        return measured


@asynccontextmanager
async def open_bench(stack: Stack) -> AsyncIterator[Bench]:
    """Fill two counties, listen to what we say for each request, and give it to the reference."""
    ours = create_app()
    async with ours.router.lifespan_context(ours):
        async with owners_session(stack.urls.owner) as session:
            await seed_calendar(session)
        await _found(stack, ours, "330327")
        actor, county = await _found(stack, ours, "330326")
        async with owners_session(stack.urls.owner) as session:
            await session.execute(text("ANALYZE"))
        streams = {name: case.requests(county) for name, case in CASES.items()}
        with listening(ours.state.sessions.kw["bind"]) as heard:
            for name, stream in streams.items():
                if not CASES[name].is_public:
                    await next(stream).to(ours)
        bare = await create_bare(ours, county)
        async with _pool(stack.urls.api) as pool:
            yield Bench(stack, ours, create_reference(pool, heard), bare, actor, streams)


async def _found(stack: Stack, app: DuchaApp, code: str) -> tuple[Actor, County]:
    async with owners_session(stack.urls.owner) as session:
        founded = await found(session, code=code, name=f"示例县{code}", kind="test", policy_from=date(2016, 1, 1))
    async with app.state.sessions() as session:
        await enter(session, founded.actor.jurisdiction_id)
        county = await fill(session, founded.actor, code, obligations=OBLIGATIONS)
        await session.commit()
    return founded.actor, county


@asynccontextmanager
async def _pool(url: str) -> AsyncIterator[Pool]:
    # As many connections as ours, with the same settings.
    size = settings.current().pool_size
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    facts = {"row_factory": dict_row, "options": "-c TimeZone=UTC -c statement_timeout=30000 -c random_page_cost=1.1"}
    pool: Pool = AsyncConnectionPool(
        plain, connection_class=Connection, min_size=size, max_size=size, kwargs=facts, open=False
    )
    async with pool:
        await pool.wait()
        yield pool
