from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.clock import real_now
from supervision.foundation.database import ask_worker
from supervision.foundation.driver import fetch
from supervision.messaging import rules, templates
from supervision.messaging.models import MessageDecision
from supervision.messaging.rules import VariableValue
from supervision.messaging.states import UNREACHED, DecisionKind


@dataclass(frozen=True, slots=True)
class NewMessage:
    """One text to one official; of one matter they get one message, whenever it is queued again."""

    official_id: UUID
    matter: str
    variables: Mapping[str, VariableValue]


# Two posts of one person have one telephone: under one matter it rings once.
_QUEUE = text("""
    WITH wanted AS (
        SELECT * FROM unnest(
            CAST(:official_ids AS uuid[]), CAST(:matters AS text[]), CAST(:texts AS text[]), CAST(:parts AS int[])
        ) AS w (official_id, matter, text, parts)
    ), made AS (
        INSERT INTO message (official_id, matter, text, parts, template_id, is_test, not_before, queued_at)
        SELECT DISTINCT ON (w.matter, o.telephone_index)
            w.official_id, w.matter, w.text, w.parts, :template_id, :is_test, :not_before, :queued_at
        FROM wanted w JOIN official o ON o.id = w.official_id
        WHERE o.left_on IS NULL AND o.telephone_sealed IS NOT NULL
        ORDER BY w.matter, o.telephone_index, w.official_id
        ON CONFLICT (jurisdiction_id, matter, official_id) WHERE matter IS NOT NULL DO NOTHING
        RETURNING id
    )
    SELECT count(*) FROM made
""")


# What was sent again has no matter of its own.
_OF_MATTERS = """
    SELECT id FROM message WHERE matter = ANY(CAST(:matters AS text[]))
    UNION ALL
    SELECT d.resent_as FROM message_decision d JOIN message m ON m.id = d.message_id
    WHERE m.matter = ANY(CAST(:matters AS text[])) AND d.resent_as IS NOT NULL
"""
_WITHDRAW = text(f"""
    UPDATE message SET state = 'cancelled', finished_at = :now
    WHERE id IN ({_OF_MATTERS}) AND state = 'queued'
    RETURNING id
""")  # noqa: S608 - our own text
_UNDECIDED = text(f"""
    SELECT id FROM message m
    WHERE id IN ({_OF_MATTERS}) AND state = ANY(CAST(:unreached AS text[]))
        AND NOT EXISTS (SELECT FROM message_decision d WHERE d.message_id = m.id)
""")  # noqa: S608 - our own text


# What the heir has of a matter already stays as it is; the rest, broadcasts included, is sent to nobody.
_READDRESS = text("""
    UPDATE message m SET official_id = :heir_id
    WHERE m.official_id = :official_id AND m.state = 'queued' AND m.broadcast_id IS NULL
        AND NOT EXISTS (SELECT FROM message o WHERE o.matter = m.matter AND o.official_id = :heir_id)
    RETURNING id
""")
_CANCEL = text("""
    UPDATE message SET state = 'cancelled', finished_at = :now
    WHERE official_id = :official_id AND state = 'queued'
    RETURNING id
""")


async def queue(session: AsyncSession, actor: Actor, *, template: str, messages: Sequence[NewMessage]) -> int:
    """Queue each message whose official is in post and has a number; return how many are new.

    Refuses an unknown template, and variables that leave its text unfilled or make it too long.
    """
    if not messages:
        return 0
    current = await templates.get_current(session, template)
    filled = [templates.fill_asked(current.body, message.variables) for message in messages]
    made: int | None = await session.scalar(
        _QUEUE,
        {
            "official_ids": [message.official_id for message in messages],
            "matters": [message.matter for message in messages],
            "texts": [text for text, _ in filled],
            "parts": [parts for _, parts in filled],
            "template_id": current.id,
            "is_test": actor.is_test,
            "not_before": leaves_at(actor),
            "queued_at": await clock.now(session),
        },
    )
    await audit.record(session, actor, "messages.queued", None, template=template, count=made or 0)
    ask_worker(session, "deliver")
    return made or 0


async def withdraw(session: AsyncSession, actor: Actor, *, matters: Sequence[str]) -> int:
    """Cancel what is still queued under these matters, and leave nothing to decide about the rest of them."""
    count = len(await fetch(session, _WITHDRAW, {"matters": list(matters), "now": real_now()}))
    undecided = await fetch(session, _UNDECIDED, {"matters": list(matters), "unreached": list(UNREACHED)})
    now = await clock.now(session)
    session.add_all(
        MessageDecision(message_id=row["id"], decision=DecisionKind.NOT_NEEDED, decided_at=now) for row in undecided
    )
    if count:
        await audit.record(session, actor, "messages.withdrawn", None, matters=list(matters), count=count)
    return count


async def readdress(session: AsyncSession, actor: Actor, *, official_id: UUID, heir_id: UUID | None) -> None:
    """Send to an heir what still waits for an official who has left, and cancel what is for nobody else."""
    moved = await fetch(session, _READDRESS, {"official_id": official_id, "heir_id": heir_id}) if heir_id else []
    cancelled = await fetch(session, _CANCEL, {"official_id": official_id, "now": real_now()})
    facts = {"heir_id": heir_id, "moved": len(moved), "cancelled": len(cancelled)}
    await audit.record(session, actor, "messages.readdressed", official_id, **facts)


def leaves_at(actor: Actor, *, is_critical: bool = False) -> datetime:
    """Return when messages of this actor may leave: quiet hours bind them, unless critical or bound for a simulator."""
    return leaves_after(None, may_wake=is_critical or actor.is_test)


def leaves_after(moment: datetime | None, *, may_wake: bool) -> datetime:
    """Return when what is to leave at a moment may leave, or at once where it has passed or none is given."""
    now = real_now()
    due = max(now, moment or now)
    return due if may_wake else rules.not_before(due)
