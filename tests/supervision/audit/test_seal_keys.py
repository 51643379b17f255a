from collections.abc import Iterator
from pathlib import Path

import pytest

from supervision.audit.seal_keys import SealKeyMissing, read_seal_keys
from supervision.foundation import settings

OLDEST, OLDER, CURRENT = "aa" * 32, "bb" * 32, "cc" * 32


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("DUCHA_AUDIT_SEAL_KEY_FILE", str(tmp_path / "key"))
    for cached in (settings.current, read_seal_keys):
        cached.cache_clear()
    yield tmp_path / "key"
    for cached in (settings.current, read_seal_keys):
        cached.cache_clear()


def test_each_seal_has_one_key(file: Path) -> None:
    file.write_text(f"{CURRENT}\n{OLDER} 20\n{OLDEST} 5\n")
    keys = read_seal_keys()
    assert [keys.key_of(seal).hex() for seal in (1, 5, 6, 20, 21)] == [OLDEST, OLDEST, OLDER, OLDER, CURRENT]


@pytest.mark.parametrize("words", ["", "no key", "aa" * 31, f"{CURRENT}\n{OLDER}", f"{CURRENT}\n{OLDER} many"])
def test_what_is_no_key_is_refused(file: Path, words: str) -> None:
    file.write_text(words)
    with pytest.raises(SealKeyMissing, match="DUCHA_AUDIT_SEAL_KEY_FILE"):
        read_seal_keys()


def test_a_file_that_is_away_is_refused(file: Path) -> None:
    with pytest.raises(SealKeyMissing, match=str(file)):
        read_seal_keys()
