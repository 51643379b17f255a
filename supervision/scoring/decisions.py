from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.audit import signatures
from supervision.documents import uploads
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.errors import Conflict
from supervision.foundation.locks import get_locked
from supervision.foundation.two_persons import CounterStep
from supervision.identity.two_person_steps import require_another_if_asked
from supervision.scoring import leader_notes, policy, queries
from supervision.scoring.errors import (
    DeductionAlreadyVerified,
    DeductionCorrected,
    DeductionNotConfirmed,
    DeductionNotDisputed,
    DeductionNotProposed,
    DeductionNotVerified,
    DisputeTooLate,
    SameFactUnknown,
)
from supervision.scoring.models import (
    Correction,
    Deduction,
    DeductionEvidence,
    Needs,
    ScoreEntry,
    ScoreEntryKind,
    ScoringPolicy,
    ScoringRule,
)
from supervision.scoring.settlement import require_open_year
from supervision.scoring.states import STEPS, CorrectionState, DeductionState, DeductionVerb

REFUSALS: dict[DeductionState, type[Conflict]] = {
    DeductionState.PROPOSED: DeductionNotProposed,
    DeductionState.CONFIRMED: DeductionNotConfirmed,
    DeductionState.DISPUTED: DeductionNotDisputed,
}
_COUNTER_STEPS = {
    DeductionVerb.CONFIRM: CounterStep.CONFIRM_DEDUCTION,
    DeductionVerb.REFUSE: CounterStep.REFUSE_DEDUCTION,
    DeductionVerb.REVERSE: CounterStep.REVERSE_DEDUCTION,
    DeductionVerb.UPHOLD: CounterStep.RULE_ON_DISPUTE,
    DeductionVerb.GRANT: CounterStep.RULE_ON_DISPUTE,
}
_REVERSING = frozenset({DeductionVerb.REVERSE, DeductionVerb.GRANT})
_ENTERING = _REVERSING | {DeductionVerb.CONFIRM}


async def verify_deduction(
    session: AsyncSession, actor: Actor, deduction_id: UUID, version: int, *, verification: str
) -> None:
    """Record that the fact of a proposed deduction was looked into and is true (annex art. 12); refuses a second time.

    Who verified does not confirm. A stale version is refused, here and in all that follows but the dispute.
    """
    deduction, signed = await _locked_as_read(session, actor, deduction_id, version, DeductionVerb.VERIFY)
    if deduction.verified_at is not None:
        raise DeductionAlreadyVerified
    taken_by = {"propose_deduction": deduction.proposed_by}
    await require_another_if_asked(session, actor, CounterStep.VERIFY_DEDUCTION_BY_ANOTHER, taken_by)
    deduction.verification, deduction.verified_by = verification, actor.person
    deduction.verified_at = await clock.now(session)
    facts = {"verification": verification, "signed_sha256": signed}
    await audit.record(session, actor, "deduction.verified", deduction_id, **facts)


async def confirm_deduction(
    session: AsyncSession, actor: Actor, deduction_id: UUID, version: int, *, same_fact_as_id: UUID | None = None
) -> None:
    """Confirm a proposed deduction, which counts from now on and is told to the unit's leaders (annex art. 13, 14).

    The unit can read its evidence from now on. It counts as one fact with another confirmed one, if that is named.
    Refused are its own proposer and verifier, a year that is settled, and what the rule needs verified and nobody did.
    """
    deduction, signed = await _locked_as_read(session, actor, deduction_id, version, DeductionVerb.CONFIRM)
    rule = await _rule(session, deduction)
    if rule["needs"] == Needs.VERIFICATION and deduction.verified_at is None:
        raise DeductionNotVerified
    event = deduction.event if same_fact_as_id is None else await _event_of(session, deduction, same_fact_as_id)
    until = await clock.today(session) + timedelta(days=rule["dispute_days"])
    now = await _decide(session, actor, deduction, DeductionVerb.CONFIRM)
    deduction.dispute_until_on = until
    session.add(_entry(actor, deduction, ScoreEntryKind.DEDUCTION, now, deduction.reason, event=event))
    evidence = select(DeductionEvidence.attachment_id).where(DeductionEvidence.deduction_id == deduction_id)
    shown = (await session.scalars(evidence)).all()
    await uploads.show_to(session, attachment_ids=shown, unit_id=deduction.unit_id)
    facts = {"points": deduction.points, "signed_sha256": signed}
    await audit.record(session, actor, "deduction.confirmed", deduction_id, **facts)
    note = leader_notes.LeaderNote(
        matter=f"deduction:{deduction_id}:confirmed",
        variables={"points": leader_notes.plain_points(deduction.points), "until": until},
    )
    await leader_notes.tell_leaders(session, actor, template="deduction", notes={deduction.unit_id: note})


async def refuse_deduction(
    session: AsyncSession, actor: Actor, deduction_id: UUID, version: int, *, reason: str
) -> None:
    """Refuse a proposed deduction, which stays on record and never comes again; refuses its own proposer."""
    deduction, signed = await _locked_as_read(session, actor, deduction_id, version, DeductionVerb.REFUSE)
    await _decide(session, actor, deduction, DeductionVerb.REFUSE)
    deduction.decision = reason
    await audit.record(session, actor, "deduction.refused", deduction_id, reason=reason, signed_sha256=signed)


async def reverse_deduction(
    session: AsyncSession, actor: Actor, deduction_id: UUID, version: int, *, reason: str
) -> None:
    """Reverse a confirmed deduction by a counter-entry; refuses whoever proposed or confirmed it, and a settled year.

    One that is disputed is reversed by the ruling on its dispute.
    """
    deduction, signed = await _locked_as_read(session, actor, deduction_id, version, DeductionVerb.REVERSE)
    now = await _decide(session, actor, deduction, DeductionVerb.REVERSE)
    deduction.decision = reason
    session.add(_entry(actor, deduction, ScoreEntryKind.REVERSAL, now, reason))
    facts = {"points": deduction.points, "reason": reason, "signed_sha256": signed}
    await audit.record(session, actor, "deduction.reversed", deduction_id, **facts)


async def dispute_deduction(session: AsyncSession, actor: Actor, deduction_id: UUID, *, grounds: str) -> None:
    """Dispute a confirmed deduction, which counts until the dispute is granted; refuses a dispute that is too late."""
    deduction = await _lock(session, actor, deduction_id)
    _require_source(deduction, DeductionVerb.DISPUTE)
    today = await clock.today(session)
    until = deduction.dispute_until_on
    if until is None or today > until:
        raise DisputeTooLate(until=until)
    rule, now = await _rule(session, deduction), await clock.now(session)
    deduction.state, deduction.grounds = DeductionState.DISPUTED, grounds
    deduction.disputed_by, deduction.disputed_at = actor.person, now
    deduction.ruling_due_on = today + timedelta(days=rule["ruling_days"])
    await audit.record(session, actor, "deduction.disputed", deduction_id, grounds=grounds)


async def rule_on_dispute(
    session: AsyncSession, actor: Actor, deduction_id: UUID, version: int, *, verdict: DeductionState, reason: str
) -> None:
    """Uphold a disputed deduction, or reverse it by a counter-entry; refuses whoever proposed or confirmed it."""
    is_granted = verdict is DeductionState.REVERSED
    verb = DeductionVerb.GRANT if is_granted else DeductionVerb.UPHOLD
    deduction, signed = await _locked_as_read(session, actor, deduction_id, version, verb)
    now = await _decide(session, actor, deduction, verb)
    deduction.decision = reason
    if is_granted:
        session.add(_entry(actor, deduction, ScoreEntryKind.REVERSAL, now, reason))
    facts = {"points": deduction.points, "reason": reason, "signed_sha256": signed}
    await audit.record(session, actor, f"deduction.{verdict}", deduction_id, **facts)


async def _decide(session: AsyncSession, actor: Actor, deduction: Deduction, verb: DeductionVerb) -> datetime:
    policy.require_another_person(actor, _COUNTER_STEPS[verb], deduction)
    if verb in _ENTERING:
        await require_open_year(session, actor, deduction.year)
    if verb in _REVERSING:
        await _require_uncorrected(session, deduction)
    now = await clock.now(session)
    deduction.state, deduction.decided_by, deduction.decided_at = STEPS[verb][1], actor.person, now
    return now


async def _locked_as_read(
    session: AsyncSession, actor: Actor, deduction_id: UUID, version: int, verb: DeductionVerb
) -> tuple[Deduction, str]:
    """Lock what is signed, and return its digest; refuses a stale version, and what the verb does not lead from."""
    deduction = await _lock(session, actor, deduction_id)
    signed = signatures.sign(deduction, version, await queries.get_deduction(session, actor, deduction_id))
    _require_source(deduction, verb)
    return deduction, signed


async def _lock(session: AsyncSession, actor: Actor, deduction_id: UUID) -> Deduction:
    statement = select(Deduction).where(Deduction.id == deduction_id, policy.deductions_visible_to(actor))
    return await get_locked(session, statement)


def _require_source(deduction: Deduction, verb: DeductionVerb) -> None:
    source, _ = STEPS[verb]
    if deduction.state != source:
        raise REFUSALS[source](state=deduction.state)


async def _rule(session: AsyncSession, deduction: Deduction) -> RowMapping:
    """Return what the rule needs, and the days to dispute and to rule, of the policy in force on the fact's day."""
    statement = (
        select(ScoringRule.needs, ScoringPolicy.dispute_days, ScoringPolicy.ruling_days)
        .join(ScoringRule, ScoringRule.policy_id == ScoringPolicy.id)
        .where(ScoringRule.id == deduction.rule_id)
    )
    return (await session.execute(statement)).mappings().one()


async def _event_of(session: AsyncSession, deduction: Deduction, same_fact_as_id: UUID) -> str:
    statement = select(ScoreEntry.event).where(
        ScoreEntry.deduction_id == same_fact_as_id,
        ScoreEntry.kind == ScoreEntryKind.DEDUCTION,
        ScoreEntry.unit_id == deduction.unit_id,
        ScoreEntry.year == deduction.year,
    )
    event = await session.scalar(statement)
    if event is None:
        raise SameFactUnknown
    return event


async def _require_uncorrected(session: AsyncSession, deduction: Deduction) -> None:
    standing = Correction.state != CorrectionState.REFUSED
    if await session.scalar(select(Correction.id).where(Correction.deduction_id == deduction.id, standing)):
        raise DeductionCorrected


def _entry(
    actor: Actor, deduction: Deduction, kind: ScoreEntryKind, at: datetime, reason: str, *, event: str | None = None
) -> ScoreEntry:
    return ScoreEntry(
        deduction_id=deduction.id,
        unit_id=deduction.unit_id,
        year=deduction.year,
        event=event or deduction.event,
        kind=kind,
        points=-deduction.points if kind is ScoreEntryKind.DEDUCTION else deduction.points,
        entered_at=at,
        entered_by=actor.person,
        reason=reason,
    )
