import os
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from api.app import DuchaApp, create_app
from deploy.postgres import EmbeddedPostgres
from deploy.roles import DatabaseUrls
from deploy.valkey import EmbeddedValkey
from supervision.foundation.database import Sessions, enter, make_sessions
from tests.factories.keys import Rings
from tests.places import Callers, Committed, Place, attach, committed_database, found, make_database

# Not durable, and that is the point: nothing here outlives the run.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}
_servers = ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    """Start both servers once, in the process that starts the others, which inherit their addresses."""
    if hasattr(config, "workerinput") or os.environ.get("DUCHA_TEST_FOLDER"):
        return
    folder = Path(tempfile.mkdtemp(prefix="ducha-test-"))
    folder.chmod(0o711)
    _servers.callback(shutil.rmtree, folder, ignore_errors=True)
    secret = folder / "installation"
    secret.write_text(secrets.token_hex(32))
    seal_key = folder / "audit-seal"
    seal_key.write_text(secrets.token_hex(32))
    addresses = {
        "DUCHA_TEST_FOLDER": str(folder),
        "DUCHA_TEST_PASSWORD": secrets.token_hex(16),
        "DUCHA_TEST_ADMIN_URL": os.environ.get("DUCHA_DATABASE_URL")
        or _servers.enter_context(EmbeddedPostgres(folder / "pg", options=FAST)),
        "DUCHA_TEST_REDIS_URL": os.environ.get("DUCHA_REDIS_URL")
        or _servers.enter_context(EmbeddedValkey(folder / "vk")),
        "DUCHA_SECRET_FILE": str(secret),
        "DUCHA_AUDIT_SEAL_KEY_FILE": str(seal_key),
    }
    given = os.environ.keys() & {"DUCHA_DATABASE_URL", "DUCHA_REDIS_URL"}
    os.environ.update(addresses)
    os.environ["DUCHA_DATABASE_URL"] = "postgresql+psycopg:///set-by-fixtures"
    os.environ["DUCHA_REDIS_URL"] = addresses["DUCHA_TEST_REDIS_URL"]
    if given:
        # Servers that somebody lends for a test need no certificates.
        os.environ.setdefault("DUCHA_PLAIN_CONNECTIONS", "true")
    os.environ["DUCHA_REQUESTS_PER_MINUTE"] = "1000000"
    os.environ["DUCHA_LOG_LEVEL"] = "error"
    # Tests share one app and look at once at what they changed; those of the memory make an app that has one.
    os.environ["DUCHA_PUBLIC_ANSWERS_SECONDS"] = "0"
    # Most tests tell of 2016, with limits in 2199; those of slips set the usual reach again.
    os.environ["DUCHA_ENTRY_DAYS_BACK"] = os.environ["DUCHA_ENTRY_DAYS_AHEAD"] = "73000"


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        _servers.close()


@pytest.fixture(scope="session")
def app() -> DuchaApp:
    return create_app()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def rolled_back_urls() -> DatabaseUrls:
    return make_database("rolled_back")


@pytest.fixture
async def sessions(rolled_back_urls: DatabaseUrls, app: DuchaApp) -> AsyncIterator[Sessions]:
    """Sessions of the API's role whose commits are savepoints of one transaction, rolled back at the end."""
    assert rolled_back_urls.test
    engine = create_async_engine(rolled_back_urls.test, poolclass=NullPool)
    async with engine.connect() as connection:
        outer = await connection.begin()
        made = make_sessions(connection, "ducha_api", join_transaction_mode="create_savepoint")
        await attach(app, made, rolled_back_urls)
        yield made
        await app.state.doorbell.aclose()
        await outer.rollback()
    await engine.dispose()


@pytest.fixture
async def session(sessions: Sessions, here: Place) -> AsyncIterator[AsyncSession]:
    """A session that stands in `here` as the API's role."""
    async with sessions() as opened:
        await enter(opened, here.actor.jurisdiction_id)
        yield opened


@pytest.fixture
async def here(sessions: Sessions) -> Place:
    return await found(sessions, "330326")


@pytest.fixture
async def elsewhere(sessions: Sessions) -> Place:
    return await found(sessions, "330327")


@pytest.fixture
async def callers(sessions: Sessions, app: DuchaApp) -> AsyncIterator[Callers]:
    made = Callers(app, sessions)
    yield made
    await made.aclose()


@pytest.fixture(scope="session")
def committed_urls() -> DatabaseUrls:
    return make_database("committed")


@pytest.fixture
async def committed(committed_urls: DatabaseUrls, app: DuchaApp) -> AsyncIterator[Committed]:
    """A database of its own in which transactions commit, emptied before the test."""
    async with committed_database(committed_urls, app) as committed:
        await committed.empty()
        yield committed


@pytest.fixture
def rings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Rings]:
    """What changes the keys of personal data for this test; it begins with the installation's secret alone."""
    made = Rings(monkeypatch, tmp_path)
    yield made
    monkeypatch.delenv("DUCHA_DATA_KEYS_FILE", raising=False)
    made.forget()
