import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack

import structlog
from prometheus_client import Gauge

from supervision.audit import nightly_verification, seal_exports, seals, timestamps
from supervision.audit.seal_exports import Destination, FileDestination, stamps_of
from supervision.audit.timestamps import TimestampRefused
from supervision.foundation import clock, metrics, settings
from worker.runner import Runner

log = structlog.get_logger()

SEALS_UNEXPORTED = Gauge("ducha_audit_seals_unexported", "Seals that were made and could not be written down outside")
SEALS_UNSTAMPED = Gauge("ducha_audit_seals_unstamped", "Exported seals that wait for their time-stamp")
# A call of the job ends well before the queue would cancel it; the clock brings the next one.
LONGEST_SECONDS = 300
# Of an authority that was away, as many time-stamps are asked for each minute.
MOST_STAMPS = 60


async def seal(runner: Runner) -> None:
    """Seal the audit rows of all finished transactions, then write down outside the database what is not there yet."""
    async with runner.everywhere() as session:
        horizon = await seals.find_horizon(session)
    sealed = 1
    while sealed:
        async with runner.everywhere() as session:
            sealed = await seals.seal(session, horizon=horizon)
    destination = seal_exports.choose_destination()
    if destination is not None:
        await _export(runner, destination, settings.current().audit_seals)


async def stamp(runner: Runner) -> None:
    """Have the seals that were written down stamped, and write the time-stamps down beside them.

    What fails is asked for again next time, and holds up nothing else.
    """
    authority, destination = timestamps.choose_authority(), seal_exports.choose_destination()
    if authority is None or not isinstance(destination, FileDestination):
        return
    place = settings.current().audit_seals
    async with runner.everywhere() as session:
        waiting = await seal_exports.list_unstamped(session, place, most=MOST_STAMPS)
    SEALS_UNSTAMPED.set(len(waiting))
    until = time.monotonic() + LONGEST_SECONDS
    for each in waiting:
        try:
            # Nothing is held meanwhile.
            await asyncio.to_thread(destination.write, [await authority.stamp(each)])
        except (TimestampRefused, OSError) as error:
            metrics.TIMESTAMP_FAILURES.inc()
            log.warning("audit_seal_not_stamped", seal=each.seal_id, authority=authority.url, reason=str(error))
            return
        async with runner.everywhere() as session:
            await seal_exports.mark_exported(session, stamps_of(place), [each])
        SEALS_UNSTAMPED.dec()
        if time.monotonic() > until:
            return


async def verify(runner: Runner) -> None:
    """Compare, once a night and step by step, all sealed rows with their seals, and these with their file."""
    until, works = time.monotonic() + LONGEST_SECONDS, True
    while works and time.monotonic() < until:
        with ExitStack() as opened:
            lines = _exported(opened)
            async with runner.everywhere() as session:
                works = await nightly_verification.verify_on(session, clock.real_now(), lines)
    async with runner.everywhere() as session:
        await nightly_verification.show_verification(session)


async def _export(runner: Runner, destination: Destination, place: str) -> None:
    while True:
        async with runner.everywhere() as session:
            waiting = await seal_exports.list_unexported(session, place)
            if await seal_exports.is_cut(session, place):
                metrics.SEAL_EXPORT_FAILURES.inc()
                log.error("audit_cut", seals=place)
        SEALS_UNEXPORTED.set(len(waiting))
        if not waiting:
            return
        try:
            # Nothing is held meanwhile. If it ends here the same lines are written again, which does no harm.
            await asyncio.to_thread(destination.write, waiting)
        except OSError:
            metrics.SEAL_EXPORT_FAILURES.inc()
            log.exception("audit_seals_not_exported", seals=place, waiting=len(waiting))
            return
        async with runner.everywhere() as session:
            await seal_exports.mark_exported(session, place, waiting)


def _exported(opened: ExitStack) -> Iterator[str]:
    """Read what was exported to a file, as a stream; what went to syslog is compared by hand."""
    destination = seal_exports.choose_destination()
    try:
        if isinstance(destination, FileDestination):
            yield from opened.enter_context(destination.path.open(encoding="utf-8", errors="replace"))
    except OSError:
        metrics.SEAL_EXPORT_FAILURES.inc()
        log.exception("audit_seals_not_read", seals=settings.current().audit_seals)
