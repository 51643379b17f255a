import hmac
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from redis import Redis
from sqlalchemy import create_engine, text

from deploy.folders import kept_secret
from deploy.processes import ChildFailed
from deploy.stack import ROLES, Stack
from supervision.foundation.settings import SettingRefused

FAST = {"fsync": "off", "max_connections": "40"}
SERVES = """
import sys
from pathlib import Path
from deploy.stack import ROLES, Stack
from supervision.foundation.settings import SettingRefused
with Stack(Path(sys.argv[1]), options={"fsync": "off"}) as stack:
    address = stack.start_api()
    stack.start_worker()
    print(address, flush=True)
    stack.serve()
"""


@pytest.fixture(autouse=True)
def embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DUCHA_DATABASE_URL", raising=False)
    monkeypatch.delenv("DUCHA_REDIS_URL", raising=False)


def head(url: str) -> object:
    engine = create_engine(url)
    try:
        with engine.connect() as session:
            return session.execute(text("SELECT version_num FROM alembic_version")).scalar()
    finally:
        engine.dispose()


def test_it_hands_each_process_its_own_login_and_the_same_secrets_every_time(tmp_path: Path) -> None:
    secrets, rings = set(), set()
    for _ in range(2):
        with Stack(tmp_path, options=FAST, settings={"DUCHA_SIGNATURE": "县督查"}) as stack:
            for role in ("api", "worker", "owner"):
                settings = stack.environment(role)
                assert f"//ducha_{role}:" in settings["DUCHA_DATABASE_URL"]
                assert settings["DUCHA_SIGNATURE"] == "县督查"
            assert head(stack.urls.api)
            with Redis.from_url(settings["DUCHA_REDIS_URL"]) as client:
                assert client.ping()
            file, ring = stack.secret_file, Path(settings["DUCHA_DATA_KEYS_FILE"])
            assert [each.stat().st_mode & 0o777 for each in (file, ring)] == [0o600, 0o600]
            secrets.add(file.read_text())
            rings.add(ring.read_text())
    assert [len(secret) for secret in secrets] == [64]
    (ring_text,) = rings
    assert ring_text.startswith("1 aes-256-gcm ")
    assert secrets.pop() not in ring_text


def test_no_process_holds_the_installations_secret(tmp_path: Path) -> None:
    with Stack(tmp_path, options=FAST) as stack:
        assert [role for role in ROLES if "DUCHA_SECRET_FILE" in stack.environment(role)] == []


def test_an_older_folder_goes_on_with_the_key_that_it_had(tmp_path: Path) -> None:
    secret = kept_secret(tmp_path / "secrets" / "installation")
    with Stack(tmp_path, options=FAST) as stack:
        assert stack.data_keys_file.read_text() == f"0 aes-256-gcm {secret}\n"


@pytest.mark.parametrize("url", ["postgresql://postgres:hidden@db.example.cn/postgres"])
def test_an_administrators_password_does_not_leave_in_the_clear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("DUCHA_DATABASE_URL", url)
    monkeypatch.delenv("DUCHA_PLAIN_CONNECTIONS", raising=False)
    with pytest.raises(SettingRefused, match="sslmode=verify-full"), Stack(tmp_path, options=FAST):
        pass


def test_the_worker_alone_is_told_of_the_sealing_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DUCHA_AUDIT_SEAL_KEY_FILE")
    keys = set()
    for _ in range(2):
        with Stack(tmp_path, options=FAST) as stack:
            assert [role for role in ROLES if "DUCHA_AUDIT_SEAL_KEY_FILE" in stack.environment(role)] == ["worker"]
            stack.start_api()
            assert seal_key(stack).stat().st_mode & 0o777 == 0o600
            keys.add(seal_key(stack).read_text())
    assert [len(key.strip()) for key in keys] == [64]


def test_what_was_sealed_with_the_older_key_stays_verifiable(tmp_path: Path) -> None:
    with Stack(tmp_path, options=FAST) as stack:
        secret = bytes.fromhex(stack.secret_file.read_text())
        engine = create_engine(stack.urls.worker)
        with engine.begin() as session:
            session.execute(text("SET ROLE ducha_worker"))
            session.execute(
                text("INSERT INTO audit_seal (low, high, event_ids, hashes, digest) VALUES ('0', '9', '{}', '{}', '')")
            )
        engine.dispose()
        seal_key(stack).unlink()
    with Stack(tmp_path, options=FAST) as stack:
        current, older = seal_key(stack).read_text().splitlines()
        assert older == f"{hmac.digest(secret, b'ducha/audit', 'sha256').hex()} 1"
        assert current not in older


def seal_key(stack: Stack) -> Path:
    return Path(stack.environment("worker")["DUCHA_AUDIT_SEAL_KEY_FILE"])


def test_a_program_that_fails_ends_the_stack_with_its_words(tmp_path: Path) -> None:
    with (
        pytest.raises(ChildFailed, match=r"nothing: .* ended with status 1\n.*No module named"),
        Stack(tmp_path, options=FAST) as stack,
    ):
        stack.start_program("nothing", ["-m", "deploy.nothing"], {}, ready=lambda: False)


def test_it_serves_until_a_signal_and_leaves_no_process(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", SERVES, str(tmp_path)], stdout=subprocess.PIPE, text=True) as stack:
        assert stack.stdout
        address = stack.stdout.readline().strip()
        assert httpx.get(f"{address}/livez").is_success
        children = Path(f"/proc/{stack.pid}/task/{stack.pid}/children").read_text().split()
        assert len(children) == len(("postgres", "valkey", "api", "worker"))
        stack.send_signal(signal.SIGTERM)
    assert stack.returncode == 128 + signal.SIGTERM
    assert not [pid for pid in children if Path("/proc", pid).exists()]
