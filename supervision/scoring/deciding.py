from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.errors import Conflict, NotFound
from supervision.scoring import policy
from supervision.scoring.errors import DeductionNotConfirmed, DeductionNotProposed
from supervision.scoring.models import Deduction, EntryKind, ScoreEntry
from supervision.scoring.states import FOLLOWS, DeductionState


async def confirm_deduction(session: AsyncSession, actor: Actor, deduction_id: UUID) -> None:
    """Confirm a proposed deduction, which counts from now on (annex art. 13, 14); refuses its own proposer."""
    deduction, now = await _decide(session, actor, deduction_id, DeductionState.CONFIRMED, DeductionNotProposed)
    session.add(_entry(actor, deduction, EntryKind.DEDUCTION, now, deduction.reason))
    await audit.record(session, actor, "deduction.confirmed", deduction_id, points=deduction.points)


async def refuse_deduction(session: AsyncSession, actor: Actor, deduction_id: UUID, *, reason: str) -> None:
    """Refuse a proposed deduction, which stays on record and never comes again; refuses its own proposer."""
    deduction, _ = await _decide(session, actor, deduction_id, DeductionState.REFUSED, DeductionNotProposed)
    deduction.decision = reason
    await audit.record(session, actor, "deduction.refused", deduction_id, reason=reason)


async def reverse_deduction(session: AsyncSession, actor: Actor, deduction_id: UUID, *, reason: str) -> None:
    """Reverse a confirmed deduction by a counter-entry; refuses whoever proposed or confirmed it."""
    deduction, now = await _decide(session, actor, deduction_id, DeductionState.REVERSED, DeductionNotConfirmed)
    deduction.decision = reason
    session.add(_entry(actor, deduction, EntryKind.REVERSAL, now, reason))
    await audit.record(session, actor, "deduction.reversed", deduction_id, points=deduction.points, reason=reason)


async def _decide(
    session: AsyncSession, actor: Actor, deduction_id: UUID, verdict: DeductionState, refusal: type[Conflict]
) -> tuple[Deduction, datetime]:
    statement = select(Deduction).where(Deduction.id == deduction_id, policy.deductions_visible_to(actor))
    deduction = await session.scalar(statement.with_for_update(), execution_options={"populate_existing": True})
    if deduction is None:
        raise NotFound
    if verdict not in FOLLOWS[DeductionState(deduction.state)]:
        raise refusal(state=deduction.state)
    policy.require_another_person(actor, deduction)
    now = await clock.now(session)
    deduction.state, deduction.decided_by, deduction.decided_at = verdict, actor.person, now
    return deduction, now


def _entry(actor: Actor, deduction: Deduction, kind: EntryKind, at: datetime, reason: str) -> ScoreEntry:
    return ScoreEntry(
        deduction_id=deduction.id,
        unit_id=deduction.unit_id,
        year=deduction.year,
        event=deduction.event,
        kind=kind,
        points=-deduction.points if kind is EntryKind.DEDUCTION else deduction.points,
        entered_at=at,
        entered_by=actor.person,
        reason=reason,
    )
