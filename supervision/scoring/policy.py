from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor, Role
from supervision.foundation.two_persons import CounterStep, require_another
from supervision.identity.policy import leads_the_county, require_not_own_unit
from supervision.scoring.errors import (
    RankingNotShown,
    SamePersonApproves,
    SamePersonConfirms,
    SamePersonDecides,
)
from supervision.scoring.models import Correction, Deduction, QuarterlyWarning, Settlement, SettlementReopening
from supervision.scoring.states import SettlementState


def only_unit_of(actor: Actor) -> UUID | None:
    """Return the one unit whose score the actor sees; None: all, for there is no public ranking."""
    return actor.unit_id if actor.role is Role.UNIT else None


def deductions_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let a unit see its own deductions, a leader's program all of them for a principal county leader, others all."""
    match actor.role:
        case Role.UNIT:
            return Deduction.unit_id == actor.unit_id
        case Role.LEADER:
            return leads_the_county(actor)
        case _:
            return true()


def warnings_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let a unit see its own warnings, a leader all of them who is a principal county leader, others all."""
    match actor.role:
        case Role.UNIT:
            return QuarterlyWarning.unit_id == actor.unit_id
        case Role.LEADER:
            return leads_the_county(actor)
        case _:
            return true()


def settlements_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let those who judge see what stands and every revision, the others what was confirmed, be it reopened since."""
    if actor.role in (Role.OFFICE, Role.GROUP, Role.AUDITOR):
        return Settlement.state != SettlementState.SUPERSEDED
    return or_(Settlement.state == SettlementState.CONFIRMED, Settlement.state == SettlementState.REOPENED)


async def require_ranking(session: AsyncSession, actor: Actor) -> None:
    """Refuse a leader's program that does not act for a principal county leader; units get their own row only."""
    if actor.role is Role.LEADER and not await session.scalar(select(leads_the_county(actor))):
        raise RankingNotShown


def require_another_person(
    actor: Actor, step: CounterStep, deduction: Deduction, *, proposed_by: UUID | None = None
) -> None:
    """Refuse whoever proposed, verified, decided or disputed it, and people of the unit itself.

    The system's own proposals stand in nobody's way.
    """
    taken_by = {
        "propose_deduction": deduction.proposed_by,
        "verify_deduction": deduction.verified_by,
        # The last decision stands for those before it.
        "confirm_deduction": deduction.decided_by,
        "rule_on_dispute": deduction.decided_by,
        "dispute_deduction": deduction.disputed_by,
        "propose_score_correction": proposed_by,
    }
    require_another(actor, step, {each: taken_by[each] for each in step.steps}, SamePersonDecides)
    require_not_own_unit(actor, {deduction.unit_id})


def require_another_corrector(actor: Actor, correction: Correction) -> None:
    """Refuse whoever proposed the correction."""
    step, taken_by = CounterStep.REFUSE_SCORE_CORRECTION, {"propose_score_correction": correction.proposed_by}
    require_another(actor, step, taken_by, SamePersonDecides)


def require_another_approver(actor: Actor, reopening: SettlementReopening, approvers: Collection[UUID | None]) -> None:
    """Refuse whoever proposed the reopening or approved it before."""
    taken_by = {"propose_settlement_reopening": reopening.proposed_by, "approve_settlement_reopening": approvers}
    require_another(actor, CounterStep.APPROVE_SETTLEMENT_REOPENING, taken_by, SamePersonApproves)


def require_another_refuser(actor: Actor, reopening: SettlementReopening) -> None:
    """Refuse whoever proposed the reopening."""
    step, taken_by = CounterStep.REFUSE_SETTLEMENT_REOPENING, {"propose_settlement_reopening": reopening.proposed_by}
    require_another(actor, step, taken_by, SamePersonApproves)


def require_another_preparer(actor: Actor, settlement: Settlement) -> None:
    """Refuse whoever prepared the settlement."""
    step, taken_by = CounterStep.CONFIRM_SETTLEMENT, {"prepare_settlement": settlement.prepared_by}
    require_another(actor, step, taken_by, SamePersonConfirms)
