import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from deploy.folders import FolderInUse, held
from deploy.postgres import EmbeddedPostgres
from deploy.processes import as_account

FAST = {"fsync": "off", "max_connections": "20"}
STARTS_AND_WAITS = """
import sys, time
from pathlib import Path
from deploy.postgres import EmbeddedPostgres
postgres = EmbeddedPostgres(Path(sys.argv[1]), options={"fsync": "off"})
postgres.start()
print(postgres.server.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("postgres") / "cluster"


@pytest.fixture
def postgres(folder: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(folder, options=FAST)
    yield server
    server.stop()


def socket_folder(url: str) -> Path:
    return Path(parse_qs(urlsplit(url).query)["host"][0])


def test_it_listens_on_a_private_socket_and_nowhere_else(postgres: EmbeddedPostgres) -> None:
    url = postgres.start()
    assert socket_folder(url).stat().st_mode & 0o777 == 0o700
    assert postgres.server
    descriptors = Path(f"/proc/{postgres.server.pid}/fd").iterdir()
    sockets = {link[8:-1] for each in descriptors if (link := str(each.readlink())).startswith("socket:[")}
    assert sockets
    for table in ("tcp", "tcp6", "udp", "udp6"):
        lines = Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        assert sockets.isdisjoint(line.split()[9] for line in lines)


def test_a_wrong_password_is_refused(postgres: EmbeddedPostgres) -> None:
    url = postgres.start()
    secret = urlsplit(url).password
    assert secret
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url.replace(secret, "guessed"))
    assert (postgres.folder / "password").stat().st_mode & 0o777 == 0o600


def test_it_never_runs_as_root_and_opens_no_folder_above_it(folder: Path, postgres: EmbeddedPostgres) -> None:
    folder.parent.chmod(0o700)
    postgres.start()
    assert postgres.server
    status = Path(f"/proc/{postgres.server.pid}/status").read_text().splitlines()
    uids = next(line for line in status if line.startswith("Uid:")).split()[1:]
    assert "0" not in uids
    assert {uids[0]} == {str((folder / "data").stat().st_uid)}
    assert folder.parent.stat().st_mode & 0o777 == 0o700
    assert folder.stat().st_mode & 0o777 == 0o700
    assert folder.stat().st_uid == os.geteuid()


def test_text_is_unicode(postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(postgres.start()) as session:
        row = session.execute("SELECT lower('É'), '督' ~ '[[:alpha:]]', datlocale FROM pg_database").fetchone()
        assert row == ("é", True, "C.UTF-8")
        assert session.execute("SHOW fsync").fetchone() == ("off",)


def test_data_outlives_a_stop_and_a_kill(postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(postgres.start()) as session:
        session.execute("CREATE TABLE kept AS SELECT 1 AS n")
    postgres.stop()
    with psycopg.connect(postgres.start()) as session:
        session.execute("INSERT INTO kept VALUES (2)")
    assert postgres.server
    assert postgres.server.pid
    os.kill(postgres.server.pid, 9)
    postgres.stop()
    # Another process of the same account has the killed server's number by now.
    bystander = subprocess.Popen(["sleep", "60"], **as_account(postgres.server.account))  # noqa: S607 - any program does
    try:
        stale = postgres.folder / "data" / "postmaster.pid"
        first, rest = stale.read_text().split("\n", 1)
        assert first.isdigit()
        stale.write_text(f"{bystander.pid}\n{rest}")
        with psycopg.connect(postgres.start()) as session:
            assert session.execute("SELECT sum(n) FROM kept").fetchone() == (3,)
    finally:
        bystander.kill()
        bystander.wait()


def test_a_killed_parent_takes_the_server_along(folder: Path, postgres: EmbeddedPostgres) -> None:
    parent = subprocess.Popen([sys.executable, "-c", STARTS_AND_WAITS, folder], stdout=subprocess.PIPE, text=True)
    with parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        os.kill(pid, signal.SIGSTOP)
        parent.kill()
    with pytest.raises(FolderInUse), held(folder, patience_s=0):
        pass
    os.kill(pid, signal.SIGCONT)
    # Starting at once waits for the old server to go.
    postgres.start()
    deadline = time.monotonic() + 5
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{pid}").exists()


def test_a_folder_serves_one_at_a_time(folder: Path, postgres: EmbeddedPostgres) -> None:
    postgres.start()
    with pytest.raises(FolderInUse, match="another process"), held(folder, patience_s=0):
        pass
    postgres.stop()
    with held(folder, patience_s=0):
        pass


def test_a_deep_folder_gets_a_short_socket_and_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / ("深" * 40)
    with EmbeddedPostgres(folder, options=FAST) as url:
        sockets = socket_folder(url)
        assert len(os.fsencode(sockets / ".s.PGSQL.5432")) <= 103
        assert not sockets.is_relative_to(folder)
    assert not sockets.parent.exists()
    assert sorted(path.name for path in folder.iterdir()) == ["data", "password", "server.log"]
