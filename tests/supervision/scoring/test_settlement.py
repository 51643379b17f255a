import asyncio
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from api.replies import plain_decimal
from supervision.documents.spreadsheets import read_table
from supervision.foundation.actors import Actor, Role
from supervision.foundation.database import enter
from supervision.foundation.errors import Conflict, NotFound
from supervision.scoring import decisions, errors, proposals, score_queries, settlement, settlement_queries
from supervision.scoring.annex import DEFAULT_POLICY, Policy
from supervision.scoring.models import Deduction, Settlement, SettlementRow
from supervision.scoring.states import SETTLEMENT_FOLLOWS, SettlementState
from tests.factories.identity import make_unit
from tests.factories.scoring import add_item, add_party, adopt, hold
from tests.factories.signatures import AS_READ
from tests.places import Committed, Place
from tests.supervision.scoring.golden_deductions import make_units, noon, person, play
from tests.supervision.scoring.golden_tables import NONE, read_tables
from tests.supervision.scoring.test_scores import story

UNITS, DEDUCTIONS, ROWS = read_tables("settlement.txt")
SETTLED_ON = "2017-03-01"


async def settle(session: AsyncSession, here: Place, year: int = 2016) -> None:
    await settlement.prepare_settlement(session, person(here, Role.OFFICE), year=year)
    await settlement.confirm_settlement(session, person(here, Role.GROUP), year=year, version=AS_READ)


async def busy(session: AsyncSession, unit_id: UUID, first: date, last: date) -> None:
    item_id = await add_item(session, received_on=first, deadline_on=last)
    await add_party(session, item_id, unit_id)


@pytest.fixture
async def units(session: AsyncSession, here: Place) -> dict[str, UUID]:
    """Live through the golden file's year, up to the day of the settlement."""
    await adopt(session, here.actor)
    units = await make_units(session, here, UNITS)
    for row in UNITS:
        if row["事项"] != NONE:
            first, _, last = row["事项"].partition(" 至 ")
            await busy(session, units[row["单位"]], date.fromisoformat(first), date.fromisoformat(last))
    await play(session, here, units, DEDUCTIONS)
    await hold(session, here.actor, noon(SETTLED_ON))
    return units


@pytest.mark.usefixtures("units")
async def test_a_year_is_settled_as_the_golden_table_says(session: AsyncSession, here: Place) -> None:
    await settle(session, here)
    settled = await settlement_queries.get_settlement(session, here.actor, 2016)
    found = [
        {
            "单位": row["unit"],
            "督查": "是" if row["is_inspected"] else "否",
            "扣分": plain_decimal(row["deducted"]),
            "得分": plain_decimal(row["score"]),
            "同类平均": plain_decimal(row["mean_of_kind"]),
            "比例": plain_decimal(row["percent"]),
            "折算": plain_decimal(row["converted"]),
        }
        for row in settled["data"]
    ]
    assert found == ROWS
    assert settled["state"] == "confirmed"


async def test_without_an_inspected_unit_of_the_kind_the_base_stands(session: AsyncSession, here: Place) -> None:
    await adopt(session, here.actor)
    await hold(session, here.actor, noon(SETTLED_ON))
    await make_unit(session, here.actor, kind="department")
    await settle(session, here)
    (row,) = (await settlement_queries.get_settlement(session, here.actor, 2016))["data"]
    assert (row["is_inspected"], row["score"], row["converted"]) == (False, 100, 4)


async def test_a_settled_year_takes_no_entry(session: AsyncSession, here: Place, units: dict[str, UUID]) -> None:
    office, group = person(here, Role.OFFICE), person(here, Role.GROUP)
    facts: dict[str, Any] = {
        "unit_id": units["甲镇"],
        "rule_code": "meeting_criticism",
        "fact_on": date(2016, 3, 1),
        "reason": "示例",
    }
    late = await proposals.propose_deduction(session, office, **facts)
    with pytest.raises(errors.YearNotReady):
        await settle(session, here)
    await decisions.refuse_deduction(session, group, late, AS_READ, reason="有正当理由")
    page = await session.scalars(select(SettlementRow.id))
    assert list(page) != []
    await settle(session, here)
    with pytest.raises(errors.YearSettled):
        await proposals.propose_deduction(session, office, **facts)
    counted = await score_queries.scores(session, here.actor, year=2016)
    (part, *_) = next(row for row in counted.rows if row["unit"] == "甲镇")["parts"]
    with pytest.raises(errors.YearSettled):
        await decisions.reverse_deduction(session, group, part["deduction_id"], AS_READ, reason="查无实据")
    with pytest.raises(errors.YearSettled):
        await settlement.prepare_settlement(session, office, year=2016)
    next_year = await proposals.propose_deduction(session, office, **{**facts, "fact_on": date(2017, 1, 2)})
    await decisions.confirm_deduction(session, group, next_year, AS_READ)


@pytest.mark.usefixtures("units")
async def test_what_may_still_be_disputed_is_waited_for(session: AsyncSession, here: Place) -> None:
    # The last deduction of the year was confirmed on 10 January: until 9 February it may be disputed.
    await hold(session, here.actor, datetime(2017, 2, 9, 15, 59, tzinfo=UTC))
    with pytest.raises(errors.YearNotReady):
        await settle(session, here)
    await hold(session, here.actor, datetime(2017, 2, 9, 16, 0, tzinfo=UTC))
    await settle(session, here)


@pytest.mark.usefixtures("units")
async def test_preparer_and_confirmer_differ(session: AsyncSession, here: Place) -> None:
    office = person(here, Role.OFFICE)
    await settlement.prepare_settlement(session, office, year=2016)
    same = Actor(here.actor.jurisdiction_id, Role.GROUP, client_id=office.client_id)
    with pytest.raises(errors.SamePersonConfirms):
        await settlement.confirm_settlement(session, same, year=2016, version=AS_READ)


async def test_what_changed_since_is_prepared_again(session: AsyncSession, here: Place, units: dict[str, UUID]) -> None:
    office, group = person(here, Role.OFFICE), person(here, Role.GROUP)
    await settlement.prepare_settlement(session, office, year=2016)
    await busy(session, units["庚局"], date(2016, 5, 1), date(2016, 5, 31))
    with pytest.raises(errors.SettlementOutdated):
        await settlement.confirm_settlement(session, group, year=2016, version=AS_READ)
    await settlement.prepare_settlement(session, office, year=2016)
    await settlement.confirm_settlement(session, group, year=2016, version=AS_READ)
    states = await session.scalars(select(Settlement.state).order_by(Settlement.id))
    assert list(states) == ["superseded", "confirmed"]


@pytest.mark.usefixtures("units")
@pytest.mark.parametrize("state", list(SettlementState))
async def test_only_what_the_table_allows_follows(session: AsyncSession, here: Place, state: SettlementState) -> None:
    office, group = person(here, Role.OFFICE), person(here, Role.GROUP)
    for verdict in (SettlementState.CONFIRMED, SettlementState.SUPERSEDED):
        async with story(session):
            settlement_id = await settlement.prepare_settlement(session, office, year=2016)
            await session.execute(update(Settlement).values(state=state))
            allowed = verdict in SETTLEMENT_FOLLOWS[state]
            try:
                if verdict is SettlementState.CONFIRMED:
                    await settlement.confirm_settlement(session, group, year=2016, version=AS_READ)
                else:
                    await settlement.prepare_settlement(session, office, year=2016)
            except (Conflict, NotFound):
                assert not allowed
            found = await session.scalar(select(Settlement.state).where(Settlement.id == settlement_id))
            assert found == (verdict if allowed else state)


@pytest.mark.usefixtures("units")
async def test_the_rows_are_never_changed(session: AsyncSession, here: Place) -> None:
    await settle(session, here)
    with pytest.raises(DBAPIError, match="permission denied"):
        await session.execute(update(SettlementRow).values(score=100))


async def test_a_running_year_is_not_settled(session: AsyncSession, here: Place) -> None:
    await adopt(session, here.actor)
    await hold(session, here.actor, datetime(2016, 12, 31, 15, 59, tzinfo=UTC))
    with pytest.raises(errors.YearNotOver):
        await settlement.prepare_settlement(session, person(here, Role.OFFICE), year=2016)
    await hold(session, here.actor, datetime(2016, 12, 31, 16, 0, tzinfo=UTC))
    await settlement.prepare_settlement(session, person(here, Role.OFFICE), year=2016)


async def test_a_unit_sees_its_own_row_once_it_is_confirmed(
    session: AsyncSession, here: Place, units: dict[str, UUID]
) -> None:
    unit = Actor(here.actor.jurisdiction_id, Role.UNIT, unit_id=units["丁镇"])
    await settlement.prepare_settlement(session, person(here, Role.OFFICE), year=2016)
    with pytest.raises(NotFound):
        await settlement_queries.get_settlement(session, unit, 2016)
    await settlement.confirm_settlement(session, person(here, Role.GROUP), year=2016, version=AS_READ)
    (row,) = (await settlement_queries.get_settlement(session, unit, 2016))["data"]
    assert (row["unit"], row["mean_of_kind"]) == ("丁镇", Decimal("96.33"))


@pytest.mark.usefixtures("units")
async def test_the_workbook_says_what_was_settled(session: AsyncSession, here: Place) -> None:
    office = person(here, Role.OFFICE)
    await settlement.prepare_settlement(session, office, year=2016)
    with pytest.raises(NotFound):
        await settlement.export_settlement(session, office, 2016)
    await settlement.confirm_settlement(session, person(here, Role.GROUP), year=2016, version=AS_READ)
    title, raw = await settlement.export_settlement(session, office, 2016)
    assert (title, raw) == await settlement.export_settlement(session, office, 2016)
    assert title == "2016年度督促检查指标"
    *_, last = read_table(raw).rows
    assert {name: str(cell) for name, cell in last.cells.items()} == {
        "单位": "甲镇",
        "类别": "乡镇",
        "本年是否督查": "是",
        "基本分值": "100",
        "扣分": "8",
        "更正上年": "0",
        "年终得分": "92",
        "计入比例（%）": "2",
        "折算分值": "1.84",
    }


async def test_what_is_being_entered_is_waited_for(committed: Committed) -> None:
    place = await committed.found("330326")
    async with committed.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        await adopt(session, place.actor)
        units = await make_units(session, place, UNITS)
        await play(session, place, units, DEDUCTIONS)
        await hold(session, place.actor, noon(SETTLED_ON))
        await settlement.prepare_settlement(session, person(place, Role.OFFICE), year=2016)
        reversible = await session.scalar(select(Deduction.id).where(Deduction.state == "confirmed"))
        await session.commit()
    assert reversible
    async with committed.api() as entering, committed.api() as closing:
        await enter(entering, place.actor.jurisdiction_id)
        await enter(closing, place.actor.jurisdiction_id)
        await decisions.reverse_deduction(entering, person(place, Role.GROUP), reversible, AS_READ, reason="查无实据")
        confirming = asyncio.create_task(
            settlement.confirm_settlement(closing, person(place, Role.GROUP), year=2016, version=AS_READ)
        )
        await asyncio.sleep(0.3)
        assert not confirming.done()
        await entering.commit()
        with pytest.raises(errors.SettlementOutdated):
            await confirming


async def test_of_two_who_prepare_at_once_one_is_told(committed: Committed) -> None:
    place = await committed.found("330326")
    async with committed.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        await adopt(session, place.actor)
        await hold(session, place.actor, noon(SETTLED_ON))
        await session.commit()
    async with committed.api() as first, committed.api() as second:
        await enter(first, place.actor.jurisdiction_id)
        await enter(second, place.actor.jurisdiction_id)
        await settlement.prepare_settlement(first, person(place, Role.OFFICE), year=2016)
        preparing = asyncio.create_task(settlement.prepare_settlement(second, person(place, Role.OFFICE), year=2016))
        await asyncio.sleep(0.3)
        assert not preparing.done()
        await first.commit()
        with pytest.raises(errors.SettlementPreparedMeanwhile):
            await preparing


in_a_database = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


# Criticisms of 3 points of each of three inspected townships, and the percent that is adopted.
@in_a_database
@given(
    counts=st.tuples(*[st.integers(0, 4)] * 3),
    percent=st.decimals("0.1", "5", places=2, allow_nan=False, allow_infinity=False),
)
async def test_mean_and_conversion_agree_with_plain_arithmetic(
    session: AsyncSession, here: Place, counts: tuple[int, int, int], percent: Decimal
) -> None:
    async with story(session):
        own = Policy(Decimal(100), Decimal(90), DEFAULT_POLICY.rules, (), township_percent=percent)
        await adopt(session, here.actor, policy=own)
        await hold(session, here.actor, noon("2016-04-01"))
        for place, count in enumerate(counts):
            unit_id = await make_unit(session, here.actor, kind="township", name=f"{place}")
            await busy(session, unit_id, date(2016, 1, 1), date(2016, 2, 1))
            for _ in range(count):
                deduction_id = await proposals.propose_deduction(
                    session,
                    person(here, Role.OFFICE),
                    unit_id=unit_id,
                    rule_code="meeting_criticism",
                    fact_on=date(2016, 3, 1),
                    reason="示例",
                )
                await decisions.confirm_deduction(session, person(here, Role.GROUP), deduction_id, AS_READ)
        await make_unit(session, here.actor, kind="township", name="3")
        await hold(session, here.actor, noon(SETTLED_ON))
        await settle(session, here)
        found = [
            (row["score"], row["converted"])
            for row in (await settlement_queries.get_settlement(session, here.actor, 2016))["data"]
        ]
    scores = [max(Decimal(90), Decimal(100 - 3 * count)) for count in counts]
    scores.append((sum(scores, Decimal(0)) / 3).quantize(Decimal("0.01"), ROUND_HALF_UP))
    assert found == [(score, (score * percent / 100).quantize(Decimal("0.0001"), ROUND_HALF_UP)) for score in scores]
