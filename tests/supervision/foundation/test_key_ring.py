from pathlib import Path

import pytest

from supervision.foundation import key_ring, keys, settings
from supervision.foundation.ciphers import Algorithm, Digest, mac
from supervision.foundation.settings import SettingRefused
from tests.factories.keys import Rings, a_key


def test_without_a_ring_the_installations_secret_is_the_one_key(rings: Rings) -> None:
    rings.forget()
    assert [(key.id, key.algorithm) for key in key_ring.ring()] == [(0, "aes-256-gcm")]
    # What the first releases derived from it: their numbers and indexes are still found.
    assert key_ring.writing_key().mac("telephone index", b"1") == mac(
        Digest.SHA256, keys.derive("telephone index"), b"1"
    )


def test_the_first_key_writes_and_all_are_found(rings: Rings) -> None:
    rings.use(a_key(7, Algorithm.SM4), a_key(3))
    assert key_ring.writing_key().id == 7
    assert key_ring.find_key(3).algorithm is Algorithm.AES
    with pytest.raises(key_ring.KeyMissing):
        key_ring.find_key(0)


def test_a_ring_does_not_tell_its_secrets(rings: Rings) -> None:
    rings.use(key := a_key(7))
    assert key.secret.hex() not in repr(key_ring.ring())
    assert repr(key.secret) not in repr(key_ring.ring())


SECRET = "ab" * 32


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing but a comment\n",
        f"1 rot13 {SECRET}",
        f"256 sm4-gcm {SECRET}",
        f"-1 sm4-gcm {SECRET}",
        f"one sm4-gcm {SECRET}",
        f"1 sm4-gcm {SECRET[:-2]}",
        f"1 {SECRET}",
        f"1 sm4-gcm {SECRET}\n1 aes-256-gcm {SECRET}",
    ],
)
def test_a_file_that_is_no_ring_is_refused_and_not_repeated(rings: Rings, text: str) -> None:
    rings.use(a_key(1))
    rings.file.write_text(text)
    rings.forget()
    with pytest.raises(SettingRefused) as refusal:
        key_ring.ring()
    assert str(rings.file) in str(refusal.value)
    assert SECRET[:60] not in str(refusal.value)


def test_a_missing_file_and_no_keys_at_all_are_told(
    rings: Rings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rings.use(a_key(1))
    rings.file.unlink()
    rings.forget()
    with pytest.raises(SettingRefused, match="DUCHA_DATA_KEYS_FILE"):
        key_ring.ring()
    monkeypatch.delenv("DUCHA_DATA_KEYS_FILE")
    monkeypatch.setenv("DUCHA_SECRET_FILE", str(tmp_path / "absent"))
    rings.forget()
    with pytest.raises(SettingRefused, match="DUCHA_SECRET_FILE"):
        key_ring.ring()
    monkeypatch.delenv("DUCHA_SECRET_FILE")
    rings.forget()
    assert settings.current().secret_file is None
    with pytest.raises(SettingRefused, match="ducha keys add"):
        key_ring.ring()
