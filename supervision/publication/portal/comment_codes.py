"""The code with which the author of a comment sees what became of it; we keep only its digest."""

import secrets
from hashlib import sha256

# Crockford's digits: what is read aloud or copied by hand is not mistaken.
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH, _GROUP = 16, 4
_MISREAD = str.maketrans("OIL", "011", "- \u3000")


def make_code() -> str:
    digits = "".join(secrets.choice(_DIGITS) for _ in range(_LENGTH))
    return "-".join(digits[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))


def digest_of(code: str) -> bytes:
    """Return the digest of a code, however its author writes it."""
    return sha256(code.upper().translate(_MISREAD).encode()).digest()
