from typing import Any
from uuid import UUID

from sqlalchemy import and_, false, func, not_, select, text
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch, fetch_one
from supervision.foundation.errors import or_not_found
from supervision.foundation.paging import Page, PageRequest, Rows, page, where_given
from supervision.identity.models import Unit
from supervision.scoring import policy
from supervision.scoring.models import Deduction, DeductionEvidence, ScoringPolicy, ScoringRule
from supervision.scoring.states import DeductionState

POLICY_COLUMNS = (
    ScoringPolicy.id,
    ScoringPolicy.effective_on,
    ScoringPolicy.base,
    ScoringPolicy.floor,
    ScoringPolicy.adopted_by,
    ScoringPolicy.attention_at,
    ScoringPolicy.warning_at,
    ScoringPolicy.severe_at,
    ScoringPolicy.township_percent,
    ScoringPolicy.department_percent,
    ScoringPolicy.dispute_days,
    ScoringPolicy.ruling_days,
)
# As the annex has them; ids of one moment come in no order.
_RULE_ORDER = (ScoringRule.article, ScoringRule.points, ScoringRule.code.desc())
RULE_COLUMNS = (
    ScoringRule.code,
    ScoringRule.article,
    ScoringRule.fact,
    ScoringRule.points,
    ScoringRule.late_item_kind,
    ScoringRule.needs,
)
_EVIDENCE = (
    select(func.array_agg(aggregate_order_by(DeductionEvidence.attachment_id, DeductionEvidence.attachment_id)))
    .where(DeductionEvidence.deduction_id == Deduction.id)
    .scalar_subquery()
)
DEDUCTION_COLUMNS = (
    Deduction.id,
    Deduction.unit_id,
    Unit.name.label("unit"),
    ScoringRule.code.label("rule_code"),
    ScoringRule.article,
    Deduction.item_id,
    Deduction.event,
    Deduction.year,
    Deduction.fact_on,
    Deduction.points,
    Deduction.reason,
    Deduction.document,
    Deduction.document_on,
    func.coalesce(_EVIDENCE, text("'{}'::uuid[]")).label("attachment_ids"),
    Deduction.verified_by,
    Deduction.verified_at,
    Deduction.verification,
    Deduction.state,
    Deduction.proposed_by,
    Deduction.proposed_at,
    Deduction.decided_by,
    Deduction.decided_at,
    Deduction.decision,
    Deduction.dispute_until_on,
    Deduction.disputed_by,
    Deduction.disputed_at,
    Deduction.grounds,
    Deduction.ruling_due_on,
    Deduction.version,
)


async def list_deductions(
    session: AsyncSession,
    actor: Actor,
    request: PageRequest[UUID],
    *,
    unit_id: UUID | None = None,
    state: str | None = None,
    year: int | None = None,
    is_overdue: bool | None = None,
) -> Page:
    """List deductions; overdue is a dispute whose ruling is past its day."""
    statement = _deductions(actor)
    if is_overdue is not None:
        due = Deduction.ruling_due_on < await clock.today(session)
        overdue = and_(Deduction.state == DeductionState.DISPUTED, due)
        statement = statement.where(overdue if is_overdue else not_(func.coalesce(overdue, false())))
    statement = where_given(statement, {Deduction.unit_id: unit_id, Deduction.state: state, Deduction.year: year})
    return await page(session, statement, request, identity=Deduction.id)


async def get_deduction(session: AsyncSession, actor: Actor, deduction_id: UUID) -> Row:
    return or_not_found(await fetch_one(session, _deductions(actor).where(Deduction.id == deduction_id)))


def _deductions(actor: Actor) -> Rows:
    return (
        select(*DEDUCTION_COLUMNS)
        .join(Unit, Unit.id == Deduction.unit_id)
        .join(ScoringRule, ScoringRule.id == Deduction.rule_id)
        .where(policy.deductions_visible_to(actor))
    )


async def list_scoring_policies(session: AsyncSession, _actor: Actor, request: PageRequest[UUID]) -> Page:
    return await page(session, select(*POLICY_COLUMNS), request, identity=ScoringPolicy.id)


async def get_scoring_policy(session: AsyncSession, _actor: Actor, policy_id: UUID) -> dict[str, Any]:
    """Read one version of the policy with its readings and its rules, in the order of the annex."""
    statement = select(*POLICY_COLUMNS, ScoringPolicy.readings).where(ScoringPolicy.id == policy_id)
    found = or_not_found(await fetch_one(session, statement))
    rules = select(*RULE_COLUMNS).where(ScoringRule.policy_id == policy_id).order_by(*_RULE_ORDER)
    return {**found, "rules": await fetch(session, rules)}
