from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit.models import AuditEvent
from supervision.foundation import clock, metrics
from supervision.foundation.actors import Actor
from supervision.foundation.driver import send

Subject = UUID | int | str | None

# Inline, because a row without jurisdiction may be written and never read back, not even by RETURNING.
_WRITE = insert(cast(Table, AuditEvent.__table__)).inline()


async def record(session: AsyncSession, actor: Actor, verb: str, subject_id: Subject, **facts: Any) -> None:
    """Write down, in the command's own transaction, who did what to which subject, with the facts that matter."""
    await record_each(session, actor, verb, [(subject_id, facts)])


async def record_each(
    session: AsyncSession, actor: Actor, verb: str, subjects: Sequence[tuple[Subject, Mapping[str, Any]]]
) -> None:
    """Write down that somebody did the same to each of many subjects: a row for each, in one go."""
    if not subjects:
        return
    metrics.COMMANDS.labels(verb).inc(len(subjects))
    at = await clock.now(session)
    rows = [
        {
            "at": at,
            "verb": verb,
            "role": actor.role,
            "client_id": actor.client_id,
            "official_id": actor.official_id,
            "subject_id": None if subject_id is None else str(subject_id),
            "facts": {name: _plain(value) for name, value in facts.items()},
            "request_id": actor.request_id,
        }
        for subject_id, facts in subjects
    ]
    await session.execute(_WRITE, rows)


async def record_refused_logins(
    session: AsyncSession, *, at: datetime, failures: int, prefixes: Mapping[str, int], addresses: Mapping[str, int]
) -> None:
    """Write down in one row the logins that were refused since the last one.

    Those of known keys belong to their county. Of others nobody is known, so the row belongs to no jurisdiction.
    """
    row = {
        "at": at,
        "verb": "login.refused",
        "role": "",
        "subject_id": None,
        "facts": {"failures": failures, "prefixes": dict(prefixes), "addresses": dict(addresses)},
        "request_id": "",
    }
    await send(session, _WRITE, [row])


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | bool | list | dict | None) else str(value)
