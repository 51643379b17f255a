from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.replies import plain_decimal
from supervision.bulletins import circular_drafts
from supervision.foundation.actors import Role
from supervision.scoring import (
    automatic_proposals,
    decisions,
    proposals,
    queries,
    score_queries,
    settlement,
    settlement_queries,
)
from supervision.scoring.annex import DEFAULT_POLICY
from supervision.scoring.models import Deduction
from tests.factories import bulletins
from tests.factories.identity import make_unit
from tests.factories.scoring import add_item, add_task, adopt, hold
from tests.factories.signatures import AS_READ
from tests.places import Place
from tests.supervision.scoring.golden_deductions import noon, person
from tests.supervision.scoring.golden_tables import read_tables

(CASES,) = read_tables("versions.txt")
SECOND = replace(
    DEFAULT_POLICY,
    base=Decimal(120),
    rules=tuple(replace(rule, points=rule.points * 2) for rule in DEFAULT_POLICY.rules),
    warning_at=Decimal(7),
    department_percent=Decimal(5),
    dispute_days=10,
)


@pytest.fixture
async def unit_id(session: AsyncSession, here: Place) -> UUID:
    await adopt(session, here.actor)
    await adopt(session, here.actor, policy=SECOND, effective_on=date(2016, 7, 1))
    return await make_unit(session, here.actor)


async def tell(session: AsyncSession, here: Place, unit_id: UUID, what: str, day: date) -> None:
    await hold(session, here.actor, noon(str(day)))
    match what:
        case "逾期":
            item_id = await add_item(session, deadline_on=day - timedelta(days=1))
            await add_task(session, here.actor, item_id, unit_id)
            await hold(session, here.actor, noon("2016-07-09"))
            await automatic_proposals.propose_late(session, here.actor)
        case "通报批评":
            drafter = bulletins.person(here.actor)
            circular_id = await bulletins.draft(session, drafter)
            await circular_drafts.criticise(session, drafter, circular_id, unit_id=unit_id, reason="推进不力")
            await bulletins.put_out(session, here.actor, circular_id)
            await hold(session, here.actor, noon("2016-07-09"))
            await automatic_proposals.propose_criticised(session, here.actor)
        case _:
            await criticise(session, here, unit_id, day)


async def criticise(session: AsyncSession, here: Place, unit_id: UUID, day: date) -> UUID:
    return await proposals.propose_deduction(
        session,
        person(here, Role.OFFICE),
        unit_id=unit_id,
        rule_code="meeting_criticism",
        fact_on=day,
        reason="大会批评",
    )


@pytest.mark.parametrize("row", CASES, ids=lambda row: f"{row['情形']}-{row['发生日']}")
async def test_the_version_of_the_facts_day_rules_as_the_golden_table_says(
    session: AsyncSession, here: Place, unit_id: UUID, row: dict[str, str]
) -> None:
    await tell(session, here, unit_id, row["情形"], date.fromisoformat(row["发生日"]))
    await hold(session, here.actor, noon("2016-07-10"))
    proposed = (await session.scalars(select(Deduction.id))).one()
    await decisions.confirm_deduction(session, person(here, Role.GROUP), proposed, AS_READ)
    found = await queries.get_deduction(session, here.actor, proposed)
    told = {"发生日": str(found["fact_on"]), "分值": plain_decimal(found["points"])}
    assert {**row, **told, "异议截止": str(found["dispute_until_on"])} == row


async def test_thresholds_are_of_the_quarters_end_and_the_rest_of_the_years_end(
    session: AsyncSession, here: Place, unit_id: UUID
) -> None:
    await hold(session, here.actor, noon("2016-10-08"))
    for day in (date(2016, 6, 30), date(2016, 7, 1)):
        deduction_id = await criticise(session, here, unit_id, day)
        await decisions.confirm_deduction(session, person(here, Role.GROUP), deduction_id, AS_READ)
    levels = {}  # by the first version 6 points would be a warning
    for quarter in (2, 3):
        (row,) = (await score_queries.quarterly_warnings(session, here.actor, year=2016, quarter=quarter)).rows
        levels[quarter] = (row["points"], row["level"])
    assert levels == {2: (3, "attention"), 3: (6, "attention")}
    await hold(session, here.actor, noon("2017-03-01"))
    office = person(here, Role.OFFICE)
    await settlement.prepare_settlement(session, office, year=2016)
    (settled,) = (await settlement_queries.get_settlement(session, office, 2016))["data"]
    assert (settled["base"], settled["score"], settled["converted"]) == (120, 111, Decimal("5.55"))
