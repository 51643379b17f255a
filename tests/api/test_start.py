import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from structlog.testing import capture_logs

import deploy
from api.app import create_app
from supervision.foundation import key_ring, logs, settings
from supervision.foundation.settings import Settings
from supervision.messaging.gateways.chosen import listening_gateways
from tests.factories.keys import Rings, a_key
from tests.factories.messaging import stock
from tests.places import Committed

ROOT = Path(__file__).parents[2]
OPERATING = Path(deploy.__file__).with_name("README.md")


@pytest.fixture
def own_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Settings that a test chooses, and the log that they ask for."""
    monkeypatch.setenv("DUCHA_LOG_LEVEL", "warning")
    monkeypatch.delenv("DUCHA_PUBLIC_URL", raising=False)
    settings.current.cache_clear()
    yield monkeypatch
    monkeypatch.undo()
    settings.current.cache_clear()
    logs.configure(settings.current().log_level)


@pytest.mark.parametrize(
    ("public_url", "expected"),
    [
        (None, ["public_url_not_set"]),
        ("https://ducha.example.cn", []),
        ("http://127.0.0.1:8000", []),
        ("http://127.0.0.1:43210", []),
    ],
)
async def test_an_address_that_is_not_set_is_warned_of_once(
    own_settings: pytest.MonkeyPatch, public_url: str | None, expected: list[str]
) -> None:
    if public_url is not None:
        own_settings.setenv("DUCHA_PUBLIC_URL", public_url)
    app = create_app()
    with capture_logs() as logged:
        async with app.router.lifespan_context(app):
            pass
    assert [each["event"] for each in logged if each["log_level"] == "warning"] == expected


@pytest.mark.parametrize(
    "name",
    [
        "public_url",
        "public_answers_seconds",
        "entry_days_back",
        "entry_days_ahead",
        "gateway",
        "signature",
        "keep_messages_days",
    ],
)
def test_the_defaults_are_told_as_they_are(name: str) -> None:
    (row,) = (line for line in OPERATING.read_text().splitlines() if line.startswith(f"| `DUCHA_{name.upper()}`"))
    assert row.split("|")[2].strip().strip("`") == str(Settings.model_fields[name].default)


def started(program: list[str], env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *program], env=env, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


class TestWhatAProcessNeeds:
    """A process that lacks something ends at once, with a plain sentence in both languages."""

    @pytest.mark.parametrize(
        ("setting", "value"),
        [
            ("DUCHA_DATA_KEYS_FILE", "/nowhere/keys"),
            ("DUCHA_REDIS_URL", "redis://valkey.example.cn"),
            ("DUCHA_DATABASE_URL", "postgresql+psycopg://ducha_api:hidden@db.example.cn/ducha"),
            ("DUCHA_GATEWAY", "http"),
            ("DUCHA_KEEP_MESSAGES_DAYS", "0"),
        ],
    )
    def test_the_api(self, own_settings: pytest.MonkeyPatch, setting: str, value: str) -> None:
        own_settings.setenv(setting, value)
        for cached in (settings.current, key_ring.ring, listening_gateways):
            cached.cache_clear()
        with pytest.raises(SystemExit) as end:
            create_app()
        for cached in (key_ring.ring, listening_gateways):
            cached.cache_clear()
        told = str(end.value)
        assert setting in told
        assert [line.isascii() for line in told.splitlines()] == [False, True]
        assert "hidden" not in told

    @pytest.mark.parametrize(
        ("program", "missing"),
        [
            (["-m", "uvicorn", "api.app:create_app", "--factory", "--port", "0"], "DUCHA_DATA_KEYS_FILE"),
            (["-m", "worker.settings"], "DUCHA_DATA_KEYS_FILE"),
        ],
    )
    def test_it_is_told_without_a_traceback(self, program: list[str], missing: str) -> None:
        env = {name: value for name, value in os.environ.items() if name != "DUCHA_SECRET_FILE"}
        ended = started(program, env)
        assert ended.returncode == 1
        assert missing in ended.stderr
        assert "Traceback" not in ended.stderr

    async def test_the_worker_needs_every_key_that_a_number_was_encrypted_with(
        self, committed: Committed, rings: Rings
    ) -> None:
        rings.use(a_key(4))
        await stock(committed, 1)
        env = {"DUCHA_DATABASE_URL": committed.urls.worker}
        rings.use(a_key(5))
        ended = started(["-m", "worker.settings"], os.environ | env)
        assert ended.returncode == 1
        assert "Some numbers are encrypted with key 4, which this process lacks" in ended.stderr
        assert "Traceback" not in ended.stderr
