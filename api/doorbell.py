import asyncio
from collections.abc import Iterable
from dataclasses import replace

import orjson
import structlog
from arq import create_pool
from arq.connections import ArqRedis, RedisSettings
from redis.exceptions import RedisError

log = structlog.get_logger()


class Doorbell:
    """Wakes the worker after a commit; if nobody hears it, the worker's clock comes round anyway."""

    def __init__(self, url: str) -> None:
        # Left to itself arq verifies a certificate, but not whose it is.
        self._settings = replace(RedisSettings.from_dsn(url), ssl_check_hostname=True)
        self._settings.conn_retries = 0
        self._settings.conn_timeout = 1
        self._pool: ArqRedis | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._connecting = asyncio.Lock()

    def ring(self, jobs: Iterable[str]) -> None:
        """Wake the worker for these jobs without keeping the caller waiting."""
        for job in jobs:
            task = asyncio.create_task(self._enqueue(job))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _enqueue(self, job: str) -> None:
        try:
            # The job's own name is its id: a doorbell that is ringing already need not be rung again.
            await (await self._connected()).enqueue_job(job, _job_id=job)
        except (RedisError, OSError) as error:
            log.warning("doorbell_unheard", job=job, reason=type(error).__name__)

    async def is_reachable(self) -> bool:
        try:
            return bool(await (await self._connected()).ping())
        except (RedisError, OSError):
            return False

    async def ring_out(self) -> None:
        """Wait until everything that was rung has been sent."""
        await asyncio.gather(*self._tasks)

    async def aclose(self) -> None:
        await self.ring_out()
        if self._pool is not None:
            await self._pool.aclose()

    async def _connected(self) -> ArqRedis:
        # Two that ring at once share one pool; of two pools, one would never be closed.
        async with self._connecting:
            if self._pool is None:
                self._pool = await create_pool(
                    self._settings, job_serializer=orjson.dumps, job_deserializer=orjson.loads
                )
        return self._pool
