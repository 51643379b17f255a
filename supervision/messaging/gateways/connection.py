import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx
import orjson

from supervision.messaging.gateways import Verdict

# httpx raises these before the first byte of a request is written; after any other error the gateway may have it.
_NOTHING_WRITTEN = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: a status with its content, or the verdict on a request to which nothing did."""

    status: int | None
    content: bytes
    silence: Verdict = Verdict.UNKNOWN

    @property
    def fields(self) -> dict[str, object]:
        """The JSON object of the content; empty if it is none."""
        answer = self._json()
        return answer if isinstance(answer, dict) else {}

    @property
    def items(self) -> Sequence[object]:
        """The JSON list of the content; empty if it is none."""
        answer = self._json()
        return answer if isinstance(answer, list) else ()

    def _json(self) -> object:
        try:
            return orjson.loads(self.content)
        except orjson.JSONDecodeError:
            return None


class HttpConnection:
    """Posts to one gateway; whatever the network does becomes an `Answer`."""

    def __init__(self, url: str, *, timeout_seconds: float, connect_seconds: float, whole_seconds: float) -> None:
        # The time-outs of httpx are for each read; this one ends an answer that trickles in for ever.
        self._whole_seconds = whole_seconds
        self._client = httpx.AsyncClient(
            base_url=url,
            timeout=httpx.Timeout(timeout_seconds, connect=connect_seconds, pool=connect_seconds),
            # Servers close idle connections after some five seconds. A request written into a closing one would be
            # `unknown` for no reason, so ours are given up well before.
            limits=httpx.Limits(max_connections=20, keepalive_expiry=2),
            trust_env=False,
        )

    async def post(self, path: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        try:
            async with asyncio.timeout(self._whole_seconds):
                response = await self._client.post(path, content=content, headers=headers)
        except _NOTHING_WRITTEN:
            return Answer(None, b"", Verdict.UNREACHABLE)
        except (httpx.HTTPError, OSError):
            return Answer(None, b"")
        return Answer(response.status_code, response.content)

    async def aclose(self) -> None:
        await self._client.aclose()
