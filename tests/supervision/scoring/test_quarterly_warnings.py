from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from api.replies import plain_decimal
from supervision.bulletins import circular_sign_off
from supervision.bulletins import queries as circulars
from supervision.bulletins.errors import DrafterSignsOff, MonthAlreadyDrafted
from supervision.foundation.actors import Actor, Role
from supervision.messaging import templates
from supervision.messaging.models import Message
from supervision.scoring import automatic_proposals, errors, quarterly_warnings, score_queries
from supervision.scoring.annex import DEFAULT_POLICY, Policy
from supervision.scoring.models import QuarterlyWarning
from tests.factories import bulletins
from tests.factories.identity import make_official
from tests.factories.scoring import adopt, hold
from tests.factories.signatures import AS_READ
from tests.places import Place
from tests.supervision.scoring.golden_deductions import make_units, noon, person, play
from tests.supervision.scoring.golden_tables import NONE, read_tables

UNITS, DEDUCTIONS, WARNINGS = read_tables("warnings.txt")


@pytest.fixture
async def units(session: AsyncSession, here: Place) -> dict[str, UUID]:
    await adopt(session, here.actor)
    await templates.install_defaults(session, here.actor)
    return await make_units(session, here, UNITS)


@pytest.mark.parametrize("day", sorted({row["截至"] for row in WARNINGS}))
async def test_warnings_come_out_as_the_golden_table_says(
    session: AsyncSession, here: Place, units: dict[str, UUID], day: str
) -> None:
    await play(session, here, units, DEDUCTIONS, until=day)
    await hold(session, here.actor, noon(day))
    expected = [row for row in WARNINGS if row["截至"] == day]
    found = []
    for row in expected:
        known = await score_queries.quarterly_warnings(
            session, here.actor, year=int(row["年度"]), quarter=int(row["季度"])
        )
        (unit,) = [each for each in known.rows if each["unit_id"] == units[row["单位"]]]
        found.append({**row, "扣分": plain_decimal(unit["points"]), "级别": unit["level"] or NONE})
    assert found == expected


async def test_thresholds_are_the_policys(session: AsyncSession, here: Place) -> None:
    strict = Policy(
        base=Decimal(100), floor=Decimal(0), rules=DEFAULT_POLICY.rules, readings=(), attention_at=Decimal(2)
    )
    await adopt(session, here.actor, policy=strict)
    units = await make_units(session, here, UNITS)
    await play(session, here, units, DEDUCTIONS, until="2016-04-05")
    known = await score_queries.quarterly_warnings(session, here.actor, year=2016, quarter=1)
    assert {row["unit"]: row["level"] for row in known.rows} == {
        "丙局": "severe",
        "乙镇": "warning",
        "甲镇": "attention",
    }


async def test_a_unit_is_warned_once_and_what_it_was_told_stays(
    session: AsyncSession, here: Place, units: dict[str, UUID]
) -> None:
    leader = await make_official(session, here.actor, units["甲镇"], position="principal_leader")
    await play(session, here, units, DEDUCTIONS, until="2016-04-10")
    group = person(here, Role.GROUP)
    assert await quarterly_warnings.issue_quarterly_warnings(session, group, year=2016, quarter=1) == 3
    assert await quarterly_warnings.issue_quarterly_warnings(session, group, year=2016, quarter=1) == 0
    (message,) = await session.scalars(select(Message).where(Message.matter.startswith("quarterly_warning:")))
    text = "甲镇2016年第一季度督查累计扣5分，达到提示界限，请及时整改。详情请查看督查系统。"
    assert (message.official_id, str(message.text).partition("】")[2]) == (leader, text)
    stood = (await session.execute(select(QuarterlyWarning.unit_id, QuarterlyWarning.points))).all()
    assert {tuple(row) for row in stood} == {(units["甲镇"], 5), (units["乙镇"], 6), (units["丙局"], 10)}
    with pytest.raises(DBAPIError, match="permission denied"):
        await session.execute(update(QuarterlyWarning).values(points=0))


@pytest.mark.usefixtures("units")
async def test_a_quarter_is_over_before_its_warnings(session: AsyncSession, here: Place) -> None:
    group = person(here, Role.GROUP)
    await hold(session, here.actor, datetime(2016, 3, 31, 15, 59, tzinfo=UTC))
    with pytest.raises(errors.QuarterNotOver):
        await quarterly_warnings.issue_quarterly_warnings(session, group, year=2016, quarter=1)
    await hold(session, here.actor, datetime(2016, 3, 31, 16, 0, tzinfo=UTC))
    assert await quarterly_warnings.issue_quarterly_warnings(session, group, year=2016, quarter=1) == 0


async def test_a_unit_sees_its_own_row(session: AsyncSession, here: Place, units: dict[str, UUID]) -> None:
    await hold(session, here.actor, noon("2016-04-10"))
    actor = Actor(here.actor.jurisdiction_id, Role.UNIT, unit_id=units["乙镇"])
    known = await score_queries.quarterly_warnings(session, actor, year=2016, quarter=1)
    assert [row["unit"] for row in known.rows] == ["乙镇"]


@pytest.mark.usefixtures("units")
async def test_before_the_first_policy_nobody_is_warned(session: AsyncSession, here: Place) -> None:
    with pytest.raises(errors.NoPolicyInForce):
        await score_queries.quarterly_warnings(session, here.actor, year=2015, quarter=4)


async def test_a_quarters_circular_lists_the_warned_without_points_and_costs_nothing(
    session: AsyncSession, here: Place, units: dict[str, UUID]
) -> None:
    await play(session, here, units, DEDUCTIONS, until="2016-04-10")
    drafter = person(here, Role.OFFICE)
    quarter: dict[str, Any] = {"year": 2016, "quarter": 1, "title": "一季度督查通报"}
    circular_id = await quarterly_warnings.draft_quarterly_circular(session, drafter, **quarter)
    with pytest.raises(DrafterSignsOff):
        await circular_sign_off.check_circular(session, drafter, circular_id, AS_READ)
    await bulletins.put_out(session, here.actor, circular_id)
    circular = await circulars.get_circular(session, here.actor, circular_id)
    assert (circular["kind"], circular["month"], circular["cut_off_on"], circular["number"]) == (
        "quarterly",
        date(2016, 1, 1),
        date(2016, 3, 31),
        "督查通报〔2016〕1号",
    )
    assert [(each["unit"], each["level"]) for each in circular["warned"]] == [
        ("丙局", "severe"),
        ("乙镇", "warning"),
        ("甲镇", "attention"),
    ]
    assert circular["text"].endswith("\n季度预警（不属于通报批评，不扣分）：\n严重预警：丙局\n预警：乙镇\n提示：甲镇")
    assert await automatic_proposals.propose_criticised(session, here.actor) == 0
    with pytest.raises(MonthAlreadyDrafted):
        await quarterly_warnings.draft_quarterly_circular(session, drafter, **quarter)
    january = await bulletins.draft(session, drafter, month=date(2016, 1, 1))
    assert (await circulars.get_circular(session, here.actor, january))["kind"] == "monthly"


@pytest.mark.usefixtures("units")
async def test_a_quarters_circular_waits_for_its_end_and_says_when_nobody_is_warned(
    session: AsyncSession, here: Place
) -> None:
    office = person(here, Role.OFFICE)
    quarter: dict[str, Any] = {"year": 2016, "quarter": 1, "title": "一季度督查通报"}
    await hold(session, here.actor, datetime(2016, 3, 31, 15, 59, tzinfo=UTC))
    with pytest.raises(errors.QuarterNotOver):
        await quarterly_warnings.draft_quarterly_circular(session, office, **quarter)
    await hold(session, here.actor, datetime(2016, 3, 31, 16, 0, tzinfo=UTC))
    circular_id = await quarterly_warnings.draft_quarterly_circular(session, office, **quarter)
    text = (await circulars.get_circular(session, here.actor, circular_id))["text"]
    assert text.endswith("\n本季度没有达到预警界限的单位。")
    assert "2016年第一季度应报进展0份" in text
