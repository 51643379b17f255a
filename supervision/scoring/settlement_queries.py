from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch, fetch_one
from supervision.foundation.errors import or_not_found
from supervision.foundation.paging import Page, PageRequest, Rows, page, where_given
from supervision.identity.models import Unit
from supervision.scoring import policy
from supervision.scoring.models import (
    Correction,
    Deduction,
    ReopeningApproval,
    Settlement,
    SettlementReopening,
    SettlementRow,
)

SETTLEMENT_COLUMNS = (
    Settlement.id,
    Settlement.year,
    Settlement.revision,
    Settlement.state,
    Settlement.prepared_by,
    Settlement.prepared_at,
    Settlement.confirmed_by,
    Settlement.confirmed_at,
    Settlement.version,
)
SETTLED_COLUMNS = (
    SettlementRow.unit_id,
    SettlementRow.unit,
    SettlementRow.kind,
    SettlementRow.is_inspected,
    SettlementRow.base,
    SettlementRow.deducted,
    SettlementRow.corrected,
    SettlementRow.score,
    SettlementRow.mean_of_kind,
    SettlementRow.percent,
    SettlementRow.converted,
)
_APPROVALS = (
    select(
        func.coalesce(
            func.jsonb_agg(
                aggregate_order_by(
                    func.jsonb_build_object(
                        "approved_by", ReopeningApproval.approved_by, "approved_at", ReopeningApproval.approved_at
                    ),
                    ReopeningApproval.id,
                )
            ),
            text("'[]'::jsonb"),
        )
    )
    .where(ReopeningApproval.reopening_id == SettlementReopening.id)
    .scalar_subquery()
)
REOPENING_COLUMNS = (
    SettlementReopening.id,
    SettlementReopening.settlement_id,
    SettlementReopening.year,
    SettlementReopening.reason,
    SettlementReopening.state,
    SettlementReopening.proposed_by,
    SettlementReopening.proposed_at,
    _APPROVALS.label("approvals"),
    SettlementReopening.decided_by,
    SettlementReopening.decided_at,
    SettlementReopening.decision,
    SettlementReopening.version,
)
CORRECTION_COLUMNS = (
    Correction.id,
    Correction.deduction_id,
    Correction.unit_id,
    Unit.name.label("unit"),
    Correction.corrects_year,
    Correction.year,
    Correction.points,
    Correction.reason,
    Correction.state,
    Correction.proposed_by,
    Correction.proposed_at,
    Correction.decided_by,
    Correction.decided_at,
    Correction.decision,
    Correction.version,
)


async def get_settlement(
    session: AsyncSession, actor: Actor, year: int, *, revision: int | None = None
) -> dict[str, Any]:
    """Read the year's newest settlement, or one revision of it, with its rows.

    A unit reads its own row of what was confirmed, be it reopened since.
    """
    statement: Rows = select(*SETTLEMENT_COLUMNS)
    statement = statement.where(Settlement.year == year, policy.settlements_visible_to(actor))
    statement = where_given(statement, {Settlement.revision: revision})
    found = or_not_found(await fetch_one(session, statement.order_by(Settlement.id.desc()).limit(1)))
    await policy.require_ranking(session, actor)
    rows = select(*SETTLED_COLUMNS).where(SettlementRow.settlement_id == found["id"])
    if (unit_id := policy.only_unit_of(actor)) is not None:
        rows = rows.where(SettlementRow.unit_id == unit_id)
    order = (SettlementRow.kind, SettlementRow.unit, SettlementRow.unit_id)
    return {**found, "data": await fetch(session, rows.order_by(*order))}


async def list_reopenings(session: AsyncSession, _actor: Actor, request: PageRequest[UUID]) -> Page:
    return await page(session, select(*REOPENING_COLUMNS), request, identity=SettlementReopening.id)


async def get_reopening(session: AsyncSession, _actor: Actor, reopening_id: UUID) -> Row:
    """Read a proposal to settle a year anew with each approval."""
    statement: Rows = select(*REOPENING_COLUMNS).where(SettlementReopening.id == reopening_id)
    return or_not_found(await fetch_one(session, statement))


async def list_corrections(
    session: AsyncSession, actor: Actor, request: PageRequest[UUID], *, unit_id: UUID | None = None
) -> Page:
    """List corrections of settled years; a unit sees its own."""
    statement = _corrections(actor)
    statement = where_given(statement, {Correction.unit_id: unit_id})
    return await page(session, statement, request, identity=Correction.id)


async def get_correction(session: AsyncSession, actor: Actor, correction_id: UUID) -> Row:
    return or_not_found(await fetch_one(session, _corrections(actor).where(Correction.id == correction_id)))


def _corrections(actor: Actor) -> Rows:
    return (
        select(*CORRECTION_COLUMNS)
        .join(Unit, Unit.id == Correction.unit_id)
        .join(Deduction, Deduction.id == Correction.deduction_id)
        .where(policy.deductions_visible_to(actor))
    )
