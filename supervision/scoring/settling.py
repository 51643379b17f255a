from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, or_, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.documents.spreadsheets import write_xlsx
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.errors import NotFound
from supervision.foundation.sessions import Row, fetch
from supervision.identity.models import UnitKind
from supervision.scoring import policy, queries
from supervision.scoring.adopting import policy_in_force
from supervision.scoring.errors import (
    NoPolicyInForce,
    SettlementNotPrepared,
    SettlementOutdated,
    SettlementPreparedMeanwhile,
    YearNotOver,
    YearNotReady,
    YearSettled,
    YearWithoutPolicy,
)
from supervision.scoring.models import Deduction, Settlement, SettlementRow
from supervision.scoring.states import SETTLEMENT_FOLLOWS, DeductionState, SettlementState

# Who was inspected in the year: units with a part in an item whose time shares a day with the year, and units with a
# deduction that lives. The one place to add what else counts as an inspection.
_INSPECTED = """
    SELECT p.unit_id FROM party p JOIN item i ON i.id = p.item_id
    WHERE p.unit_id IS NOT NULL AND i.received_on <= :last AND i.deadline_on >= :first
    UNION
    SELECT unit_id FROM live
"""
# A unit that was never inspected takes the mean of the inspected units of its kind, the base if there are none. The
# mean is rounded half up to 2 decimals, the points that enter the appraisal to 4 (annex art. 5).
_FINAL = text(f"""
    WITH {queries.LIVE}, lost AS (
        SELECT unit_id, sum(points) FILTER (WHERE NOT is_covered) AS points FROM live GROUP BY unit_id
    ), inspected AS ({_INSPECTED}
    ), own AS (
        SELECT u.id AS unit_id, u.name AS unit, u.kind, i.unit_id IS NOT NULL AS is_inspected,
               CAST(:base AS numeric) AS base, coalesce(lost.points, 0) AS deducted,
               greatest(CAST(:floor AS numeric), :base - coalesce(lost.points, 0)) AS score,
               CASE u.kind WHEN 'township' THEN CAST(:township_percent AS numeric)
                   ELSE CAST(:department_percent AS numeric) END AS percent
        FROM unit u
        LEFT JOIN inspected i ON i.unit_id = u.id
        LEFT JOIN lost ON lost.unit_id = u.id
        WHERE u.kind IN ('township', 'department')
    ), compared AS (
        SELECT own.*, coalesce(round(avg(score) FILTER (WHERE is_inspected) OVER (PARTITION BY kind), 2), base)
               AS mean_of_kind
        FROM own
    ), final AS (
        SELECT unit_id, unit, kind, is_inspected, base, deducted, mean_of_kind, percent,
               CASE WHEN is_inspected THEN score ELSE mean_of_kind END AS score
        FROM compared
    )
    SELECT *, round(score * percent / 100, 4) AS converted FROM final ORDER BY kind, unit, unit_id
""")  # noqa: S608 - what is put in is our own text
_ENTER = text("SELECT pg_advisory_xact_lock_shared(hashtextextended(:year, 0))")
_CLOSE = text("SELECT pg_advisory_xact_lock(hashtextextended(:year, 0))")
_HEADER = ("单位", "类别", "本年是否督查", "基本分值", "扣分", "年终得分", "计入比例（%）", "折算分值")
_KIND_ZH = {UnitKind.TOWNSHIP: "乡镇", UnitKind.DEPARTMENT: "县直部门"}


async def prepare_settlement(session: AsyncSession, actor: Actor, *, year: int) -> UUID:
    """Compute and store every scored unit's final score of a year, in place of what was prepared before (annex art. 5).

    Refuses a year that is not over, one that is settled, and one without a policy at its end.
    """
    if (await clock.today(session)).year <= year:
        raise YearNotOver(year=year)
    standing = await _standing(session, year)
    if standing is not None:
        if SettlementState.SUPERSEDED not in SETTLEMENT_FOLLOWS[SettlementState(standing.state)]:
            raise YearSettled(year=year)
        standing.state = SettlementState.SUPERSEDED
        await session.flush()  # before the next one: of a year only one stands
    now = await clock.now(session)
    prepared = Settlement(
        year=year, state=SettlementState.PREPARED, prepared_by=actor.person, prepared_at=now, confirmed_by=None
    )
    rows = await _final(session, year, now)
    try:
        async with session.begin_nested():
            session.add(prepared)
    except IntegrityError as error:
        raise SettlementPreparedMeanwhile from error
    session.add_all(SettlementRow(settlement_id=prepared.id, **row) for row in rows)
    await audit.record(session, actor, "settlement.prepared", prepared.id, year=year, units=len(rows))
    return prepared.id


async def confirm_settlement(session: AsyncSession, actor: Actor, *, year: int) -> None:
    """Confirm a prepared settlement, which closes the year's scores for ever.

    Refused are its own preparer, a settlement whose scores changed since, and a year of which deductions are
    undecided, disputed or open to dispute.
    """
    settlement = await _standing(session, year)
    if settlement is None:
        raise NotFound
    if SettlementState.CONFIRMED not in SETTLEMENT_FOLLOWS[SettlementState(settlement.state)]:
        raise SettlementNotPrepared
    policy.require_another_preparer(actor, settlement)
    # From here to the commit nobody enters anything in the year.
    await session.execute(_CLOSE, {"year": _lock_name(actor, year)})
    if count := await _count_open(session, year):
        raise YearNotReady(count=count)
    now = await clock.now(session)
    prepared = select(*queries.SETTLED_COLUMNS).where(SettlementRow.settlement_id == settlement.id)
    order = (SettlementRow.kind, SettlementRow.unit, SettlementRow.unit_id)
    if await fetch(session, prepared.order_by(*order)) != await _final(session, year, now):
        raise SettlementOutdated
    settlement.state = SettlementState.CONFIRMED
    settlement.confirmed_by, settlement.confirmed_at = actor.person, now
    await audit.record(session, actor, "settlement.confirmed", settlement.id, year=year)


async def require_open_year(session: AsyncSession, actor: Actor, year: int) -> None:
    """Refuse to enter anything in a year that is settled, and keep it from being settled before the commit."""
    await session.execute(_ENTER, {"year": _lock_name(actor, year)})
    settled = select(Settlement.id).where(Settlement.year == year, Settlement.state == SettlementState.CONFIRMED)
    if await session.scalar(settled) is not None:
        raise YearSettled(year=year)


async def export_settlement(session: AsyncSession, actor: Actor, year: int) -> bytes:
    """Write a confirmed settlement as a workbook for the appraisal body (督促检查指标); refuses one that is not."""
    settlement = await queries.get_settlement(session, actor, year)
    if settlement["state"] != SettlementState.CONFIRMED:
        raise NotFound
    rows = [
        (
            row["unit"],
            _KIND_ZH[UnitKind(row["kind"])],
            "是" if row["is_inspected"] else "否",
            *(row[name] for name in ("base", "deducted", "score", "percent", "converted")),
        )
        for row in settlement["data"]
    ]
    return write_xlsx(_HEADER, rows, title=f"{year}年度督促检查指标")


async def _standing(session: AsyncSession, year: int) -> Settlement | None:
    statement = select(Settlement).where(Settlement.year == year, Settlement.state != SettlementState.SUPERSEDED)
    return await session.scalar(statement.with_for_update(), execution_options={"populate_existing": True})


async def _final(session: AsyncSession, year: int, as_of: datetime) -> list[Row]:
    last = date(year, 12, 31)
    try:
        adopted = await policy_in_force(session, last)
    except NoPolicyInForce as error:
        raise YearWithoutPolicy(year=year) from error
    facts = {name: adopted[name] for name in ("base", "floor", "township_percent", "department_percent")}
    return await fetch(
        session, _FINAL, {**facts, "year": year, "as_of": as_of, "first": date(year, 1, 1), "last": last}
    )


async def _count_open(session: AsyncSession, year: int) -> int:
    undecided = Deduction.state.in_([DeductionState.PROPOSED, DeductionState.DISPUTED])
    may_be_disputed = Deduction.dispute_until_on >= await clock.today(session)
    statement = select(func.count()).where(
        Deduction.year == year,
        or_(undecided, (Deduction.state == DeductionState.CONFIRMED) & may_be_disputed),
    )
    return await session.scalar(statement) or 0


def _lock_name(actor: Actor, year: int) -> str:
    return f"settlement:{actor.jurisdiction_id}:{year}"
