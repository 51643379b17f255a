from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock
from supervision.foundation.actors import Actor, Role
from supervision.foundation.database import ask_worker
from supervision.foundation.locks import find_locked
from supervision.operations.models import IdempotencyRecord, Operation
from supervision.operations.states import FOLLOWS, OperationState

# A worker that was killed keeps its work from others for this long.
LEASE = timedelta(seconds=60)
REQUESTS_REMEMBERED = timedelta(hours=48)
_WAITING = (OperationState.QUEUED, OperationState.RUNNING)


@dataclass(frozen=True, slots=True)
class ClaimedOperation:
    """An operation that this worker may carry out until its lease runs out, and who asked for it."""

    id: UUID
    kind: str
    arguments: Mapping[str, Any]
    actor: Actor


async def start(session: AsyncSession, actor: Actor, *, kind: str, arguments: dict[str, Any]) -> UUID:
    """Queue a piece of work for the worker, to be done under the actor who asks for it."""
    operation = Operation(
        kind=kind,
        state=OperationState.QUEUED,
        arguments=arguments,
        actor=_stored(actor),
        created_at=await clock.now(session),
    )
    session.add(operation)
    await audit.record(session, actor, "operation.started", operation.id, kind=kind, **arguments)
    ask_worker(session, "operate")
    return operation.id


async def claim(session: AsyncSession) -> ClaimedOperation | None:
    """Lease the oldest operation of any county that waits, or whose worker was lost; None if there is none."""
    is_free = or_(Operation.leased_until.is_(None), Operation.leased_until < func.now())
    oldest = (
        select(Operation.id)
        .where(Operation.state.in_(_WAITING), is_free)
        .order_by(Operation.created_at)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    statement = (
        update(Operation)
        .where(Operation.id == oldest)
        .values(state=OperationState.RUNNING, leased_until=func.now() + LEASE, version=Operation.version + 1)
        .returning(Operation.id, Operation.jurisdiction_id, Operation.kind, Operation.arguments, Operation.actor)
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        return None
    return ClaimedOperation(row.id, row.kind, row.arguments, _restored(row.jurisdiction_id, row.actor))


async def note_progress(session: AsyncSession, operation_id: UUID, *, done: int, total: int) -> None:
    """Say how far an operation is, and renew its lease."""
    await session.execute(
        update(Operation)
        .where(Operation.id == operation_id, Operation.state == OperationState.RUNNING)
        .values(done=done, total=total, leased_until=func.now() + LEASE, version=Operation.version + 1)
    )


async def give_back(session: AsyncSession, operation_id: UUID) -> None:
    """Leave an operation that is not finished to the next worker, at once."""
    running = (Operation.id == operation_id) & (Operation.state == OperationState.RUNNING)
    await session.execute(update(Operation).where(running).values(leased_until=func.now()))


async def lock_running(session: AsyncSession, operation_id: UUID) -> Operation | None:
    """Lock an operation until the transaction ends; None if another worker has finished it."""
    statement = select(Operation).where(Operation.id == operation_id, Operation.state == OperationState.RUNNING)
    return await find_locked(session, statement)


async def finish(
    session: AsyncSession,
    actor: Actor,
    operation: Operation,
    state: OperationState,
    *,
    problems: Sequence[Mapping[str, Any]] = (),
    result: dict[str, Any] | None = None,
) -> None:
    """End a locked, running operation with its result or with what was wrong."""
    if state not in FOLLOWS[OperationState(operation.state)]:
        raise ValueError(state)
    operation.state = state
    operation.problems = [dict(problem) for problem in problems]
    operation.result = result
    operation.finished_at = await clock.now(session)
    operation.leased_until = None
    await audit.record(session, actor, f"operation.{state}", operation.id, kind=operation.kind, problems=len(problems))


async def forget_requests(session: AsyncSession) -> None:
    """Delete the remembered requests of every county that are older than 48 hours."""
    is_old = IdempotencyRecord.created_at < func.now() - REQUESTS_REMEMBERED
    await session.execute(delete(IdempotencyRecord).where(is_old))


def _stored(actor: Actor) -> dict[str, Any]:
    return {
        "role": actor.role,
        "client_id": _text(actor.client_id),
        "official_id": _text(actor.official_id),
        "unit_id": _text(actor.unit_id),
        "scopes": sorted(actor.scopes),
        "is_test": actor.is_test,
        "request_id": actor.request_id,
    }


def _restored(jurisdiction_id: UUID, stored: Mapping[str, Any]) -> Actor:
    return Actor(
        jurisdiction_id=jurisdiction_id,
        role=Role(stored["role"]),
        client_id=_id(stored["client_id"]),
        official_id=_id(stored["official_id"]),
        unit_id=_id(stored["unit_id"]),
        scopes=frozenset(stored["scopes"]),
        is_test=stored["is_test"],
        request_id=stored["request_id"],
    )


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def _id(value: str | None) -> UUID | None:
    return None if value is None else UUID(value)
