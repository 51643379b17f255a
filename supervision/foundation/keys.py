import hmac
from functools import lru_cache
from hashlib import sha256

from supervision.foundation import settings


class SecretMissing(Exception):  # noqa: N818 - states the fact
    """The file of the installation secret is absent or does not hold 64 hexadecimal digits."""


@lru_cache
def derive(purpose: str) -> bytes:
    """Derive the 32-byte key of one purpose from the installation secret; refuses a secret that is no secret."""
    path = settings.current().secret_file
    try:
        secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        secret = b""
    if len(secret) != sha256().digest_size:
        raise SecretMissing(f"{path} must hold 64 hexadecimal digits")
    return hmac.digest(secret, b"ducha/" + purpose.encode(), "sha256")
