"""What people decide about messages that did not surely reach their officials."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.database import ask_worker
from supervision.foundation.driver import fetch
from supervision.foundation.insertion import insert_or_refuse
from supervision.foundation.locks import get_locked
from supervision.messaging import number_faults, outbox
from supervision.messaging.errors import MessageAlreadyDecided, MessageNotToDecide, MessageNotToResend
from supervision.messaging.models import Message, MessageDecision
from supervision.messaging.states import UNREACHED, DecisionKind, NumberFaultKind

# A message of its own: its gateway knows the first by its id, and would take a second of that id for the first. It
# keeps the quiet hours, for whoever decides is awake, and the official need not be.
_SEND_AGAIN = text("""
    WITH again AS MATERIALIZED (
        SELECT m.*, coalesce(m.text, b.text) AS whole, coalesce(m.parts, b.parts) AS billed,
            nextval(pg_get_serial_sequence('message', 'id')) AS resent_as
        FROM message m LEFT JOIN broadcast b ON b.id = m.broadcast_id JOIN official o ON o.id = m.official_id
        WHERE m.id = ANY(CAST(:ids AS bigint[])) AND m.erased_at IS NULL
            AND o.left_on IS NULL AND o.telephone_sealed IS NOT NULL
    ), made AS (
        INSERT INTO message (
            id, jurisdiction_id, official_id, template_id, text, parts, is_test, not_before, queued_at
        ) OVERRIDING SYSTEM VALUE
        SELECT resent_as, jurisdiction_id, official_id, template_id, whole, billed, is_test, :not_before, :queued_at
        FROM again
    )
    SELECT id, resent_as FROM again
""")


async def decide(
    session: AsyncSession, actor: Actor, message_id: int, *, decision: DecisionKind, reason: str | None
) -> None:
    """Decide what is done about a message that is unknown, failed, refused or expired.

    Refuses a message that reached its official or is under way, one that somebody has decided about, and to send
    again what nobody can receive.
    """
    message = await get_locked(session, select(Message).where(Message.id == message_id))
    if message.state not in UNREACHED:
        raise MessageNotToDecide
    resent_as = None
    if decision is DecisionKind.RESEND:
        resent_as = (await _send_again(session, actor, [message_id])).get(message_id)
        if resent_as is None:
            raise MessageNotToResend
    row = MessageDecision(
        message_id=message_id,
        decision=decision,
        reason=reason,
        decided_by=actor.person,
        decided_at=await clock.now(session),
        resent_as=resent_as,
    )
    await insert_or_refuse(session, row, uq_message_decision_message_id=MessageAlreadyDecided)
    if decision is DecisionKind.WRONG_PERSON:
        await number_faults.note(session, [message_id], NumberFaultKind.WRONG_PERSON)
    facts = {"decision": decision, "state": message.state, "reason": reason, "resent_as": resent_as}
    await audit.record(session, actor, "message.decided", message_id, **facts)


async def try_new_numbers(session: AsyncSession, actor: Actor, *, limit: int) -> int:
    """Send once more what a number did not take to the number that its official has now; returns how many."""
    found = await number_faults.find_renewed(session, limit=limit)
    resent = await _send_again(session, actor, found) if found else {}
    now = await clock.now(session)
    session.add_all(
        MessageDecision(message_id=each, decision=DecisionKind.NEW_NUMBER, decided_at=now, resent_as=resent_as)
        for each, resent_as in resent.items()
    )
    if resent:
        await audit.record(session, actor, "messages.sent_to_new_numbers", None, message_ids=sorted(resent))
    return len(resent)


async def _send_again(session: AsyncSession, actor: Actor, message_ids: Sequence[int]) -> Mapping[int, int]:
    facts = {"ids": message_ids, "not_before": outbox.leaves_at(actor), "queued_at": await clock.now(session)}
    ask_worker(session, "deliver")
    return {row["id"]: row["resent_as"] for row in await fetch(session, _SEND_AGAIN, facts)}
