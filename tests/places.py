import asyncio
import os
from dataclasses import dataclass

from alembic.script import ScriptDirectory
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine

from api.access_record import AccessRecord
from api.app import DuchaApp
from api.doorbell import Doorbell
from deploy.roles import DatabaseUrls, drop_database, migrate, migrations, prepare_database
from supervision.cadence.calendar_seed import seed_calendar
from supervision.foundation.actors import Actor
from supervision.foundation.database import Sessions, enter, make_engine, make_sessions
from supervision.identity.signing_keys import SigningKeys
from tests.factories.identity import Caller, make_jurisdiction

PEOPLE = ("owner", "api", "worker", "test")


@dataclass(frozen=True)
class Place:
    """A jurisdiction in a test: its system actor, and callers of every role."""

    actor: Actor
    code: str


def make_database(name: str) -> DatabaseUrls:
    """Make an empty, migrated database of this test process, with the working-day calendar in it."""
    admin_url = os.environ["DUCHA_TEST_ADMIN_URL"]
    full_name = f"ducha_{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    drop_database(admin_url, full_name)
    passwords = dict.fromkeys(PEOPLE, os.environ["DUCHA_TEST_PASSWORD"])
    urls = prepare_database(admin_url, full_name, passwords=passwords, with_test_login=True)
    migrate(urls.owner)
    asyncio.run(_seed(urls.owner))
    return urls


async def _seed(owner_url: str) -> None:
    engine = make_engine(owner_url)
    async with make_sessions(engine, "ducha_owner")() as opened:
        await seed_calendar(opened)
        await opened.commit()
    await engine.dispose()


async def found(sessions: Sessions, code: str) -> Place:
    async with sessions() as opened:
        await enter(opened, None, role="ducha_owner")
        actor = await make_jurisdiction(opened, code=code)
        await opened.commit()
    return Place(actor, code)


async def attach(app: DuchaApp, sessions: Sessions, urls: DatabaseUrls) -> None:
    app.state.sessions = sessions
    app.state.accesses = AccessRecord()
    app.state.doorbell = Doorbell(os.environ["DUCHA_TEST_REDIS_URL"])
    app.state.signing_keys = SigningKeys()
    app.state.head = migration_head(urls)


def migration_head(urls: DatabaseUrls) -> str | None:
    return ScriptDirectory.from_config(migrations(urls.owner)).get_current_head()


class Callers:
    """Makes HTTP clients with keys, and closes them."""

    def __init__(self, app: DuchaApp, sessions: Sessions) -> None:
        self.app, self.sessions = app, sessions
        self._made: list[Caller] = []

    async def __call__(self, place: Place, role: str, **options: object) -> Caller:
        async with self.sessions() as opened:
            await enter(opened, place.actor.jurisdiction_id)
            caller = await Caller.make(opened, self.app, place.actor, role, **options)
            await opened.commit()
        self._made.append(caller)
        return caller

    async def aclose(self) -> None:
        for caller in self._made:
            await caller.aclose()


@dataclass
class Committed:
    """The three roles' sessions of a database in which transactions commit."""

    urls: DatabaseUrls
    app: DuchaApp
    engines: dict[str, AsyncEngine]
    api: Sessions
    worker: Sessions
    owner: Sessions
    callers: Callers

    async def empty(self) -> None:
        async with self.engines["admin"].begin() as connection:
            # What is never emptied refuses it to every role of ours.
            await connection.execute(text("SET LOCAL session_replication_role = replica"))
            names = await connection.scalars(
                text(
                    "SELECT string_agg(tablename, ', ') FROM pg_tables WHERE schemaname = 'public' "
                    "AND tablename NOT IN ('alembic_version', 'working_day')"
                )
            )
            await connection.execute(text(f"TRUNCATE {names.one()} RESTART IDENTITY CASCADE"))

    async def found(self, code: str) -> Place:
        return await found(self.owner, code)


class committed_database:  # noqa: N801 - reads as a function where it is used
    """Open the sessions of all roles on a database and put the app on it."""

    def __init__(self, urls: DatabaseUrls, app: DuchaApp) -> None:
        self.urls, self.app = urls, app

    async def __aenter__(self) -> Committed:
        admin = make_url(os.environ["DUCHA_TEST_ADMIN_URL"]).set(
            drivername="postgresql+psycopg", database=make_url(self.urls.owner).database
        )
        urls = {
            "api": self.urls.api,
            "worker": self.urls.worker,
            "owner": self.urls.owner,
            "admin": admin.render_as_string(hide_password=False),
        }
        engines = {name: make_engine(url, pool_size=20) for name, url in urls.items()}
        api = make_sessions(engines["api"], "ducha_api")
        self.committed = Committed(
            urls=self.urls,
            app=self.app,
            engines=engines,
            api=api,
            worker=make_sessions(engines["worker"], "ducha_worker"),
            owner=make_sessions(engines["owner"], "ducha_owner"),
            callers=Callers(self.app, api),
        )
        await attach(self.app, api, self.urls)
        return self.committed

    async def __aexit__(self, *_: object) -> None:
        await self.committed.callers.aclose()
        await self.app.state.doorbell.aclose()
        for engine in self.committed.engines.values():
            await engine.dispose()
