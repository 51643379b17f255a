import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
import structlog
from jwt import PyJWK
from jwt.exceptions import PyJWKError

from supervision.foundation import metrics
from supervision.foundation.connections import is_private

log = structlog.get_logger()

# Seconds: how old keys may be before they are asked for again, how soon again after an attempt, and for how long the
# last ones serve while the provider is away.
_FRESH, _PAUSE, _LAST = 600, 60, 24 * 3600
_MAX_BYTES = 256 * 1024
_TIMEOUT = httpx.Timeout(5)


@dataclass
class _Known:
    keys: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    fetched_at: float = float("-inf")
    tried_at: float = float("-inf")
    ended_at: float = float("-inf")
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class SigningKeys:
    """The public keys of identity providers, fetched where they publish them (JWKS) and kept in memory."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}

    def find(self, url: str, key_id: str | None) -> dict[str, Any] | None:
        """Return a key that may still serve, without asking anybody; None if it is not known.

        A token may leave out the name of its key where the provider has only one (OpenID Connect Core §10.1).
        """
        known = self._known.get(url)
        if known is None or time.monotonic() - known.fetched_at > _LAST:
            return None
        if key_id is None:
            return next(iter(known.keys.values())) if len(known.keys) == 1 else None
        return known.keys.get(key_id)

    def is_due(self, url: str, key_id: str | None) -> bool:
        """Tell whether the provider should be asked: the key is unknown or old, and nobody asked within a minute."""
        known = self._known.setdefault(url, _Known())
        now = time.monotonic()
        is_known = key_id in known.keys or (key_id is None and known.keys)
        is_wanted = not is_known or now - known.fetched_at > _FRESH
        # Whoever comes while somebody asks waits for the answer, and is not refused meanwhile.
        return is_wanted and (known.lock.locked() or now - known.tried_at > _PAUSE)

    async def refresh(self, url: str) -> None:
        """Ask a provider for its keys; where it does not answer rightly, the last ones stay. Holds no connection."""
        known = self._known.setdefault(url, _Known())
        asked_at = time.monotonic()
        async with known.lock:
            if known.ended_at > asked_at:
                return
            known.tried_at = time.monotonic()
            try:
                known.keys = await _fetch(url)
                known.fetched_at = time.monotonic()
                metrics.SIGNING_KEYS_FETCHED.labels("ok").inc()
            except (httpx.HTTPError, ValueError) as error:
                metrics.SIGNING_KEYS_FETCHED.labels("failed").inc()
                log.warning("signing_keys_not_fetched", url=url, error=type(error).__name__)
            finally:
                known.ended_at = time.monotonic()


async def _fetch(url: str) -> dict[str, dict[str, Any]]:
    if not is_private(url):
        raise ValueError("keys are fetched by https only")
    # The environment's proxies are for other traffic; a redirect could lead anywhere.
    async with (
        httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False, trust_env=False) as client,
        client.stream("GET", url, headers={"Accept": "application/json"}) as answer,
    ):
        answer.raise_for_status()
        raw = b""
        async for chunk in answer.aiter_bytes():
            raw += chunk
            if len(raw) > _MAX_BYTES:
                raise ValueError("too many keys")
    listed = orjson.loads(raw)["keys"] if raw.lstrip().startswith(b"{") else []
    return {key["kid"]: key for key in listed if isinstance(key, dict) and _is_usable(key)}


def _is_usable(key: dict[str, Any]) -> bool:
    if not isinstance(key.get("kid"), str) or key.get("kty") == "oct" or key.get("use", "sig") != "sig":
        return False
    try:
        PyJWK(key)
    except PyJWKError:
        return False
    return True
