import hmac
import re
import secrets
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor, Proof, Role
from supervision.foundation.driver import Row, fetch_one
from supervision.foundation.errors import Unauthenticated
from supervision.identity.errors import TestKeyChangesNothing
from supervision.identity.models import JurisdictionKind

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LOOKUP_LENGTH = 12
# 32 characters of 5 bits are the 160 bits that make a slow hash needless.
SECRET_LENGTH = 32
# After so many failures within this time, from one address, a key's prefix is said to be locked. Its owner gets in all
# the same: 160 bits cannot be guessed, and whoever knows a prefix could otherwise shut its owner out.
LOCK_AFTER, LOCK_WINDOW = 5, timedelta(minutes=15)

_SHAPE = re.compile(
    rf"ducha_(live|test)_([{ALPHABET}]{{{LOOKUP_LENGTH}}})_([{ALPHABET}]{{{SECRET_LENGTH}}})_([0-9a-f]{{8}})"
)
_FIND = text("SELECT * FROM ducha_find_key(:lookup)")


@dataclass(frozen=True, slots=True)
class ParsedKey:
    kind: str
    lookup: str
    secret: str


def mint(kind: str) -> tuple[str, ParsedKey]:
    """Make a new key: its full text, to be shown once, and its parts."""
    lookup, secret = (
        "".join(secrets.choice(ALPHABET) for _ in range(length)) for length in (LOOKUP_LENGTH, SECRET_LENGTH)
    )
    body = f"ducha_{kind}_{lookup}_{secret}"
    return f"{body}_{_checksum(body)}", ParsedKey(kind, lookup, secret)


def hash_secret(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def parse(key: str) -> ParsedKey | None:
    """Take a key apart; None if it is mistyped, which the checksum tells without asking the database."""
    match = _SHAPE.fullmatch(key)
    if match is None or not hmac.compare_digest(match[4], _checksum(key[: match.start(4) - 1])):
        return None
    return ParsedKey(match[1], match[2], match[3])


def _checksum(body: str) -> str:
    return f"{zlib.crc32(body.encode()):08x}"


async def find_key(session: AsyncSession, lookup: str) -> Row | None:
    """Read what is known of a key before its jurisdiction is."""
    return await fetch_one(session, _FIND, {"lookup": lookup})


def authenticate(key: ParsedKey, row: Row | None, *, now: datetime, request_id: str, is_change: bool) -> Actor:
    """Turn a key and what the database knows of it into an actor; refuses wrong, expired and revoked ones alike.

    So are a disabled client's, and a change by a key for trying out in a county that works in earnest.
    """
    expected = row["secret_hash"] if row else bytes(sha256().digest_size)
    is_right = hmac.compare_digest(hash_secret(key.secret), expected)
    if row is None or not is_right or key.kind != row["kind"] or _is_over(row, now):
        raise Unauthenticated
    if is_change and key.kind == "test" and row["jurisdiction_kind"] == JurisdictionKind.LIVE:
        raise TestKeyChangesNothing
    return Actor(
        jurisdiction_id=row["jurisdiction_id"],
        role=Role(row["role"]),
        client_id=row["client_id"],
        unit_id=row["unit_id"],
        scopes=frozenset(row["scopes"]),
        is_test=key.kind == "test" or row["jurisdiction_kind"] != JurisdictionKind.LIVE,
        request_id=request_id,
        proof=Proof.KEY,
    )


def _is_over(row: Row, now: datetime) -> bool:
    return bool(row["revoked_at"] or row["disabled_at"]) or row["expires_at"] <= now
