"""Long sessions with gateways: one worker at a time has one, and all that comes over it is kept before it is answered.

They are no jobs: a session lives as long as its worker, and neither waits for the clock nor needs the queue.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import chain, repeat
from typing import TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.ids import new_id
from supervision.messaging import gateway_sessions, receipts
from supervision.messaging.gateway_sessions import Claim
from supervision.messaging.gateways import SessionGateway
from worker.jobs import messaging
from worker.runner import Runner

log = structlog.get_logger()
Told = TypeVar("Told")

RENEW_SECONDS = 3
# The owner lets go before its lease runs out: by its own clock, and with room for closing the session.
_SAFE_SECONDS = gateway_sessions.LEASE.total_seconds() - 6
# The doorbell and the clock may have reached a worker that has no session.
_LOOK_SECONDS = 1
_PAUSES = (0.2, 1, 2, 4)
_LONGEST_PAUSE = 8


@asynccontextmanager
async def keep_sessions(runner: Runner) -> AsyncIterator[None]:
    """Hold, while the block runs, the sessions of gateways that nobody else holds; give them back at its end."""
    held = [
        (route.gateway, Claim(route.name, is_test, new_id()))
        for is_test, routes in runner.gateways.items()
        for route in routes
        if isinstance(route.gateway, SessionGateway)
    ]
    work = (_hold, _hand_over, _receive)
    tasks = [asyncio.create_task(each(runner, gateway, claim)) for gateway, claim in held for each in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        for gateway, claim in held:
            await gateway.release()
            await _tell_database(runner, claim, gateway_sessions.give_back)


async def _hold(runner: Runner, gateway: SessionGateway, claim: Claim) -> None:
    held_until = float("-inf")
    while True:
        began = time.monotonic()
        is_ours = await _tell_database(runner, claim, gateway_sessions.take)
        if is_ours is not None:
            held_until = began + _SAFE_SECONDS if is_ours else began
        if time.monotonic() < held_until:
            await gateway.hold()
        elif gateway.is_held:
            log.warning("gateway_session_lost", gateway=gateway.name)
            await gateway.release()
        await asyncio.sleep(RENEW_SECONDS)


async def _tell_database(
    runner: Runner, claim: Claim, tell: Callable[[AsyncSession, Claim], Awaitable[Told]]
) -> Told | None:
    """Return what the database says, None where it says nothing in time."""
    try:
        async with asyncio.timeout(RENEW_SECONDS), runner.everywhere() as session:
            return await tell(session, claim)
    except (SQLAlchemyError, TimeoutError) as error:
        log.warning("gateway_session_not_told", gateway=claim.gateway, reason=type(error).__name__)
        return None


async def _hand_over(runner: Runner, gateway: SessionGateway, _: Claim) -> None:
    while True:
        if gateway.is_held:
            try:
                await messaging.deliver(runner)
            except SQLAlchemyError as error:
                log.warning("job_interrupted", job="deliver", reason=type(error).__name__)
        await asyncio.sleep(_LOOK_SECONDS)


async def _receive(runner: Runner, gateway: SessionGateway, claim: Claim) -> None:
    while True:
        delivered = await gateway.receive()
        for pause in chain(_PAUSES, repeat(_LONGEST_PAUSE)):
            try:
                async with runner.everywhere() as session:
                    await receipts.keep(
                        session, gateway, delivered.raw, is_test=claim.is_test, webhook_id=delivered.name
                    )
            except SQLAlchemyError as error:
                log.warning("receipts_not_kept", gateway=gateway.name, reason=type(error).__name__)
                await asyncio.sleep(pause)
            else:
                delivered.acknowledge()
                break
