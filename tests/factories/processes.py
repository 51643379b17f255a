import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import LiteralString

import anyio
import psycopg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.processes import Child
from deploy.roles import DatabaseUrls
from deploy.stack import TRUSTED_PROXIES, proxy_arguments
from tests.factories.simulator import ROOT
from tests.places import Committed


def worker_process(
    committed: Committed, folder: Path, settings: Mapping[str, str], program: Sequence[str] = ("worker.settings",)
) -> Child:
    """The worker as a process of its own on a committed database; the caller starts and stops it."""
    environment = {"DUCHA_DATABASE_URL": committed.urls.worker, "DUCHA_DATA_DIR": str(folder), **settings}
    return Child(
        name="worker",
        argv=[sys.executable, "-m", *program],
        log=folder / "worker.log",
        env=os.environ | environment,
        cwd=ROOT,
    )


def api_process(committed: Committed, folder: Path, port: int, settings: Mapping[str, str]) -> Child:
    """The API as a process of its own on a committed database; the caller starts and stops it."""
    argv = [sys.executable, "-m", "uvicorn", "api.app:create_app", "--factory", "--port", str(port)]
    argv += proxy_arguments(settings.get(TRUSTED_PROXIES, ""))
    return Child(
        name="api",
        argv=[*argv, "--timeout-graceful-shutdown", "1"],
        log=folder / "api.log",
        env=os.environ | {"DUCHA_DATABASE_URL": committed.urls.api, **settings},
        cwd=ROOT,
    )


_TICK = """
    import asyncio

    from supervision.foundation.database import make_engine, make_sessions
    from worker.jobs.cadence import tick
    from worker.runner import Runner

    async def main() -> None:
        engine = make_engine({url!r})
        await tick(Runner(make_sessions(engine, "ducha_worker"), {{}}))

    asyncio.run(main())
"""


def tick_process(committed: Committed) -> subprocess.Popen[bytes]:
    """Start a process that ticks once in every county; the caller kills it."""
    return subprocess.Popen([sys.executable, "-c", textwrap.dedent(_TICK.format(url=committed.urls.worker))], cwd=ROOT)


async def until_somebody_waits(session: AsyncSession) -> None:
    """Wait until another transaction waits for a lock that this one holds."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
    for _ in range(600):
        if await session.scalar(waiting):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("nobody came to wait")


async def until(is_so: Callable[[], Awaitable[bool]], *, seconds: float = 60, watched: Child | None = None) -> None:
    """Wait until something is so; refused when it takes too long, with the last lines of the watched program."""
    deadline = time.monotonic() + seconds
    while not await is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(watched.log_tail() if watched else "")
        await anyio.sleep(0.05)


def crash_database(urls: DatabaseUrls) -> None:
    """Kill one process of a PostgreSQL of our own: it then ends all others, recovers from its log and starts anew."""
    (pid,) = ask_owner(urls, "SELECT pid FROM pg_stat_activity WHERE usename IN ('ducha_api', 'ducha_worker') LIMIT 1")
    os.kill(int(pid), signal.SIGKILL)


def ask_owner(urls: DatabaseUrls, question: LiteralString) -> list[str]:
    """Ask as the owner, once the server answers again and has an answer."""
    owner = urls.owner.replace("postgresql+psycopg", "postgresql")
    deadline = time.monotonic() + 60
    while True:
        try:
            with psycopg.connect(owner, autocommit=True) as connection:
                if found := [str(row[0]) for row in connection.execute(question)]:
                    return found
        except psycopg.OperationalError:
            pass
        assert time.monotonic() < deadline
        time.sleep(0.1)
