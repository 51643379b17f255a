from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.replies import plain_decimal
from supervision.foundation.actors import Actor, Role
from supervision.foundation.errors import Conflict, NotFound
from supervision.scoring import (
    corrections,
    decisions,
    errors,
    reopenings,
    score_queries,
    settlement,
    settlement_queries,
)
from supervision.scoring.annex import DEFAULT_POLICY, Policy
from supervision.scoring.models import Correction, Deduction, ScoreEntry, ScoringRule
from supervision.scoring.states import CORRECTION_FOLLOWS, CorrectionState
from tests.factories.scoring import adopt, hold
from tests.factories.signatures import AS_READ
from tests.places import Place
from tests.supervision.scoring.golden_deductions import make_units, noon, person, play
from tests.supervision.scoring.golden_tables import NONE, read_tables

UNITS, DEDUCTIONS, CORRECTIONS = read_tables("corrections.txt")


async def settle(session: AsyncSession, here: Place, year: int) -> None:
    await settlement.prepare_settlement(session, person(here, Role.OFFICE), year=year)
    await settlement.confirm_settlement(session, person(here, Role.GROUP), year=year, version=AS_READ)


@pytest.fixture
async def units(session: AsyncSession, here: Place) -> dict[str, UUID]:
    """Live through the golden file's year and settle it."""
    floored = Policy(base=Decimal(100), floor=Decimal(90), rules=DEFAULT_POLICY.rules, readings=())
    await adopt(session, here.actor, policy=floored)
    units = await make_units(session, here, UNITS)
    await play(session, here, units, DEDUCTIONS)
    await hold(session, here.actor, noon("2017-03-01"))
    await settle(session, here, 2016)
    return units


async def find(session: AsyncSession, unit_id: UUID, rule: str) -> UUID:
    statement = select(Deduction.id).join(ScoringRule, ScoringRule.id == Deduction.rule_id)
    return (await session.scalars(statement.where(Deduction.unit_id == unit_id, ScoringRule.code == rule))).one()


async def correct(session: AsyncSession, here: Place, deduction_id: UUID) -> UUID:
    office = person(here, Role.OFFICE)
    correction_id = await corrections.propose_correction(session, office, deduction_id=deduction_id, reason="查无实据")
    await corrections.confirm_correction(session, person(here, Role.GROUP), correction_id, AS_READ)
    return correction_id


async def score(session: AsyncSession, here: Place, unit_id: UUID, year: int) -> str:
    rows = (await score_queries.scores(session, here.actor, year=year)).rows
    return plain_decimal(next(row["score"] for row in rows if row["unit_id"] == unit_id))


@pytest.mark.parametrize("row", CORRECTIONS, ids=lambda row: f"{row['单位']}-{row['规则']}")
async def test_what_was_taken_is_given_back_as_the_golden_table_says(
    session: AsyncSession, here: Place, units: dict[str, UUID], row: dict[str, str]
) -> None:
    unit_id = units[row["单位"]]
    settled = await settlement_queries.get_settlement(session, here.actor, 2016)
    given_back = NONE
    try:
        correction_id = await correct(session, here, await find(session, unit_id, row["规则"]))
        given_back = plain_decimal(
            (await settlement_queries.get_correction(session, here.actor, correction_id))["points"]
        )
    except errors.CorrectionChangesNothing:
        pass
    found = {**row, "还分": given_back, "2017年得分": await score(session, here, unit_id, 2017)}
    assert found == row
    assert await settlement_queries.get_settlement(session, here.actor, 2016) == settled


async def test_two_of_one_event_give_back_no_more_than_was_taken(
    session: AsyncSession, here: Place, units: dict[str, UUID]
) -> None:
    for rule in ("notice_poor", "notice_late"):
        await correct(session, here, await find(session, units["乙镇"], rule))
    assert await score(session, here, units["乙镇"], 2017) == "103"


async def test_a_correction_is_an_entry_of_the_next_year(
    session: AsyncSession, here: Place, units: dict[str, UUID]
) -> None:
    await correct(session, here, await find(session, units["甲镇"], "meeting_criticism"))
    entry = (await session.scalars(select(ScoreEntry).where(ScoreEntry.kind == "correction"))).one()
    assert (entry.year, entry.corrects_year, entry.points, entry.unit_id) == (2017, 2016, Decimal(3), units["甲镇"])
    await hold(session, here.actor, noon("2018-03-01"))
    await settle(session, here, 2017)
    rows = (await settlement_queries.get_settlement(session, here.actor, 2017))["data"]
    (row,) = [row for row in rows if row["unit_id"] == units["甲镇"]]
    assert (row["deducted"], row["corrected"]) == (0, 3)


@pytest.mark.parametrize("verdict", [CorrectionState.CONFIRMED, CorrectionState.REFUSED])
@pytest.mark.parametrize("state", list(CorrectionState))
async def test_a_correction_goes_where_the_table_says(
    session: AsyncSession, here: Place, units: dict[str, UUID], state: CorrectionState, verdict: CorrectionState
) -> None:
    deduction_id = await find(session, units["甲镇"], "meeting_criticism")
    office, group = person(here, Role.OFFICE), person(here, Role.GROUP)
    correction_id = await corrections.propose_correction(session, office, deduction_id=deduction_id, reason="误扣")
    await session.execute(update(Correction).values(state=state))
    allowed, told = verdict in CORRECTION_FOLLOWS[state], {}
    try:
        if verdict is CorrectionState.CONFIRMED:
            await corrections.confirm_correction(session, group, correction_id, AS_READ)
        else:
            await corrections.refuse_correction(session, group, correction_id, AS_READ, reason="无误")
    except Conflict as refused:
        told = refused.facts
    assert told == ({} if allowed else {"state": state})
    assert await session.scalar(select(Correction.state)) == (verdict if allowed else state)


async def test_neither_proposer_nor_who_decided_on_the_deduction_confirms(
    session: AsyncSession, here: Place, units: dict[str, UUID]
) -> None:
    deduction_id = await find(session, units["甲镇"], "meeting_criticism")
    confirmer = await session.scalar(select(Deduction.decided_by).where(Deduction.id == deduction_id))
    office = person(here, Role.OFFICE)
    correction_id = await corrections.propose_correction(session, office, deduction_id=deduction_id, reason="误扣")
    own = Actor(here.actor.jurisdiction_id, Role.GROUP, client_id=office.client_id)
    for verb in (
        corrections.confirm_correction(session, own, correction_id, AS_READ),
        corrections.refuse_correction(session, own, correction_id, AS_READ, reason="无误"),
    ):
        with pytest.raises(errors.SamePersonDecides):
            await verb
    with pytest.raises(errors.SamePersonDecides):
        await corrections.confirm_correction(
            session, Actor(here.actor.jurisdiction_id, Role.GROUP, client_id=confirmer), correction_id, AS_READ
        )
    with pytest.raises(errors.CorrectionAlreadyProposed):
        await corrections.propose_correction(session, office, deduction_id=deduction_id, reason="误扣")


async def test_only_a_settled_year_is_corrected_and_only_while_the_next_is_open(
    session: AsyncSession, here: Place, units: dict[str, UUID]
) -> None:
    office = person(here, Role.OFFICE)
    deduction_id = await find(session, units["甲镇"], "meeting_criticism")
    correction_id = await corrections.propose_correction(session, office, deduction_id=deduction_id, reason="误扣")
    await hold(session, here.actor, noon("2018-03-01"))
    with pytest.raises(errors.YearNotReady):
        await settle(session, here, 2017)
    await corrections.refuse_correction(session, person(here, Role.GROUP), correction_id, AS_READ, reason="无误")
    await settle(session, here, 2017)
    with pytest.raises(errors.YearSettled):
        await corrections.propose_correction(session, office, deduction_id=deduction_id, reason="误扣")


async def test_points_are_not_given_back_twice(session: AsyncSession, here: Place, units: dict[str, UUID]) -> None:
    deduction_id = await find(session, units["甲镇"], "meeting_criticism")
    await correct(session, here, deduction_id)
    reopening_id = await reopenings.propose_reopening(session, person(here, Role.OFFICE), year=2016, reason="复查")
    for _ in range(2):
        await reopenings.approve_reopening(session, person(here, Role.GROUP), reopening_id, AS_READ)
    with pytest.raises(errors.DeductionCorrected):
        await decisions.reverse_deduction(session, person(here, Role.GROUP), deduction_id, AS_READ, reason="查无实据")
    other = await find(session, units["丙镇"], "media_criticism")
    with pytest.raises(errors.YearNotSettled):
        await corrections.propose_correction(session, person(here, Role.OFFICE), deduction_id=other, reason="误扣")


async def test_a_unit_sees_its_own_corrections(session: AsyncSession, here: Place, units: dict[str, UUID]) -> None:
    correction_id = await correct(session, here, await find(session, units["甲镇"], "meeting_criticism"))
    own, stranger = (Actor(here.actor.jurisdiction_id, Role.UNIT, unit_id=units[name]) for name in ("甲镇", "乙镇"))
    assert (await settlement_queries.get_correction(session, own, correction_id))["unit"] == "甲镇"
    with pytest.raises(NotFound):
        await settlement_queries.get_correction(session, stranger, correction_id)
