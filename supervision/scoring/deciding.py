from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.errors import Conflict, NotFound
from supervision.scoring import policy, telling
from supervision.scoring.errors import (
    DeductionNotConfirmed,
    DeductionNotDisputed,
    DeductionNotProposed,
    DisputeTooLate,
)
from supervision.scoring.models import Deduction, EntryKind, ScoreEntry, ScoringPolicy, ScoringRule
from supervision.scoring.settling import require_open_year
from supervision.scoring.states import STEPS, DeductionState, DeductionVerb

REFUSALS: dict[DeductionState, type[Conflict]] = {
    DeductionState.PROPOSED: DeductionNotProposed,
    DeductionState.CONFIRMED: DeductionNotConfirmed,
    DeductionState.DISPUTED: DeductionNotDisputed,
}
_ENTERING = frozenset({DeductionVerb.CONFIRM, DeductionVerb.REVERSE, DeductionVerb.GRANT})


async def confirm_deduction(session: AsyncSession, actor: Actor, deduction_id: UUID) -> None:
    """Confirm a proposed deduction, which counts from now on and is told to the unit's leaders (annex art. 13, 14).

    Refused are its own proposer, and a year that is settled.
    """
    deduction = await _locked(session, actor, deduction_id, DeductionVerb.CONFIRM)
    days, _ = await _days(session, deduction)
    until = await clock.today(session) + timedelta(days=days)
    now = await _decide(session, actor, deduction, DeductionVerb.CONFIRM)
    deduction.dispute_until_on = until
    session.add(_entry(actor, deduction, EntryKind.DEDUCTION, now, deduction.reason))
    await audit.record(session, actor, "deduction.confirmed", deduction_id, points=deduction.points)
    note = telling.Note(
        matter=f"deduction:{deduction_id}:confirmed",
        variables={"points": telling.plain_points(deduction.points), "until": until},
    )
    await telling.tell_leaders(session, actor, template="deduction", notes={deduction.unit_id: note})


async def refuse_deduction(session: AsyncSession, actor: Actor, deduction_id: UUID, *, reason: str) -> None:
    """Refuse a proposed deduction, which stays on record and never comes again; refuses its own proposer."""
    deduction = await _locked(session, actor, deduction_id, DeductionVerb.REFUSE)
    await _decide(session, actor, deduction, DeductionVerb.REFUSE)
    deduction.decision = reason
    await audit.record(session, actor, "deduction.refused", deduction_id, reason=reason)


async def reverse_deduction(session: AsyncSession, actor: Actor, deduction_id: UUID, *, reason: str) -> None:
    """Reverse a confirmed deduction by a counter-entry; refuses whoever proposed or confirmed it, and a settled year.

    One that is disputed is reversed by the ruling on its dispute.
    """
    deduction = await _locked(session, actor, deduction_id, DeductionVerb.REVERSE)
    now = await _decide(session, actor, deduction, DeductionVerb.REVERSE)
    deduction.decision = reason
    session.add(_entry(actor, deduction, EntryKind.REVERSAL, now, reason))
    await audit.record(session, actor, "deduction.reversed", deduction_id, points=deduction.points, reason=reason)


async def dispute_deduction(session: AsyncSession, actor: Actor, deduction_id: UUID, *, grounds: str) -> None:
    """Dispute a confirmed deduction, which counts until the dispute is granted; refuses a dispute that is too late."""
    deduction = await _locked(session, actor, deduction_id, DeductionVerb.DISPUTE)
    today = await clock.today(session)
    until = deduction.dispute_until_on
    if until is None or today > until:
        raise DisputeTooLate(until=until)
    (_, days), now = await _days(session, deduction), await clock.now(session)
    deduction.state, deduction.grounds = DeductionState.DISPUTED, grounds
    deduction.disputed_by, deduction.disputed_at = actor.person, now
    deduction.ruling_due_on = today + timedelta(days=days)
    await audit.record(session, actor, "deduction.disputed", deduction_id, grounds=grounds)


async def rule_on_dispute(
    session: AsyncSession, actor: Actor, deduction_id: UUID, *, verdict: DeductionState, reason: str
) -> None:
    """Uphold a disputed deduction, or reverse it by a counter-entry; refuses whoever proposed or confirmed it."""
    is_granted = verdict is DeductionState.REVERSED
    verb = DeductionVerb.GRANT if is_granted else DeductionVerb.UPHOLD
    deduction = await _locked(session, actor, deduction_id, verb)
    now = await _decide(session, actor, deduction, verb)
    deduction.decision = reason
    if is_granted:
        session.add(_entry(actor, deduction, EntryKind.REVERSAL, now, reason))
    await audit.record(session, actor, f"deduction.{verdict}", deduction_id, points=deduction.points, reason=reason)


async def _decide(session: AsyncSession, actor: Actor, deduction: Deduction, verb: DeductionVerb) -> datetime:
    policy.require_another_person(actor, deduction)
    if verb in _ENTERING:
        await require_open_year(session, actor, deduction.year)
    now = await clock.now(session)
    deduction.state, deduction.decided_by, deduction.decided_at = STEPS[verb][1], actor.person, now
    return now


async def _locked(session: AsyncSession, actor: Actor, deduction_id: UUID, verb: DeductionVerb) -> Deduction:
    """Lock what the verb is about; refuses what is not in the state from which the verb leads."""
    statement = select(Deduction).where(Deduction.id == deduction_id, policy.deductions_visible_to(actor))
    deduction = await session.scalar(statement.with_for_update(), execution_options={"populate_existing": True})
    if deduction is None:
        raise NotFound
    source, _ = STEPS[verb]
    if deduction.state != source:
        raise REFUSALS[source](state=deduction.state)
    return deduction


async def _days(session: AsyncSession, deduction: Deduction) -> tuple[int, int]:
    """Return the days to dispute a deduction and to rule on it, of the policy in force on the day of its fact."""
    statement = (
        select(ScoringPolicy.dispute_days, ScoringPolicy.ruling_days)
        .join(ScoringRule, ScoringRule.policy_id == ScoringPolicy.id)
        .where(ScoringRule.id == deduction.rule_id)
    )
    dispute_days, ruling_days = (await session.execute(statement)).one()
    return dispute_days, ruling_days


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
