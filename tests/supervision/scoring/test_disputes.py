from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor, Role
from supervision.foundation.errors import NotFound
from supervision.foundation.ids import new_id
from supervision.foundation.paging import PageRequest
from supervision.messaging import templates
from supervision.messaging.models import Message
from supervision.scoring import decisions, errors, proposals, queries, score_queries
from supervision.scoring.models import Deduction
from supervision.scoring.states import DeductionState
from tests.factories.identity import make_official, make_unit
from tests.factories.scoring import adopt, hold
from tests.factories.signatures import AS_READ
from tests.places import Place
from tests.supervision.scoring.golden_deductions import person

# 23:30 in Shanghai on 1 May: the 30 days are counted from that day, not from the day in UTC.
CONFIRMED_AT = datetime(2016, 5, 1, 15, 30, tzinfo=UTC)


@pytest.fixture
async def unit_id(session: AsyncSession, here: Place) -> UUID:
    await adopt(session, here.actor)
    await templates.install_defaults(session, here.actor)
    await hold(session, here.actor, CONFIRMED_AT)
    return await make_unit(session, here.actor)


@pytest.fixture
async def deduction_id(session: AsyncSession, here: Place, unit_id: UUID) -> UUID:
    deduction_id = await proposals.propose_deduction(
        session,
        person(here, Role.OFFICE),
        unit_id=unit_id,
        rule_code="meeting_criticism",
        fact_on=date(2016, 4, 1),
        reason="县长指出：工作拖沓",
    )
    await decisions.confirm_deduction(session, person(here, Role.GROUP), deduction_id, AS_READ)
    return deduction_id


def unit(here: Place, unit_id: UUID) -> Actor:
    return Actor(here.actor.jurisdiction_id, Role.UNIT, client_id=new_id(), unit_id=unit_id)


@pytest.mark.parametrize(
    ("at", "is_late"),
    [(datetime(2016, 5, 31, 15, 59, tzinfo=UTC), False), (datetime(2016, 5, 31, 16, 0, tzinfo=UTC), True)],
)
async def test_thirty_days_of_shanghai_to_dispute(
    session: AsyncSession, here: Place, unit_id: UUID, deduction_id: UUID, at: datetime, *, is_late: bool
) -> None:
    await hold(session, here.actor, at)
    if is_late:
        with pytest.raises(errors.DisputeTooLate):
            await decisions.dispute_deduction(session, unit(here, unit_id), deduction_id, grounds="与事实不符")
        return
    await decisions.dispute_deduction(session, unit(here, unit_id), deduction_id, grounds="与事实不符")
    row = await queries.get_deduction(session, here.actor, deduction_id)
    assert (row["state"], row["ruling_due_on"], row["grounds"]) == ("disputed", date(2016, 6, 30), "与事实不符")


async def test_the_days_are_those_of_the_policy(session: AsyncSession, here: Place, deduction_id: UUID) -> None:
    row = await queries.get_deduction(session, here.actor, deduction_id)
    assert row["dispute_until_on"] == date(2016, 5, 31)


async def test_another_unit_disputes_nothing(session: AsyncSession, here: Place, deduction_id: UUID) -> None:
    stranger = await make_unit(session, here.actor)
    with pytest.raises(NotFound):
        await decisions.dispute_deduction(session, unit(here, stranger), deduction_id, grounds="与事实不符")


@pytest.mark.parametrize("verdict", [DeductionState.UPHELD, DeductionState.REVERSED])
async def test_it_counts_until_it_is_reversed(
    session: AsyncSession, here: Place, unit_id: UUID, deduction_id: UUID, verdict: DeductionState
) -> None:
    async def score() -> str:
        (row,) = (await score_queries.scores(session, here.actor, year=2016)).rows
        return f"{row['score']:.0f}"

    await decisions.dispute_deduction(session, unit(here, unit_id), deduction_id, grounds="与事实不符")
    assert await score() == "97"
    group = person(here, Role.GROUP)
    await decisions.rule_on_dispute(session, group, deduction_id, AS_READ, verdict=verdict, reason="经复核")
    assert await score() == ("97" if verdict is DeductionState.UPHELD else "100")
    row = await queries.get_deduction(session, here.actor, deduction_id)
    assert (row["state"], row["decided_by"], row["decision"]) == (verdict, group.person, "经复核")


@pytest.mark.parametrize("column", ["proposed_by", "decided_by", "disputed_by"])
async def test_who_was_involved_does_not_rule(
    session: AsyncSession, here: Place, unit_id: UUID, deduction_id: UUID, column: str
) -> None:
    await decisions.dispute_deduction(session, unit(here, unit_id), deduction_id, grounds="与事实不符")
    involved = await session.scalar(select(getattr(Deduction, column)))
    same = Actor(here.actor.jurisdiction_id, Role.GROUP, client_id=involved)
    with pytest.raises(errors.SamePersonDecides):
        await decisions.rule_on_dispute(
            session, same, deduction_id, AS_READ, verdict=DeductionState.UPHELD, reason="经复核"
        )


async def test_overdue_rulings_are_listed(
    session: AsyncSession, here: Place, unit_id: UUID, deduction_id: UUID
) -> None:
    async def overdue(*, wanted: bool) -> list[UUID]:
        page = await queries.list_deductions(session, here.actor, PageRequest(), is_overdue=wanted)
        return [row["id"] for row in page.rows]

    assert (await overdue(wanted=True), await overdue(wanted=False)) == ([], [deduction_id])
    await decisions.dispute_deduction(session, unit(here, unit_id), deduction_id, grounds="与事实不符")
    await hold(session, here.actor, datetime(2016, 5, 31, 15, 59, tzinfo=UTC))
    assert (await overdue(wanted=True), await overdue(wanted=False)) == ([], [deduction_id])
    await hold(session, here.actor, datetime(2016, 5, 31, 16, 0, tzinfo=UTC))
    assert (await overdue(wanted=True), await overdue(wanted=False)) == ([deduction_id], [])
    group = person(here, Role.GROUP)
    await decisions.rule_on_dispute(
        session, group, deduction_id, AS_READ, verdict=DeductionState.UPHELD, reason="经复核"
    )
    assert (await overdue(wanted=True), await overdue(wanted=False)) == ([], [deduction_id])


async def test_the_units_leaders_are_told_without_a_leaders_words(
    session: AsyncSession, here: Place, unit_id: UUID
) -> None:
    told = [
        await make_official(session, here.actor, unit_id, position=position)
        for position in ("principal_leader", "leader_in_charge")
    ]
    for position in ("handler", "other"):
        await make_official(session, here.actor, unit_id, position=position)
    await make_official(session, here.actor, await make_unit(session, here.actor), position="principal_leader")
    deduction_id = await proposals.propose_deduction(
        session,
        person(here, Role.OFFICE),
        unit_id=unit_id,
        rule_code="instruction_criticism",
        document="县长批示〔2016〕7号",
        fact_on=date(2016, 4, 1),
        reason="县长批示：拖沓",
    )
    await decisions.confirm_deduction(session, person(here, Role.GROUP), deduction_id, AS_READ)
    messages = (await session.scalars(select(Message))).all()
    assert {message.official_id for message in messages} == set(told)
    assert {str(message.text).partition("】")[2] for message in messages} == {
        "贵单位一项督查扣分（3分）已确认。如有异议，请在2016年5月31日（含当日）前申请复核。详情请查看督查系统。"
    }
