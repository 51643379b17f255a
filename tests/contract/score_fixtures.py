"""What a county needs so that the operations on scores can succeed."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor, Role
from supervision.foundation.ids import new_id
from supervision.scoring import corrections, decisions, reopenings, settlement
from supervision.scoring import proposals as proposing
from supervision.scoring.models import Deduction
from tests.contract.fixture_values import CallersByRole, FixtureValues
from tests.factories import scoring
from tests.factories.signatures import AS_READ

# Years that are over for whoever runs this: one is settled and corrected in the year after, one waits to be confirmed.
SETTLED, WAITING, REOPENABLE = 2017, 2019, range(2020, 2026)


async def add_fixtures(session: AsyncSession, actor: Actor, standing: CallersByRole, made: FixtureValues) -> None:
    """Put deductions at every step, and years that are settled, into a county."""
    await _deductions(session, actor, standing, made)
    await _settlements(session, actor, standing, made)


async def _deductions(session: AsyncSession, actor: Actor, standing: CallersByRole, made: FixtureValues) -> None:
    made.put("policy_id", values=[await scoring.adopt(session, actor)])
    # All are the standing unit's own: it sees no others, and disputes some of them.
    unit_id = standing[Role.UNIT].unit_id
    office, group, unit = (
        Actor(actor.jurisdiction_id, role, client_id=new_id(), unit_id=unit_id, is_test=True)
        for role in (Role.OFFICE, Role.GROUP, Role.UNIT)
    )
    facts: dict[str, Any] = {
        "unit_id": unit_id,
        "rule_code": "meeting_criticism",
        "fact_on": date(2016, 3, 1),
        "reason": "示例事由",
    }
    proposed: list[UUID] = [
        await proposing.propose_deduction(session, office, **facts, item_id=None, event=f"示例{number}")
        for number in range(40)
    ]
    for deduction_id in proposed[:14]:
        await decisions.confirm_deduction(session, group, deduction_id, AS_READ)
    for deduction_id in proposed[:4]:
        await decisions.dispute_deduction(session, unit, deduction_id, grounds="示例理由")
    made.put("deduction_id", values=proposed)
    made.place("rule_on_dispute", deduction_id=proposed[:4])
    made.place("reverse_deduction", deduction_id=proposed[4:9])
    made.place("dispute_deduction", deduction_id=proposed[9:14])
    made.place("confirm_deduction", deduction_id=proposed[14:24])
    made.place("refuse_deduction", deduction_id=proposed[24:32])
    made.place("verify_deduction", deduction_id=proposed[32:])
    made.put("same_fact_as", values=proposed[4:14])
    made.bodies["adopt_scoring_policy"] = [
        {"effective_on": f"2199-{month:02d}-01", "adopted_by": "示例机关", "base": "120"} for month in range(1, 13)
    ]
    made.bodies["verify_deduction"] = [{"verification": "示例核实"}]
    made.bodies["rule_on_dispute"] = [{"verdict": verdict, "reason": "示例理由"} for verdict in ("upheld", "reversed")]
    made.bodies["issue_quarterly_warnings"] = [{"year": 2016, "quarter": 1}]
    body = {**facts, "unit_id": str(unit_id), "fact_on": "2016-03-01"}
    made.bodies["propose_deduction"] = [{**body, "event": f"又一示例{number}"} for number in range(20)]


async def _settlements(session: AsyncSession, actor: Actor, standing: CallersByRole, made: FixtureValues) -> None:
    office, group, other = (
        Actor(actor.jurisdiction_id, role, client_id=new_id()) for role in (Role.OFFICE, Role.GROUP, Role.GROUP)
    )
    unit_id = standing[Role.UNIT].unit_id
    assert unit_id
    facts: dict[str, Any] = {"rule_code": "meeting_criticism", "fact_on": date(2017, 3, 1), "reason": "示例事由"}
    taken = [await proposing.propose_deduction(session, office, unit_id=unit_id, **facts) for _ in range(24)]
    for deduction_id in taken:
        await decisions.confirm_deduction(session, group, deduction_id, AS_READ)
    # Nobody waits here until they can be disputed no longer.
    await session.execute(update(Deduction).where(Deduction.year == SETTLED).values(dispute_until_on=date(2018, 3, 1)))
    for year in (SETTLED, WAITING, *REOPENABLE):
        await settlement.prepare_settlement(session, office, year=year)
    for year in (SETTLED, *REOPENABLE):
        await settlement.confirm_settlement(session, group, year=year, version=AS_READ)
    asked = [await reopenings.propose_reopening(session, office, year=year, reason="示例") for year in REOPENABLE[3:]]
    made.put("reopening_id", values=asked)
    made.place("confirm_settlement", year=[WAITING])
    made.bodies["propose_settlement_reopening"] = [{"year": year, "reason": "示例理由"} for year in REOPENABLE[:3]]
    given_back = [
        await corrections.propose_correction(session, other, deduction_id=deduction_id, reason="示例理由")
        for deduction_id in taken[12:]
    ]
    made.put("correction_id", values=given_back)
    made.bodies["propose_score_correction"] = [
        {"deduction_id": str(deduction_id), "reason": "示例理由"} for deduction_id in taken[:12]
    ]
    made.bodies["draft_quarterly_circular"] = [
        {"year": year, "quarter": quarter, "title": "示例通报"} for year in REOPENABLE for quarter in range(1, 5)
    ]
