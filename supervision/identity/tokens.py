from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeGuard
from uuid import UUID

import jwt
from jwt import PyJWK

from supervision.foundation.driver import Row
from supervision.identity.errors import InvalidToken

# Signed with a private key, so that who checks a token cannot make one.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
MAX_CHARACTERS = 8 * 1024
# What two machines' clocks may differ by.
_SKEW = timedelta(seconds=30)
_ACCESS_TYPES = ("at+jwt", "application/at+jwt")


@dataclass(frozen=True, slots=True)
class TokenHead:
    """What a token says of itself before it is checked: enough to find who could have signed it, no more."""

    issuer: str
    key_id: str | None
    algorithm: str
    kind: str


@dataclass(frozen=True, slots=True)
class CheckedToken:
    """Who signed in, where, through which front end, when, and whether with a second factor."""

    jurisdiction_id: UUID
    provider_id: UUID
    subject: str
    token_client: str
    signed_in_at: datetime | None
    has_second_factor: bool


def looks_like_token(text: str) -> bool:
    return text.count(".") == 2 and text.startswith("ey")  # noqa: PLR2004 - header, payload, signature


def read_head(text: str) -> TokenHead:
    """Read what a token says of itself, unchecked; refuses what is no token of a provider."""
    if len(text) > MAX_CHARACTERS:
        raise InvalidToken
    try:
        header = jwt.get_unverified_header(text)
        payload = jwt.decode(text, options={"verify_signature": False})
    except jwt.PyJWTError as error:
        raise InvalidToken from error
    issuer, key_id, algorithm = payload.get("iss"), header.get("kid"), header.get("alg")
    if not (isinstance(issuer, str) and isinstance(key_id, str | None) and algorithm in ALGORITHMS):
        raise InvalidToken
    return TokenHead(issuer, key_id, algorithm, str(header.get("typ", "")).lower())


def check_token(text: str, head: TokenHead, provider: Row, key: dict[str, Any] | None) -> CheckedToken:
    """Check a token against its provider's key and limits (RFC 9068 §4); refuses every fault in the same words.

    Of a provider with an audience, access tokens are taken; of one without, ID tokens, whose audience is the front
    end. Which of the two it is never depends on the token.
    """
    is_access_token = provider["audience"] is not None
    if key is None or head.algorithm not in provider["algorithms"] or key.get("alg", head.algorithm) != head.algorithm:
        raise InvalidToken
    if (head.kind in _ACCESS_TYPES) != is_access_token:
        raise InvalidToken
    try:
        claims = jwt.decode(
            text,
            PyJWK(key, head.algorithm),
            algorithms=[head.algorithm],
            issuer=provider["issuer"],
            audience=provider["audience"],
            leeway=_SKEW,
            options={"require": ["iss", "aud", "exp", "iat", "sub"], "verify_aud": is_access_token},
        )
    except jwt.PyJWTError as error:
        raise InvalidToken from error
    subject, client = claims.get(provider["subject_claim"]), claims.get(provider["client_claim"])
    if isinstance(client, list) and len(client) == 1:
        (client,) = client
    if not (_is_text(subject) and _is_text(client)) or _life_of(claims) > provider["longest_life_seconds"]:
        raise InvalidToken
    said = _texts_of([claims.get("acr")]) | _texts_of(claims.get("amr"))
    return CheckedToken(
        jurisdiction_id=provider["jurisdiction_id"],
        provider_id=provider["id"],
        subject=subject,
        token_client=client,
        signed_in_at=_moment(claims.get("auth_time")),
        has_second_factor=not said.isdisjoint(provider["second_factors"]),
    )


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and 0 < len(value) <= 255  # noqa: PLR2004 - OpenID Connect Core §2


def _texts_of(value: object) -> set[str]:
    return {each for each in value if isinstance(each, str)} if isinstance(value, list) else set()


def _life_of(claims: dict[str, Any]) -> float:
    # Both are numbers in the sense of a date, which a text of digits is to PyJWT too.
    return float(claims["exp"]) - float(claims["iat"])


def _moment(seconds: object) -> datetime | None:
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None
