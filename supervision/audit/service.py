from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit.models import AuditEvent
from supervision.foundation import clock, metrics
from supervision.foundation.actors import Actor


async def record(session: AsyncSession, actor: Actor, verb: str, subject_id: UUID | int | None, **facts: Any) -> None:
    """Write down, in the command's own transaction, who did what to which subject, with the facts that matter."""
    metrics.COMMANDS.labels(verb).inc()
    session.add(
        AuditEvent(
            at=await clock.now(session),
            verb=verb,
            role=actor.role,
            client_id=actor.client_id,
            official_id=actor.official_id,
            subject_id=None if subject_id is None else str(subject_id),
            facts={name: _plain(value) for name, value in facts.items()},
            request_id=actor.request_id,
        )
    )
    await session.flush()


def record_refused_login(session: AsyncSession, *, at: datetime, lookup: str, address: str, request_id: str) -> None:
    """Write down a login that was refused; nobody is known yet, so the row belongs to no jurisdiction."""
    session.add(
        AuditEvent(
            at=at,
            verb="login.refused",
            role="",
            client_id=None,
            official_id=None,
            subject_id=lookup,
            facts={"address": address},
            request_id=request_id,
        )
    )


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | bool | list | dict | None) else str(value)
