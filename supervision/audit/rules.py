import hmac
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

FIELDS = ("id", "jurisdiction_id", "tx", "at", "recorded_at", "verb", "role", "client_id", "official_id", "subject_id")


def hash_event(event: Mapping[Any, Any], facts: str) -> bytes:
    """Hash one audit row: every field with its length before it, so that no two rows share a text."""
    digest = sha256()
    for value in (*(event[name] for name in FIELDS), event["request_id"], facts):
        part = b"-" if value is None else str(value).encode()
        digest.update(f"{'n' if value is None else 's'}{len(part)}:".encode() + part)
    return digest.digest()


def seal_digest(key: bytes, previous: bytes, low: str, high: str, hashes: Iterable[bytes]) -> bytes:
    """Bind a batch of hashes to the seal before it; the key is the installation's, not the database's."""
    return hmac.digest(key, b"|".join([previous, low.encode(), high.encode()]) + b"".join(hashes), "sha256")
