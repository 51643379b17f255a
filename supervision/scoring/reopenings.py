from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from supervision.audit import service as audit
from supervision.audit import signatures
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.insertion import insert_or_refuse
from supervision.foundation.locks import get_locked
from supervision.scoring import policy, rules
from supervision.scoring.errors import ProposalDecided, ReopeningAlreadyProposed, YearNotSettled
from supervision.scoring.models import ReopeningApproval, Settlement, SettlementReopening
from supervision.scoring.settlement import get_standing_for_update
from supervision.scoring.settlement_queries import get_reopening
from supervision.scoring.states import REOPENING_FOLLOWS, SETTLEMENT_FOLLOWS, ReopeningState, SettlementState


async def propose_reopening(session: AsyncSession, actor: Actor, *, year: int, reason: str) -> UUID:
    """Propose to settle a year anew (annex art. 4, 5); refuses a year that is not settled, and a second proposal."""
    settlement = await get_standing_for_update(session, year)
    if settlement is None or not _may_reopen(settlement):
        raise YearNotSettled(year=year)
    reopening = SettlementReopening(
        settlement_id=settlement.id,
        year=year,
        reason=reason,
        state=ReopeningState.PROPOSED,
        proposed_by=actor.person,
        proposed_at=await clock.now(session),
    )
    await insert_or_refuse(session, reopening, uq_settlement_reopening_once=ReopeningAlreadyProposed)
    await audit.record(session, actor, "reopening.proposed", reopening.id, year=year, reason=reason)
    return reopening.id


async def approve_reopening(session: AsyncSession, actor: Actor, reopening_id: UUID, version: int) -> None:
    """Approve a reopening; the second approval reopens the year, whose settlement stays as it is.

    Refused are a stale version, the proposer, whoever approved it before, and what is decided.
    """
    reopening, signed = await _locked_as_read(session, actor, reopening_id, version, ReopeningState.APPROVED)
    approvals = select(ReopeningApproval.approved_by).where(ReopeningApproval.reopening_id == reopening_id)
    approvers = (await session.scalars(approvals)).all()
    policy.require_another_approver(actor, reopening, approvers)
    now = await clock.now(session)
    session.add(ReopeningApproval(reopening_id=reopening_id, approved_by=actor.person, approved_at=now))
    # What is read of a reopening includes its approvals, so its version moves with them.
    flag_modified(reopening, "reason")
    facts = {"year": reopening.year, "signed_sha256": signed}
    await audit.record(session, actor, "reopening.approved", reopening_id, **facts)
    if len(approvers) + 1 < rules.APPROVALS_TO_REOPEN:
        return
    settlement = await get_standing_for_update(session, reopening.year)
    if settlement is None or settlement.id != reopening.settlement_id or not _may_reopen(settlement):
        raise YearNotSettled(year=reopening.year)
    settlement.state = SettlementState.REOPENED
    reopening.state, reopening.decided_by, reopening.decided_at = ReopeningState.APPROVED, actor.person, now
    await audit.record(session, actor, "settlement.reopened", settlement.id, year=reopening.year)


async def refuse_reopening(
    session: AsyncSession, actor: Actor, reopening_id: UUID, version: int, *, reason: str
) -> None:
    """Refuse a reopening, after which it may be proposed again.

    Refuses a stale version, its proposer, and what is decided.
    """
    reopening, signed = await _locked_as_read(session, actor, reopening_id, version, ReopeningState.REFUSED)
    policy.require_another_refuser(actor, reopening)
    reopening.state, reopening.decision = ReopeningState.REFUSED, reason
    reopening.decided_by, reopening.decided_at = actor.person, await clock.now(session)
    await audit.record(session, actor, "reopening.refused", reopening_id, reason=reason, signed_sha256=signed)


def _may_reopen(settlement: Settlement) -> bool:
    return SettlementState.REOPENED in SETTLEMENT_FOLLOWS[SettlementState(settlement.state)]


async def _locked_as_read(
    session: AsyncSession, actor: Actor, reopening_id: UUID, version: int, following: ReopeningState
) -> tuple[SettlementReopening, str]:
    statement = select(SettlementReopening).where(SettlementReopening.id == reopening_id)
    reopening = await get_locked(session, statement)
    signed = signatures.sign(reopening, version, await get_reopening(session, actor, reopening_id))
    if following not in REOPENING_FOLLOWS[ReopeningState(reopening.state)]:
        raise ProposalDecided(state=reopening.state)
    return reopening, signed
