import secrets
from pathlib import Path

import pytest

from supervision.foundation import key_ring, settings
from supervision.foundation.ciphers import Algorithm
from supervision.foundation.key_ring import Key


def a_key(key_id: int, algorithm: Algorithm = Algorithm.AES) -> Key:
    return Key(key_id, algorithm, secrets.token_bytes(32))


class Rings:
    """Gives this process other keys, as another file and a restart would."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self._monkeypatch, self.file = monkeypatch, folder / "data-keys"

    def use(self, *keys: Key) -> None:
        self.file.write_text("".join(map(key_ring.write_line, keys)))
        self._monkeypatch.setenv("DUCHA_DATA_KEYS_FILE", str(self.file))
        self.forget()

    def forget(self) -> None:
        for cached in (settings.current, key_ring.ring):
            cached.cache_clear()
