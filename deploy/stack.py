"""The whole system on one machine: both servers, the prepared database, the API and the worker."""

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Literal, Self

import httpx

from deploy.folders import held, keep_settings, kept_secret
from deploy.keys import keep_ring, new_key
from deploy.postgres import EmbeddedPostgres
from deploy.processes import Child, free_port, unwound_by_signals
from deploy.roles import DatabaseUrls, migrate, prepare_database
from deploy.seal_key import keep_seal_key
from deploy.valkey import EmbeddedValkey
from supervision.foundation.ciphers import Algorithm
from supervision.foundation.connections import check_database
from supervision.foundation.key_ring import INSTALLATION_KEY, Key, read_secret

# Where `api` and `worker` are found: beside this package, in a work tree as when installed.
PACKAGES = Path(__file__).parents[1]


# A gateway may take half a minute to answer, and the answer is then written down; killed before, the worker would leave
# in doubt what is in flight.
WORKER_PATIENCE_S = 45
TRUSTED_PROXIES = "DUCHA_TRUSTED_PROXIES"
DatabaseRole = Literal["api", "worker", "owner"]
ROLES: tuple[DatabaseRole, ...] = ("api", "worker", "owner")


def settings_file(folder: Path, role: DatabaseRole) -> Path:
    """Say where a running stack keeps the settings of a process that works as `role`."""
    return folder / "secrets" / f"{role}.env"


class Stack:
    """Bring up all servers in one data folder and stop them at the end of the block, whatever ends it.

    DUCHA_DATABASE_URL (an administrator's) and DUCHA_REDIS_URL take the place of the embedded servers. `database` is
    the database's name, `options` are the embedded PostgreSQL's settings, `settings` are added to each process's
    environment.
    """

    urls: DatabaseUrls
    redis_url: str

    def __init__(
        self,
        folder: Path,
        *,
        database: str = "ducha",
        options: Mapping[str, str] | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder.absolute()
        self._database = database
        self._options = options
        self._settings = dict(settings or {})
        self._servers: list[Child] = []
        self._programs: list[Child] = []
        self._started = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as started:
            started.enter_context(unwound_by_signals())
            started.enter_context(held(self.folder))
            postgres = EmbeddedPostgres(self.folder / "postgres", options=self._options)
            admin_url = os.environ.get("DUCHA_DATABASE_URL") or started.enter_context(postgres)
            if "DUCHA_DATABASE_URL" in os.environ:
                may_be_plain = os.environ.get("DUCHA_PLAIN_CONNECTIONS", "").lower() in {"1", "true", "yes", "on"}
                check_database(admin_url, may_be_plain=may_be_plain)
            valkey = EmbeddedValkey(self.folder / "valkey")
            self.redis_url = os.environ.get("DUCHA_REDIS_URL") or started.enter_context(valkey)
            self._servers = [each.server for each in (postgres, valkey) if each.server]
            passwords = {person: kept_secret(self.folder / "secrets" / person) for person in ("owner", "api", "worker")}
            self.urls = prepare_database(admin_url, self._database, passwords=passwords)
            migrate(self.urls.owner)
            self._keep_keys()
            secret = kept_secret(self.secret_file)
            keep_seal_key(self.seal_key_file, installation_secret=secret, owner_url=self.urls.owner)
            for role in ROLES:
                keep_settings(settings_file(self.folder, role), self.environment(role))
            self._started = started.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._started.close()

    @property
    def secret_file(self) -> Path:
        return self.folder / "secrets" / "installation"

    @property
    def data_keys_file(self) -> Path:
        return self.folder / "secrets" / "data-keys"

    def _keep_keys(self) -> None:
        # What an older folder holds was encrypted with its secret; a new one never uses it for that.
        known = self.secret_file.exists()
        kept_secret(self.secret_file)
        if not self.data_keys_file.exists():
            if known:
                first = Key(INSTALLATION_KEY, Algorithm.AES, read_secret(self.secret_file))
            else:
                first = new_key(INSTALLATION_KEY + 1, Algorithm.AES)
            keep_ring(self.data_keys_file, [first])

    @property
    def seal_key_file(self) -> Path:
        return self.folder / "secrets" / "audit-seal"

    def environment(self, role: DatabaseRole) -> dict[str, str]:
        """Give the settings of a process that works as `role`: its own login, and the secrets that it needs."""
        sealing = {
            "DUCHA_AUDIT_SEAL_KEY_FILE": str(self.seal_key_file),
            "DUCHA_AUDIT_SEALS": str(self.folder / "audit-seals.jsonl"),
        }
        return {
            "DUCHA_DATABASE_URL": getattr(self.urls, role),
            "DUCHA_REDIS_URL": self.redis_url,
            "DUCHA_DATA_DIR": str(self.folder),
            "DUCHA_DATA_KEYS_FILE": str(self.data_keys_file),
            # Who can seal could also seal anew what was changed: the API must not, nor the owner of the tables.
            **(sealing if role == "worker" else {}),
            **self._settings,
        }

    def start_api(self, port: int = 0) -> str:
        """Start the API on a loopback port (0: any free one) and give its address; refused if the port is taken."""
        port = free_port(port)
        base_url = f"http://127.0.0.1:{port}"
        where = ["--host", "127.0.0.1", "--port", str(port), "--timeout-graceful-shutdown", "5"]
        # Longer than clients keep an idle connection, so that none is closed under a request.
        where += ["--timeout-keep-alive", "30", "--no-access-log"]
        where += proxy_arguments(self._settings.get(TRUSTED_PROXIES) or os.environ.get(TRUSTED_PROXIES, ""))
        self.start_program(
            "api",
            ["-m", "uvicorn", "api.app:create_app", "--factory", *where],
            self.environment("api"),
            ready=lambda: answers(f"{base_url}/readyz"),
        )
        return base_url

    def start_worker(self) -> None:
        """Start the worker; it needs no greeting, for the database is its queue."""
        arguments, settings = ["-m", "worker.settings"], self.environment("worker")
        self.start_program("worker", arguments, settings, patience_s=WORKER_PATIENCE_S)

    def start_program(
        self,
        name: str,
        arguments: Sequence[str],
        settings: Mapping[str, str],
        ready: Callable[[], bool] | None = None,
        *,
        patience_s: float = 10,
    ) -> Child:
        """Start a Python program of ours and wait until `ready` answers true; refused if it ends before."""
        child = Child(
            name=name,
            argv=[sys.executable, *arguments],
            log=self.folder / "logs" / f"{name}.log",
            env=os.environ | settings,
            cwd=PACKAGES,
            patience_s=patience_s,
        )
        self._started.enter_context(child)
        if ready:
            child.wait_until_ready(ready, timeout_s=60)
        self._programs.append(child)
        return child

    def serve(self) -> None:
        """Keep the programs running until Ctrl-C or SIGTERM; refused when an embedded server has ended.

        A program that ends is started again after a second: arq ends the worker when it loses Redis, by design.
        """
        while True:
            time.sleep(1)
            for server in self._servers:
                if server.has_ended():
                    raise server.failure()
            for program in self._programs:
                if program.has_ended():
                    print(program.failure(), file=sys.stderr)
                    program.start()


def proxy_arguments(trusted: str) -> list[str]:
    """Give uvicorn's arguments for the proxies whose X-Forwarded-For is believed; left alone it believes loopback."""
    return ["--proxy-headers", "--forwarded-allow-ips", trusted] if trusted else ["--no-proxy-headers"]


def answers(url: str) -> bool:
    """Tell whether a GET of `url` is answered with 200."""
    try:
        return _prober().get(url).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


@cache
def _prober() -> httpx.Client:
    # A new client reads every certificate of the machine, and would take a core from the program that it waits for.
    return httpx.Client(timeout=2, trust_env=False, headers={"Connection": "close"})
