"""One pace for all workers: of a gateway with a set rate, Valkey keeps the moment from which it is free again."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, cast

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from supervision.foundation.ids import new_id
from supervision.messaging.gateways.route import Route

_log = structlog.get_logger()
_SECOND = 1_000_000
# Whoever took leave within so many microseconds is one of the workers.
_SEEN = 30 * _SECOND
# Valkey is asked again after so many seconds, and given so many to answer.
_ASK_AGAIN, _PATIENCE = 5.0, 1.0

# Takes so many microseconds of the gateway's time, or gives them back. Answers how many
# microseconds to wait, and how many workers there are.
_TAKE = """
local now = tonumber(ARGV[3])
if not now then
    local time = redis.call('TIME')
    now = time[1] * 1000000 + time[2]
end
redis.call('ZADD', KEYS[2], now, ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - tonumber(ARGV[4]))
redis.call('EXPIRE', KEYS[2], 3600)
local free = math.max(now, tonumber(redis.call('GET', KEYS[1]) or '0'))
redis.call('SET', KEYS[1], string.format('%.0f', free + tonumber(ARGV[1])), 'EX', 3600)
return {free - now, redis.call('ZCARD', KEYS[2])}
"""


class SharedPace:
    """Leave to hand messages over, shared by all workers; while Valkey is away each keeps to its part of the rate.

    `moment` tells microseconds in the place of Valkey's own clock and of this machine's.
    """

    def __init__(self, redis: Redis, *, moment: Callable[[], int] | None = None) -> None:
        self._redis, self._moment = redis, moment
        self._worker, self._workers = str(new_id()), 1
        self._free_at: dict[str, float] = {}
        self._asks_from = float("-inf")

    async def wait(self, route: Route, count: int, *, is_test: bool) -> None:
        """Wait until so many messages may be handed over."""
        await asyncio.sleep(await self.take(route, count, is_test=is_test))

    async def take(self, route: Route, count: int, *, is_test: bool) -> float:
        """Take leave for so many messages, or give it back (-5), and return in how many seconds they may go."""
        rate = route.gateway.capabilities.rate_per_second
        if rate is None:
            return 0
        key = f"ducha:pace:{'test' if is_test else 'live'}:{route.name}"
        if time.monotonic() >= self._asks_from:
            try:
                async with asyncio.timeout(_PATIENCE):
                    return await self._ask(key, count / rate)
            except (RedisError, OSError, TimeoutError) as error:
                self._asks_from = time.monotonic() + _ASK_AGAIN
                _log.warning("pace_not_shared", gateway=route.name, workers=self._workers, reason=type(error).__name__)
        return self._keep_apart(key, self._workers * count / rate)

    async def _ask(self, key: str, seconds: float) -> float:
        moment = self._moment() if self._moment else ""
        wanted = [round(seconds * _SECOND), self._worker, moment, _SEEN]
        answer: Any = self._redis.eval(_TAKE, 2, key, f"{key}:workers", *map(str, wanted))
        pause, self._workers = cast(list[int], await answer)
        return pause / _SECOND

    def _keep_apart(self, key: str, seconds: float) -> float:
        now = self._moment() / _SECOND if self._moment else time.monotonic()
        free_at = max(now, self._free_at.get(key, now))
        self._free_at[key] = free_at + seconds
        return free_at - now
