from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from supervision.foundation import settings
from supervision.messaging.gateways.chosen import listening_gateways


class Chosen:
    """Chooses gateways by settings; a value whose name ends in `_file` is put into a file."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self._monkeypatch, self._folder = monkeypatch, folder

    def __call__(self, **values: Any) -> None:
        for name, value in values.items():
            if name.endswith("_file"):
                (self._folder / name).write_text(value)
            self._monkeypatch.setenv(
                f"DUCHA_{name.upper()}", str(self._folder / name) if name.endswith("_file") else value
            )
        self.forget()

    def forget(self) -> None:
        for cached in (settings.current, listening_gateways):
            cached.cache_clear()


@contextmanager
def chosen_gateways(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Iterator[Chosen]:
    """Let a test choose gateways, and forget its settings at the end."""
    made = Chosen(monkeypatch, folder)
    yield made
    monkeypatch.undo()
    made.forget()
