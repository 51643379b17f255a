from datetime import datetime

from sqlalchemy import select

from supervision.desk.work.work_line import at, end_of, not_mine, waiting, words
from supervision.foundation.actors import Actor
from supervision.foundation.paging import Rows
from supervision.identity.models import Unit
from supervision.scoring.models import Correction, Deduction, ReopeningApproval, Settlement, SettlementReopening
from supervision.scoring.states import CorrectionState, DeductionState, ReopeningState, SettlementState


def _deductions(kind: str, title: str) -> Rows:
    return waiting(
        kind,
        of=Deduction.id,
        title=words(title, Unit.name, " ", Deduction.reason),
        since=Deduction.proposed_at,
        due=end_of(Deduction.ruling_due_on),
        path=at("/v1/deductions/", Deduction.id),
    ).join(Unit, Unit.id == Deduction.unit_id)


def deductions_to_confirm(actor: Actor, _now: datetime) -> Rows:
    return _deductions("deduction", "确认扣分：").where(
        Deduction.state == DeductionState.PROPOSED, not_mine(actor, Deduction.proposed_by)
    )


def disputes(_actor: Actor, _now: datetime) -> Rows:
    return _deductions("dispute", "扣分申诉：").where(Deduction.state == DeductionState.DISPUTED)


def disputes_to_rule_on(actor: Actor, now: datetime) -> Rows:
    people = (Deduction.proposed_by, Deduction.decided_by, Deduction.disputed_by)
    return disputes(actor, now).where(not_mine(actor, *people))


def settlements_to_confirm(actor: Actor, _now: datetime) -> Rows:
    return waiting(
        "settlement",
        of=Settlement.id,
        title=words("确认年度结算：", Settlement.year),
        since=Settlement.prepared_at,
        path=at("/v1/settlements/", Settlement.year),
    ).where(Settlement.state == SettlementState.PREPARED, not_mine(actor, Settlement.prepared_by))


def corrections_to_confirm(actor: Actor, _now: datetime) -> Rows:
    proposed = waiting(
        "correction",
        of=Correction.id,
        title=words("确认更正：", Unit.name, " ", Correction.reason),
        since=Correction.proposed_at,
        path=at("/v1/score_corrections/", Correction.id),
    ).join(Unit, Unit.id == Correction.unit_id)
    return proposed.where(Correction.state == CorrectionState.PROPOSED, not_mine(actor, Correction.proposed_by))


def reopenings_to_approve(actor: Actor, _now: datetime) -> Rows:
    """Tell of years to be settled anew; two approve it, each once."""
    given = select(ReopeningApproval.id).where(
        ReopeningApproval.reopening_id == SettlementReopening.id, ReopeningApproval.approved_by == actor.person
    )
    return waiting(
        "reopening",
        of=SettlementReopening.id,
        title=words("批准重新结算：", SettlementReopening.year),
        since=SettlementReopening.proposed_at,
        path=at("/v1/settlement_reopenings/", SettlementReopening.id),
    ).where(
        SettlementReopening.state == ReopeningState.PROPOSED,
        not_mine(actor, SettlementReopening.proposed_by),
        ~given.exists(),
    )
