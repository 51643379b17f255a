from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.audit import signatures
from supervision.documents.spreadsheets import write_xlsx
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch
from supervision.foundation.errors import NotFound, or_not_found
from supervision.foundation.insertion import insert_or_refuse
from supervision.foundation.locks import find_locked
from supervision.identity.models import UnitKind
from supervision.scoring import policy, settlement_queries
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
from supervision.scoring.models import Correction, Deduction, Settlement, SettlementRow
from supervision.scoring.policy_adoption import policy_in_force
from supervision.scoring.score_formula import SCORES
from supervision.scoring.states import SETTLEMENT_FOLLOWS, CorrectionState, DeductionState, SettlementState

# Who was inspected in the year: units that are parties of an item that stands and shares a day with the year, that got
# a notice or slip, that an inspection carried out in the year covered or found something about, that a circular issued
# in the year names (as commended, criticised, behind or warned, or one of its people), or with a deduction that lives.
_INSPECTED = """
    SELECT p.unit_id FROM party p JOIN item i ON i.id = p.item_id
    WHERE p.unit_id IS NOT NULL AND i.received_on <= :last AND i.deadline_on >= :first
    AND i.state NOT IN ('registered', 'refused', 'void')
    UNION
    SELECT unit_id FROM notice_delivery
    WHERE CAST(delivered_at AT TIME ZONE 'Asia/Shanghai' AS date) BETWEEN :first AND :last
    UNION
    SELECT s.unit_id FROM inspection_scope s
    JOIN inspection_plan n ON n.id = s.plan_id AND n.scope_no = s.scope_no AND n.state = 'carried_out'
    WHERE s.unit_id IS NOT NULL AND n.first_on <= :last AND n.last_on >= :first
    UNION
    SELECT unit_id FROM finding WHERE found_on BETWEEN :first AND :last
    UNION
    SELECT named.unit_id FROM circular b CROSS JOIN LATERAL (
        SELECT unit_id FROM commendation WHERE circular_id = b.id
        UNION
        SELECT coalesce(c.unit_id, o.unit_id) FROM criticism c LEFT JOIN official o ON o.id = c.official_id
        WHERE c.circular_id = b.id
        UNION
        SELECT u.id FROM jsonb_array_elements(b.laggards) l JOIN unit u ON jsonb_exists(l -> 'units', u.name)
        UNION
        SELECT CAST(w ->> 'unit_id' AS uuid) FROM jsonb_array_elements(b.warned) w
    ) named
    WHERE b.state = 'issued' AND b.issued_on BETWEEN :first AND :last
    UNION
    SELECT unit_id FROM live
"""
# A unit that was never inspected takes the mean of the inspected units of its kind, the base if there are none. The
# mean is rounded half up to 2 decimals, the points that enter the appraisal to 4 (annex art. 5).
_FINAL = text(f"""
    WITH {SCORES}, inspected AS ({_INSPECTED}
    ), own AS (
        SELECT s.*, i.unit_id IS NOT NULL AS is_inspected,
               CASE s.kind WHEN 'township' THEN p.township_percent ELSE p.department_percent END AS percent
        FROM score s CROSS JOIN policy p LEFT JOIN inspected i ON i.unit_id = s.unit_id
    ), compared AS (
        SELECT own.*, coalesce(round(avg(score) FILTER (WHERE is_inspected) OVER (PARTITION BY kind), 2), base)
               AS mean_of_kind
        FROM own
    ), final AS (
        SELECT unit_id, unit, kind, is_inspected, base, deducted, corrected, mean_of_kind, percent,
               CASE WHEN is_inspected THEN score ELSE mean_of_kind END AS score
        FROM compared
    )
    SELECT *, round(score * percent / 100, 4) AS converted FROM final ORDER BY kind, unit, unit_id
""")  # noqa: S608 - what is put in is our own text
_ENTER = text("SELECT pg_advisory_xact_lock_shared(hashtextextended(:year, 0))")
_CLOSE = text("SELECT pg_advisory_xact_lock(hashtextextended(:year, 0))")
_HEADER = ("单位", "类别", "本年是否督查", "基本分值", "扣分", "更正上年", "年终得分", "计入比例（%）", "折算分值")
_KIND_ZH = {UnitKind.TOWNSHIP: "乡镇", UnitKind.DEPARTMENT: "县直部门"}


async def prepare_settlement(session: AsyncSession, actor: Actor, *, year: int) -> UUID:
    """Compute and store every scored unit's final score of a year, in place of what was prepared before (annex art. 5).

    A year that was reopened is settled anew under its next revision. Refuses a year that is not over, one that is
    settled, and one without a policy at its end.
    """
    if (await clock.today(session)).year <= year:
        raise YearNotOver(year=year)
    standing = await get_standing_for_update(session, year)
    if standing is not None:
        if SettlementState.SUPERSEDED not in SETTLEMENT_FOLLOWS[SettlementState(standing.state)]:
            raise YearSettled(year=year)
        standing.state = SettlementState.SUPERSEDED
        await session.flush()  # before the next one: of a year only one stands
    now = await clock.now(session)
    prepared = Settlement(
        year=year,
        revision=await _next_revision(session, year),
        state=SettlementState.PREPARED,
        prepared_by=actor.person,
        prepared_at=now,
    )
    rows = await _final(session, year, now)
    read_before = await session.scalar(select(func.max(Settlement.version)).where(Settlement.year == year)) or 0
    await insert_or_refuse(session, prepared, uq_settlement_standing=SettlementPreparedMeanwhile)
    # Whoever read what was prepared before has not read this.
    await session.execute(update(Settlement).where(Settlement.id == prepared.id).values(version=read_before + 1))
    session.add_all(SettlementRow(settlement_id=prepared.id, **row) for row in rows)
    await audit.record(session, actor, "settlement.prepared", prepared.id, year=year, revision=prepared.revision)
    return prepared.id


async def confirm_settlement(session: AsyncSession, actor: Actor, *, year: int, version: int) -> None:
    """Confirm a prepared settlement, which closes the year's scores until two others approve of reopening it.

    Refused are its own preparer, a stale version, a settlement whose scores changed since, and a year of which
    deductions are undecided, disputed or open to dispute.
    """
    settlement = or_not_found(await get_standing_for_update(session, year))
    signed = signatures.sign(settlement, version, await settlement_queries.get_settlement(session, actor, year))
    if SettlementState.CONFIRMED not in SETTLEMENT_FOLLOWS[SettlementState(settlement.state)]:
        raise SettlementNotPrepared
    policy.require_another_preparer(actor, settlement)
    # From here to the commit nobody enters anything in the year.
    await session.execute(_CLOSE, {"year": _lock_name(actor, year)})
    if count := await _count_open(session, year):
        raise YearNotReady(count=count)
    now = await clock.now(session)
    prepared = select(*settlement_queries.SETTLED_COLUMNS).where(SettlementRow.settlement_id == settlement.id)
    order = (SettlementRow.kind, SettlementRow.unit, SettlementRow.unit_id)
    if await fetch(session, prepared.order_by(*order)) != await _final(session, year, now):
        raise SettlementOutdated
    settlement.state = SettlementState.CONFIRMED
    settlement.confirmed_by, settlement.confirmed_at = actor.person, now
    await audit.record(session, actor, "settlement.confirmed", settlement.id, year=year, signed_sha256=signed)


async def require_open_year(session: AsyncSession, actor: Actor, year: int) -> None:
    """Refuse to enter anything in a year that is settled, and keep it from being settled before the commit."""
    await session.execute(_ENTER, {"year": _lock_name(actor, year)})
    if await is_settled(session, year):
        raise YearSettled(year=year)


async def is_settled(session: AsyncSession, year: int) -> bool:
    """Tell whether the year's settlement is confirmed, and not reopened."""
    settled = select(Settlement.id).where(Settlement.year == year, Settlement.state == SettlementState.CONFIRMED)
    return await session.scalar(settled) is not None


async def export_settlement(
    session: AsyncSession, actor: Actor, year: int, *, revision: int | None = None
) -> tuple[str, bytes]:
    """Write a confirmed settlement as a workbook for the appraisal body (督促检查指标), behind its title.

    Refuses what is not confirmed, and what was reopened unless its revision is asked for.
    """
    settlement = await settlement_queries.get_settlement(session, actor, year, revision=revision)
    frozen = {SettlementState.CONFIRMED, SettlementState.REOPENED if revision else SettlementState.CONFIRMED}
    if settlement["state"] not in frozen:
        raise NotFound
    rows = [
        (
            row["unit"],
            _KIND_ZH[UnitKind(row["kind"])],
            "是" if row["is_inspected"] else "否",
            *(row[name] for name in ("base", "deducted", "corrected", "score", "percent", "converted")),
        )
        for row in settlement["data"]
    ]
    anew = f"（第{settlement['revision']}次结算）" if settlement["revision"] > 1 else ""
    title = f"{year}年度督促检查指标{anew}"
    return title, write_xlsx(_HEADER, rows, title=title)


async def get_standing_for_update(session: AsyncSession, year: int) -> Settlement | None:
    """Lock the year's settlement that is prepared or confirmed until the transaction ends; there may be none."""
    standing = Settlement.state.in_((SettlementState.PREPARED, SettlementState.CONFIRMED))
    statement = select(Settlement).where(Settlement.year == year, standing)
    return await find_locked(session, statement)


async def _next_revision(session: AsyncSession, year: int) -> int:
    reopened = select(func.max(Settlement.revision)).where(
        Settlement.year == year, Settlement.state == SettlementState.REOPENED
    )
    return (await session.scalar(reopened) or 0) + 1


async def _final(session: AsyncSession, year: int, as_of: datetime) -> list[Row]:
    first, last = date(year, 1, 1), date(year, 12, 31)
    try:
        await policy_in_force(session, last)
    except NoPolicyInForce as error:
        raise YearWithoutPolicy(year=year) from error
    facts = {"year": year, "as_of": as_of, "policy_on": last, "first": first, "last": last}
    return await fetch(session, _FINAL, facts)


async def _count_open(session: AsyncSession, year: int) -> int:
    undecided = Deduction.state.in_([DeductionState.PROPOSED, DeductionState.DISPUTED])
    may_be_disputed = Deduction.dispute_until_on >= await clock.today(session)
    statement = select(func.count()).where(
        Deduction.year == year,
        or_(undecided, (Deduction.state == DeductionState.CONFIRMED) & may_be_disputed),
    )
    corrections = select(func.count()).where(Correction.year == year, Correction.state == CorrectionState.PROPOSED)
    return (await session.scalar(statement) or 0) + (await session.scalar(corrections) or 0)


def _lock_name(actor: Actor, year: int) -> str:
    return f"settlement:{actor.jurisdiction_id}:{year}"
