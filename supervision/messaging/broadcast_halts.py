"""Broadcasts that are paused, go on, or are cancelled: only what is still queued is touched, what has left has left."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.clock import real_now
from supervision.foundation.database import ask_worker
from supervision.foundation.driver import fetch
from supervision.foundation.locks import get_locked
from supervision.messaging import outbox, quotas
from supervision.messaging.errors import BroadcastNotPaused, BroadcastOver, BroadcastStoodStill
from supervision.messaging.models import Broadcast, Message
from supervision.messaging.states import BroadcastState, MessageState

# What was to be said a month ago is not to be said as it stands.
LONGEST_PAUSE = timedelta(days=30)

_CANCEL = text("""
    UPDATE message SET state = 'cancelled', finished_at = :now
    WHERE broadcast_id = ANY(CAST(:broadcast_ids AS uuid[])) AND state = 'queued' RETURNING id
""")
# What waits is counted in the day and month in which it leaves.
_MOVE = text("""
    UPDATE message SET not_before = :leaves_at
    WHERE broadcast_id = :broadcast_id AND state = 'queued' AND not_before < :leaves_at RETURNING id
""")
# A gateway that threw a message back after its broadcast was cancelled has left it in the queue.
_CANCEL_THROWN_BACK = text("""
    UPDATE message SET state = 'cancelled', finished_at = now()
    WHERE state = 'queued' AND broadcast_id IN (SELECT id FROM broadcast WHERE state = 'cancelled')
""")
_FORGOTTEN = text("""
    UPDATE broadcast SET state = 'cancelled', state_by = NULL, state_at = :now
    WHERE state = 'paused' AND state_at < :before RETURNING id
""")


async def pause_broadcast(session: AsyncSession, actor: Actor, broadcast_id: UUID, *, reason: str) -> None:
    """Keep back what is still queued of a broadcast; refuses one of which nothing is."""
    broadcast = await _lock(session, broadcast_id)
    queued = await _require_unfinished(session, broadcast)
    if broadcast.state != BroadcastState.SENDING:
        raise BroadcastOver(state=broadcast.state)
    await _enter(session, actor, broadcast, BroadcastState.PAUSED, reason)
    await audit.record(session, actor, "broadcast.paused", broadcast_id, reason=reason, queued=queued)


async def resume_broadcast(session: AsyncSession, actor: Actor, broadcast_id: UUID, *, reason: str) -> None:
    """Let a paused broadcast go on, at its moment or at once where that has passed, but not in quiet hours.

    Refuses one that is not paused, one that stood still for more than thirty days, and more than the quota of its day.
    """
    broadcast = await _lock(session, broadcast_id)
    if broadcast.state != BroadcastState.PAUSED or broadcast.state_at is None:
        raise BroadcastNotPaused
    if await clock.now(session) - broadcast.state_at > LONGEST_PAUSE:
        raise BroadcastStoodStill(days=LONGEST_PAUSE.days)
    may_wake = broadcast.is_test or broadcast.critical_reason is not None
    leaves_at = outbox.leaves_after(broadcast.send_at, may_wake=may_wake)
    moved = await fetch(session, _MOVE, {"broadcast_id": broadcast_id, "leaves_at": leaves_at})
    if moved:
        broadcast.leaves_at = leaves_at
        if not broadcast.is_test:
            # They are counted in the new day by now.
            await quotas.require_room(session, parts=0, leaves_at=leaves_at)
    await _enter(session, actor, broadcast, BroadcastState.SENDING, reason)
    facts = {"reason": reason, "moved": len(moved), "leaves_at": broadcast.leaves_at}
    await audit.record(session, actor, "broadcast.resumed", broadcast_id, **facts)
    ask_worker(session, "deliver")


async def cancel_broadcast(session: AsyncSession, actor: Actor, broadcast_id: UUID, *, reason: str) -> None:
    """Cancel what is still queued of a broadcast, for good; refuses one of which nothing is."""
    broadcast = await _lock(session, broadcast_id)
    await _require_unfinished(session, broadcast)
    cancelled = await _cancel_messages(session, [broadcast_id])
    await _enter(session, actor, broadcast, BroadcastState.CANCELLED, reason)
    facts = {"reason": reason, "cancelled": cancelled, "of": broadcast.recipients}
    await audit.record(session, actor, "broadcast.cancelled", broadcast_id, **facts)


async def cancel_thrown_back(session: AsyncSession) -> None:
    """Cancel, across all counties, what came back into the queue after its broadcast was cancelled."""
    await session.execute(_CANCEL_THROWN_BACK)


async def cancel_forgotten(session: AsyncSession, actor: Actor, *, before: datetime) -> None:
    """Cancel what was paused before a moment and never went on, so that its text and numbers do not stay for ever."""
    facts = {"now": await clock.now(session), "before": before}
    forgotten = [row["id"] for row in await fetch(session, _FORGOTTEN, facts)]
    if forgotten:
        cancelled = await _cancel_messages(session, forgotten)
        await audit.record(
            session,
            actor,
            "broadcasts.forgotten",
            None,
            broadcasts=[str(each) for each in forgotten],
            cancelled=cancelled,
        )


async def _cancel_messages(session: AsyncSession, broadcast_ids: Sequence[UUID]) -> int:
    return len(await fetch(session, _CANCEL, {"broadcast_ids": list(broadcast_ids), "now": real_now()}))


async def _lock(session: AsyncSession, broadcast_id: UUID) -> Broadcast:
    return await get_locked(session, select(Broadcast).where(Broadcast.id == broadcast_id))


async def _require_unfinished(session: AsyncSession, broadcast: Broadcast) -> int:
    """Return how many of its messages are queued; what is under way may come back into the queue."""
    counts = select(
        func.count().filter(Message.state == MessageState.QUEUED).label("queued"),
        func.count().filter(Message.state == MessageState.SUBMITTING).label("submitting"),
    ).where(Message.broadcast_id == broadcast.id)
    (found,) = await fetch(session, counts)
    if broadcast.state == BroadcastState.CANCELLED or not (found["queued"] or found["submitting"]):
        raise BroadcastOver(state=broadcast.state)
    return int(found["queued"])


async def _enter(session: AsyncSession, actor: Actor, broadcast: Broadcast, state: BroadcastState, reason: str) -> None:
    broadcast.state, broadcast.state_reason = state, reason
    broadcast.state_by, broadcast.state_at = actor.person, await clock.now(session)
