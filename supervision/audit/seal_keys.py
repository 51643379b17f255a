from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from supervision.foundation import settings


class SealKeyMissing(Exception):  # noqa: N818 - states the fact
    """The file of the sealing key is not set, is absent, or does not hold keys as it should."""

    def __init__(self, where: object) -> None:
        super().__init__(
            f"封存密钥缺失 / no sealing key: DUCHA_AUDIT_SEAL_KEY_FILE ({where}) must hold 64 hexadecimal digits, and "
            "below them older keys, each with the number of the last seal that it made"
        )


@dataclass(frozen=True, slots=True)
class SealKeys:
    """The key of new seals, and the older ones with the last seal that each of them made."""

    current: bytes
    older: tuple[tuple[int, bytes], ...] = ()

    def key_of(self, seal_id: int) -> bytes:
        """Return the one key that may have made a seal, so that whoever learns an older key makes no newer seals."""
        return next((key for last, key in self.older if seal_id <= last), self.current)


@lru_cache
def read_seal_keys() -> SealKeys:
    """Read the sealing keys, which the worker alone holds; refuses a file that holds none."""
    path = settings.current().audit_seal_key_file
    try:
        current, *older = path.read_text(encoding="ascii").splitlines() if path else []
        keys = SealKeys(_read_key(current), tuple(sorted(map(_read_older, older))))
    except (OSError, ValueError) as error:
        raise SealKeyMissing(path) from error
    return keys


def _read_older(line: str) -> tuple[int, bytes]:
    key, last = line.split()
    return int(last), _read_key(key)


def _read_key(text: str) -> bytes:
    key = bytes.fromhex(text)
    if len(key) != sha256().digest_size:
        raise ValueError("a key has 32 bytes")
    return key
