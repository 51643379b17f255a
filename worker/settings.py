import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta, timezone
from functools import partial
from itertools import chain
from typing import Any, cast

import orjson
import structlog
from arq import Worker, cron, func
from arq.connections import ArqRedis, RedisSettings
from arq.typing import WorkerCoroutine
from prometheus_client import start_http_server
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from supervision.audit.seal_keys import read_seal_keys
from supervision.audit.timestamps import choose_authority
from supervision.documents.stores import choose_store
from supervision.foundation import connections, key_ring, logs, metrics, settings
from supervision.foundation.settings import SettingRefused
from supervision.identity import key_rotation
from supervision.messaging.gateways.chosen import choose_gateways
from worker.jobs import (
    attachments,
    audit,
    cadence,
    messaging,
    notices,
    official_documents,
    operations,
    publication,
    retention,
    sessions,
)
from worker.runner import Ring, Runner, open_runner
from worker.shared_pace import SharedPace

log = structlog.get_logger()
Job = Callable[[Runner], Awaitable[None]]

# Every job, and how often the clock rings it, in seconds; the doorbell may ring it sooner.
JOBS: dict[Job, int] = {
    messaging.deliver: 5,
    messaging.match_receipts: 5,
    messaging.match_replies: 5,
    notices.acknowledge_replied: 5,
    messaging.pull_receipts: 20,
    messaging.measure_outbox: 5,
    messaging.look_at_gateways: 20,
    messaging.expire: 60,
    messaging.try_new_numbers: 60,
    operations.operate: 5,
    operations.forget: 60,
    cadence.tick: 5,
    audit.seal: 60,
    audit.stamp: 60,
    retention.erase: 60,
    audit.verify: 60,
    publication.render_feeds: 5,
    publication.withdraw_secrets: 60,
    official_documents.copy_as_pdf: 60,
}

# What is done once a night, at this minute of Shanghai's clock, and at the worker's start.
NIGHTLY: dict[Job, tuple[int, int]] = {attachments.sweep: (3, 20)}


def _as_arq(job: Job) -> WorkerCoroutine:
    async def run(context: dict[Any, Any], *_: Any, **__: Any) -> None:
        began = time.perf_counter()
        try:
            await job(context["runner"])
        except asyncio.CancelledError:
            # The worker is told to stop. Its rows wait for the next one, and so need nothing of the queue, which would
            # otherwise keep the job to be tried again.
            log.info("job_stopped", job=job.__name__)
        except SQLAlchemyError:
            # The database is away or refuses; the rows are still there, and the clock comes round again.
            log.exception("job_interrupted", job=job.__name__)
        finally:
            metrics.RUNS.labels(job.__name__).observe(time.perf_counter() - began)

    run.__qualname__ = job.__name__
    return cast(WorkerCoroutine, run)


def _ring_through(redis: ArqRedis) -> Ring:
    ringing: set[asyncio.Task[Any]] = set()

    async def enqueue(job: str) -> None:
        with suppress(RedisError, OSError):
            await redis.enqueue_job(job, _job_id=job)

    def ring(jobs: Iterable[str]) -> None:
        for job in jobs:
            task = asyncio.create_task(enqueue(job))
            ringing.add(task)
            task.add_done_callback(ringing.discard)

    return ring


async def _start(ctx: dict[Any, Any]) -> None:
    opened = open_runner(choose_gateways(), _ring_through(ctx["redis"]), SharedPace(ctx["redis"]))
    ctx["opened"], ctx["runner"] = opened, await opened.__aenter__()
    ctx["sessions"] = sessions.keep_sessions(ctx["runner"])
    await ctx["sessions"].__aenter__()


async def _stop(ctx: dict[Any, Any]) -> None:
    await ctx["sessions"].__aexit__(None, None, None)
    await ctx["opened"].__aexit__(None, None, None)


async def _check_keys() -> None:
    """Refuse to begin without a key that some number needs; its messages would wait for nothing."""
    ring = {key.id for key in key_ring.ring()}
    try:
        async with open_runner({}) as runner, runner.everywhere() as session:
            missing = await key_rotation.keys_in_use(session) - ring
    except SQLAlchemyError as error:
        # The database may come later than we do; a key that lacks is then told with each message.
        log.warning("keys_not_compared", reason=type(error).__name__)
        return
    if missing:
        ids = ", ".join(map(str, sorted(missing)))
        raise SettingRefused(
            f"有号码用密钥 {ids} 加密，本进程没有该密钥。请将其补入 DUCHA_DATA_KEYS_FILE，或先执行 ducha keys rotate。",
            f"Some numbers are encrypted with key {ids}, which this process lacks. Add it to the file of "
            "DUCHA_DATA_KEYS_FILE, or rotate where it is (`ducha keys rotate`).",
        )


async def _check_gateways() -> None:
    for route in chain.from_iterable(choose_gateways().values()):
        await route.gateway.aclose()


class _PatientWorker(Worker):
    async def close(self) -> None:
        """Wait for all that is under way; arq stops waiting at the first job that was told to end before it began."""
        if self.tasks:
            await asyncio.wait(self.tasks.values())
        self.tasks = {name: task for name, task in self.tasks.items() if not task.cancelled()}
        await super().close()


def make_worker() -> Worker:
    """Build the arq worker: JSON instead of pickle, no results kept, every job also rung by the clock."""
    chosen = settings.current()
    ready = {job: _as_arq(job) for job in (*JOBS, *NIGHTLY)}
    by_night = [
        cron(ready[job], name=f"clock:{job.__name__}", hour=hour, minute=minute, keep_result=0, run_at_startup=True)
        for job, (hour, minute) in NIGHTLY.items()
    ]
    return _PatientWorker(
        # A result that is kept would block the same job from being rung again.
        functions=[func(run, name=job.__name__, keep_result=0, max_tries=1) for job, run in ready.items()],
        cron_jobs=[
            cron(run, name=f"clock:{job.__name__}", second=_seconds(every), keep_result=0, run_at_startup=True)
            for (job, every), run in ((each, ready[each[0]]) for each in JOBS.items())
        ]
        + by_night,
        timezone=timezone(timedelta(hours=8)),
        # Left to itself arq verifies a certificate, but not whose it is.
        redis_settings=replace(RedisSettings.from_dsn(chosen.redis_url.get_secret_value()), ssl_check_hostname=True),
        on_startup=_start,
        on_shutdown=_stop,
        # What the queue tells of a job whose worker was lost is an exception.
        job_serializer=partial(orjson.dumps, default=repr),
        job_deserializer=orjson.loads,
        poll_delay=0.1,
        job_timeout=600,
    )


def _seconds(every: int) -> set[int]:
    return set(range(0, 60, every))


def main() -> None:
    """Run the worker until it is told to stop; ends plainly if it lacks what it needs."""
    with settings.told_plainly():
        chosen = settings.current()
        logs.configure(chosen.log_level)
        connections.check_connections(chosen)
        # Told at once, and not by seals that are missing.
        read_seal_keys()
        choose_authority()
        choose_store()
        asyncio.run(_check_keys())
        asyncio.run(_check_gateways())
    if chosen.worker_metrics_port:
        start_http_server(chosen.worker_metrics_port, addr="127.0.0.1")
    asyncio.set_event_loop(asyncio.new_event_loop())
    make_worker().run()


if __name__ == "__main__":
    main()
