from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor, Role
from supervision.foundation.errors import Conflict, NotFound
from supervision.scoring import decisions, errors, proposals, reopenings, settlement, settlement_queries
from supervision.scoring.models import ReopeningApproval, Settlement, SettlementReopening
from supervision.scoring.states import REOPENING_FOLLOWS, ReopeningState
from tests.factories.identity import make_unit
from tests.factories.scoring import adopt, hold
from tests.factories.signatures import AS_READ
from tests.places import Place
from tests.supervision.scoring.golden_deductions import noon, person


async def settle(session: AsyncSession, here: Place) -> None:
    await settlement.prepare_settlement(session, person(here, Role.OFFICE), year=2016)
    await settlement.confirm_settlement(session, person(here, Role.GROUP), year=2016, version=AS_READ)


async def propose(session: AsyncSession, here: Place) -> UUID:
    return await reopenings.propose_reopening(session, person(here, Role.OFFICE), year=2016, reason="漏扣一项")


async def approve(session: AsyncSession, here: Place, reopening_id: UUID, *, times: int = 2) -> None:
    for _ in range(times):
        await reopenings.approve_reopening(session, person(here, Role.GROUP), reopening_id, AS_READ)


@pytest.fixture
async def unit_id(session: AsyncSession, here: Place) -> UUID:
    """A unit of a county whose year is settled."""
    await adopt(session, here.actor)
    unit_id = await make_unit(session, here.actor, kind="township")
    await hold(session, here.actor, noon("2017-03-01"))
    await settle(session, here)
    return unit_id


async def test_a_year_is_settled_anew_and_every_revision_is_kept(
    session: AsyncSession, here: Place, unit_id: UUID
) -> None:
    first = await settlement_queries.get_settlement(session, here.actor, 2016)
    reopening_id = await propose(session, here)
    await approve(session, here, reopening_id, times=1)
    facts: dict[str, Any] = {"unit_id": unit_id, "rule_code": "meeting_criticism", "fact_on": date(2016, 3, 1)}
    facts["reason"] = "三月大会"
    with pytest.raises(errors.YearSettled):
        await proposals.propose_deduction(session, person(here, Role.OFFICE), **facts)
    await approve(session, here, reopening_id, times=1)
    deduction_id = await proposals.propose_deduction(session, person(here, Role.OFFICE), **facts)
    await decisions.confirm_deduction(session, person(here, Role.GROUP), deduction_id, AS_READ)
    await hold(session, here.actor, noon("2017-05-01"))
    await settle(session, here)
    second = await settlement_queries.get_settlement(session, here.actor, 2016)
    assert (second["revision"], second["state"], second["data"][0]["score"]) == (2, "confirmed", 97)
    kept = await settlement_queries.get_settlement(session, here.actor, 2016, revision=1)
    assert kept == {**first, "state": "reopened", "version": first["version"] + 1}
    with pytest.raises(errors.YearSettled):
        await proposals.propose_deduction(session, person(here, Role.OFFICE), **facts)
    office = person(here, Role.OFFICE)
    workbooks = {
        revision: await settlement.export_settlement(session, office, 2016, revision=revision) for revision in (1, 2)
    }
    assert workbooks[1] != workbooks[2]
    assert workbooks[2] == await settlement.export_settlement(session, office, 2016)


async def test_while_it_is_open_a_unit_sees_what_was_confirmed(
    session: AsyncSession, here: Place, unit_id: UUID
) -> None:
    await approve(session, here, await propose(session, here))
    await settlement.prepare_settlement(session, person(here, Role.OFFICE), year=2016)
    unit = Actor(here.actor.jurisdiction_id, Role.UNIT, unit_id=unit_id)
    seen = await settlement_queries.get_settlement(session, unit, 2016)
    assert (seen["revision"], seen["state"]) == (1, "reopened")
    with pytest.raises(NotFound):
        await settlement_queries.get_settlement(session, unit, 2016, revision=2)
    with pytest.raises(NotFound):
        await settlement.export_settlement(session, person(here, Role.OFFICE), 2016)


@pytest.mark.usefixtures("unit_id")
async def test_two_others_approve(session: AsyncSession, here: Place) -> None:
    proposer, one, other = (person(here, Role.GROUP) for _ in range(3))
    reopening_id = await reopenings.propose_reopening(session, proposer, year=2016, reason="漏扣一项")
    with pytest.raises(errors.SamePersonApproves):
        await reopenings.approve_reopening(session, proposer, reopening_id, AS_READ)
    with pytest.raises(errors.SamePersonApproves):
        await reopenings.refuse_reopening(session, proposer, reopening_id, AS_READ, reason="不必")
    await reopenings.approve_reopening(session, one, reopening_id, AS_READ)
    with pytest.raises(errors.SamePersonApproves):
        await reopenings.approve_reopening(session, one, reopening_id, AS_READ)
    await reopenings.approve_reopening(session, other, reopening_id, AS_READ)
    row = await settlement_queries.get_reopening(session, here.actor, reopening_id)
    assert [each["approved_by"] for each in row["approvals"]] == [str(one.client_id), str(other.client_id)]
    assert (row["state"], row["decided_by"]) == ("approved", other.client_id)
    with pytest.raises(DBAPIError, match="permission denied"):
        await session.execute(update(ReopeningApproval).values(approved_by=proposer.client_id))


@pytest.mark.usefixtures("unit_id")
@pytest.mark.parametrize("verb", ["first approval", "second approval", "refusal"])
@pytest.mark.parametrize("state", list(ReopeningState))
async def test_a_reopening_goes_where_the_table_says(
    session: AsyncSession, here: Place, state: ReopeningState, verb: str
) -> None:
    reopening_id = await propose(session, here)
    if verb == "second approval":
        await approve(session, here, reopening_id, times=1)
    await session.execute(update(SettlementReopening).values(state=state))
    following = {
        "first approval": ReopeningState.PROPOSED,
        "second approval": ReopeningState.APPROVED,
        "refusal": ReopeningState.REFUSED,
    }[verb]
    allowed, told = following in REOPENING_FOLLOWS[state], {}
    try:
        if verb == "refusal":
            await reopenings.refuse_reopening(session, person(here, Role.GROUP), reopening_id, AS_READ, reason="不必")
        else:
            await approve(session, here, reopening_id, times=1)
    except Conflict as refused:
        told = refused.facts
    assert told == ({} if allowed else {"state": state})
    assert await session.scalar(select(SettlementReopening.state)) == (following if allowed else state)
    reopened = following is ReopeningState.APPROVED and allowed
    assert await session.scalar(select(Settlement.state)) == ("reopened" if reopened else "confirmed")


async def test_only_what_is_settled_is_reopened_and_asked_for_once(
    session: AsyncSession, here: Place, unit_id: UUID
) -> None:
    office = person(here, Role.OFFICE)
    with pytest.raises(errors.YearNotSettled):
        await reopenings.propose_reopening(session, office, year=2017, reason="漏扣一项")
    reopening_id = await propose(session, here)
    with pytest.raises(errors.ReopeningAlreadyProposed):
        await propose(session, here)
    await reopenings.refuse_reopening(session, person(here, Role.GROUP), reopening_id, AS_READ, reason="不必")
    await approve(session, here, await propose(session, here))
    with pytest.raises(errors.YearNotSettled):
        await propose(session, here)
    assert unit_id
