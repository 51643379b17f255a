from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.audit import signatures
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.insertion import insert_or_refuse
from supervision.foundation.locks import find_locked, get_locked
from supervision.foundation.two_persons import CounterStep
from supervision.identity.models import Unit
from supervision.scoring import policy
from supervision.scoring.errors import (
    CorrectionAlreadyProposed,
    CorrectionChangesNothing,
    DeductionNotConfirmed,
    ProposalDecided,
    UnknownDeduction,
    YearNotSettled,
)
from supervision.scoring.models import Correction, Deduction, ScoreEntry, ScoreEntryKind
from supervision.scoring.score_formula import SCORES_WITHOUT
from supervision.scoring.settlement import is_settled, require_open_year
from supervision.scoring.settlement_queries import get_correction
from supervision.scoring.states import CORRECTION_FOLLOWS, CorrectionState, DeductionState

_SCORE = text(f"WITH {SCORES_WITHOUT} SELECT score FROM score WHERE unit_id = :unit_id")  # noqa: S608 - our own text


async def propose_correction(session: AsyncSession, actor: Actor, *, deduction_id: UUID, reason: str) -> UUID:
    """Propose to give back, in the year after, what a settled year took wrongly, in points (annex art. 4).

    Refused are a deduction that does not count, one whose year is not settled or the year after it is, one without
    which the score would be the same, and a second proposal.
    """
    deduction = await _get_deduction_for_update(session, actor, deduction_id)
    year = deduction.year + 1
    correction = Correction(
        deduction_id=deduction_id,
        unit_id=deduction.unit_id,
        corrects_year=deduction.year,
        year=year,
        points=await _taken(session, actor, deduction),
        reason=reason,
        state=CorrectionState.PROPOSED,
        proposed_by=actor.person,
        proposed_at=await clock.now(session),
    )
    await insert_or_refuse(session, correction, uq_correction_once=CorrectionAlreadyProposed)
    await audit.record(
        session, actor, "correction.proposed", correction.id, deduction_id=deduction_id, points=correction.points
    )
    return correction.id


async def confirm_correction(session: AsyncSession, actor: Actor, correction_id: UUID, version: int) -> None:
    """Confirm a correction, which enters the points as a counter-entry of the year after.

    Refused are a stale version, whoever proposed it, and whoever proposed or confirmed the deduction; else as when it
    is proposed.
    """
    correction, signed = await _lock_as_read(session, actor, correction_id, version, CorrectionState.CONFIRMED)
    deduction = await _get_deduction_for_update(session, actor, correction.deduction_id)
    step = CounterStep.CONFIRM_SCORE_CORRECTION
    policy.require_another_person(actor, step, deduction, proposed_by=correction.proposed_by)
    # Others of its event may have been corrected meanwhile.
    correction.points = await _taken(session, actor, deduction)
    now = await clock.now(session)
    correction.state = CorrectionState.CONFIRMED
    correction.decided_by, correction.decided_at = actor.person, now
    entry = ScoreEntry(
        deduction_id=deduction.id,
        unit_id=deduction.unit_id,
        year=correction.year,
        event=deduction.event,
        kind=ScoreEntryKind.CORRECTION,
        points=correction.points,
        entered_at=now,
        entered_by=actor.person,
        reason=correction.reason,
        corrects_year=correction.corrects_year,
    )
    session.add(entry)
    facts = {"points": correction.points, "signed_sha256": signed}
    await audit.record(session, actor, "correction.confirmed", correction_id, **facts)


async def refuse_correction(
    session: AsyncSession, actor: Actor, correction_id: UUID, version: int, *, reason: str
) -> None:
    """Refuse a correction, after which it may be proposed again; refuses its proposer, and a stale version."""
    correction, signed = await _lock_as_read(session, actor, correction_id, version, CorrectionState.REFUSED)
    policy.require_another_corrector(actor, correction)
    correction.state, correction.decision = CorrectionState.REFUSED, reason
    correction.decided_by, correction.decided_at = actor.person, await clock.now(session)
    await audit.record(session, actor, "correction.refused", correction_id, reason=reason, signed_sha256=signed)


async def _taken(session: AsyncSession, actor: Actor, deduction: Deduction) -> Decimal:
    if deduction.state not in (DeductionState.CONFIRMED, DeductionState.UPHELD):
        raise DeductionNotConfirmed(state=deduction.state)
    if not await is_settled(session, deduction.year):
        raise YearNotSettled(year=deduction.year)
    await require_open_year(session, actor, deduction.year + 1)
    # Two corrections of one unit are reckoned one after the other, the second with what the first gave back.
    await session.execute(select(Unit.id).where(Unit.id == deduction.unit_id).with_for_update(key_share=True))
    points = await _score(session, deduction, [deduction.id]) - await _score(session, deduction, [])
    if not points:
        raise CorrectionChangesNothing
    return points


async def _score(session: AsyncSession, deduction: Deduction, without: Sequence[UUID]) -> Decimal:
    """Compute the unit's score of the settled year as if these deductions, and those corrected before, were not."""
    of_the_unit = (ScoreEntry.unit_id == deduction.unit_id, ScoreEntry.kind == ScoreEntryKind.CORRECTION)
    corrected = await session.scalars(select(ScoreEntry.deduction_id).where(*of_the_unit))
    facts = {
        "year": deduction.year,
        "as_of": await clock.now(session),
        "policy_on": date(deduction.year, 12, 31),
        "unit_id": deduction.unit_id,
        "without": [*corrected, *without],
    }
    score: Decimal = (await session.execute(_SCORE, facts)).scalar_one()
    return score


async def _get_deduction_for_update(session: AsyncSession, actor: Actor, deduction_id: UUID) -> Deduction:
    statement = select(Deduction).where(Deduction.id == deduction_id, policy.deductions_visible_to(actor))
    deduction = await find_locked(session, statement)
    if deduction is None:
        raise UnknownDeduction
    return deduction


async def _lock_as_read(
    session: AsyncSession, actor: Actor, correction_id: UUID, version: int, following: CorrectionState
) -> tuple[Correction, str]:
    correction = await get_locked(session, select(Correction).where(Correction.id == correction_id))
    signed = signatures.sign(correction, version, await get_correction(session, actor, correction_id))
    if following not in CORRECTION_FOLLOWS[CorrectionState(correction.state)]:
        raise ProposalDecided(state=correction.state)
    return correction, signed
