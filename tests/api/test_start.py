from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

import deploy
from api.app import create_app
from supervision.foundation import logs, settings
from supervision.foundation.settings import Settings

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


@pytest.mark.parametrize("name", ["public_url", "entry_days_back", "entry_days_ahead", "gateway", "signature"])
def test_the_defaults_are_told_as_they_are(name: str) -> None:
    (row,) = (line for line in OPERATING.read_text().splitlines() if line.startswith(f"| `DUCHA_{name.upper()}`"))
    assert row.split("|")[2].strip().strip("`") == str(Settings.model_fields[name].default)
