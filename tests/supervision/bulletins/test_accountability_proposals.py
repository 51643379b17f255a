from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.bulletins import (
    accountability_proposals,
    accountability_queries,
    errors,
    media_follow_up,
    rectification_orders,
)
from supervision.bulletins.states import RectificationVerdict
from supervision.foundation.errors import DayInFuture, Refusal
from supervision.foundation.ids import new_id
from supervision.identity.errors import UnknownUnit
from supervision.identity.models import Official
from supervision.tasks import departures, reassignment
from tests.factories import bulletins, scoring
from tests.factories.identity import make_official, make_unit
from tests.factories.signatures import AS_READ
from tests.factories.tasks import make_cast, make_task
from tests.places import Place


@pytest.fixture
async def unit_id(session: AsyncSession, here: Place) -> UUID:
    await scoring.hold(session, here.actor, bulletins.SIXTH_OF_APRIL)
    return await make_unit(session, here.actor)


async def test_a_task_is_traced_back_to_its_three(session: AsyncSession, here: Place, unit_id: UUID) -> None:
    cast = await make_cast(session, here.actor)
    task_id = await make_task(session, here.actor, cast)
    principal, in_charge, gone = [
        await make_official(session, here.actor, cast.unit_id, position=position)
        for position in ("principal_leader", "leader_in_charge", "leader_in_charge")
    ]
    await session.execute(update(Official).where(Official.id == gone).values(left_on=date(2016, 3, 1)))
    await make_official(session, here.actor, unit_id, position="principal_leader")
    proposal_id = await bulletins.propose(session, bulletins.person(here.actor), cast.unit_id, task_id=task_id)
    traced = (await accountability_queries.get_accountability_proposal(session, here.actor, proposal_id))["traced"]
    assert [(each["part"], each["official_id"]) for each in traced] == [
        ("principal_leader", str(principal)),
        ("leader_in_charge", str(in_charge)),
        ("responsible_person", str(cast.person_id)),
    ]


async def test_the_three_are_those_of_the_day_of_the_fact(session: AsyncSession, here: Place, unit_id: UUID) -> None:
    office, cast = bulletins.person(here.actor), await make_cast(session, here.actor)
    leaders = [
        await make_official(session, here.actor, cast.unit_id, position=position)
        for position in ("principal_leader", "leader_in_charge")
    ]
    await scoring.hold(session, here.actor, datetime(2016, 3, 1, tzinfo=UTC))
    task_id = await make_task(session, here.actor, cast)
    heir_id = await make_official(session, here.actor, cast.unit_id)
    await scoring.hold(session, here.actor, datetime(2016, 3, 20, 4, tzinfo=UTC))
    await departures.record_departure(
        session, here.actor, cast.person_id, on=date(2016, 3, 18), reason="调离", successor_id=heir_id
    )
    new_unit, new = unit_id, await make_official(session, here.actor, unit_id)
    await scoring.hold(session, here.actor, datetime(2016, 4, 1, 4, tzinfo=UTC))
    moved: dict[str, Any] = {"unit_id": new_unit, "responsible_person_id": new, "reason": "职能划转"}
    await reassignment.reassign_unit(session, here.actor, task_id, **moved)
    await scoring.hold(session, here.actor, bulletins.SIXTH_OF_APRIL)
    for fact_on, person_id in ((date(2016, 3, 18), cast.person_id), (date(2016, 3, 19), heir_id)):
        proposal_id = await bulletins.propose(session, office, cast.unit_id, task_id=task_id, fact_on=fact_on)
        row = await accountability_queries.get_accountability_proposal(session, here.actor, proposal_id)
        assert row["fact_on"] == fact_on
        assert [each["official_id"] for each in row["traced"]] == [*map(str, leaders), str(person_id)]
    with pytest.raises(errors.TaskOfAnotherUnit):
        await bulletins.propose(session, office, cast.unit_id, task_id=task_id)
    with pytest.raises(DayInFuture):
        await bulletins.propose(session, office, new_unit, task_id=task_id, fact_on=date(2016, 4, 7))
    assert await bulletins.propose(session, office, new_unit, task_id=task_id)


async def test_without_a_task_nobody_is_traced(session: AsyncSession, here: Place, unit_id: UUID) -> None:
    await make_official(session, here.actor, unit_id, position="principal_leader")
    proposal_id = await bulletins.propose(session, bulletins.person(here.actor), unit_id)
    assert (await accountability_queries.get_accountability_proposal(session, here.actor, proposal_id))["traced"] == []


async def test_a_proposal_names_what_is_the_units(session: AsyncSession, here: Place, unit_id: UUID) -> None:
    office = bulletins.person(here.actor)
    stranger = await make_official(session, here.actor, await make_unit(session, here.actor))
    cases: list[tuple[UUID, dict[str, Any], type[Refusal]]] = [
        (unit_id, {"official_id": stranger}, errors.OfficialOfAnotherUnit),
        (unit_id, {"task_id": await make_task(session, here.actor)}, errors.TaskOfAnotherUnit),
        (unit_id, {"task_id": new_id()}, errors.TaskOfAnotherUnit),
        (new_id(), {}, UnknownUnit),
    ]
    for unit, over, refusal in cases:
        with pytest.raises(refusal):
            await bulletins.propose(session, office, unit, **over)


async def test_days_come_in_order_and_not_before_they_are(session: AsyncSession, here: Place, unit_id: UUID) -> None:
    office = bulletins.person(here.actor)
    proposal_id = await bulletins.propose(session, office, unit_id)
    for sent_on, refusal in ((date(2016, 4, 7), DayInFuture), (date(2016, 4, 5), errors.DayOutOfOrder)):
        with pytest.raises(refusal):
            await accountability_proposals.send_proposal(
                session, office, proposal_id, AS_READ, deciding_body="县纪委监委", sent_on=sent_on
            )
    follow_up_id = await bulletins.follow(session, office)
    for concluded_on, refusal in ((date(2016, 4, 7), DayInFuture), (date(2016, 3, 31), errors.DayOutOfOrder)):
        with pytest.raises(refusal):
            await media_follow_up.conclude_follow_up(
                session, office, follow_up_id, outcome="已刊播", concluded_on=concluded_on
            )
    with pytest.raises(DayInFuture):
        await bulletins.follow(session, office, asked_on=date(2016, 4, 7))


async def test_an_order_has_a_limit_to_come(session: AsyncSession, here: Place, unit_id: UUID) -> None:
    office = bulletins.person(here.actor)
    with pytest.raises(errors.LimitInPast):
        await bulletins.order(session, office, unit_id, limit_on=date(2016, 4, 5))
    with pytest.raises(errors.MatterItemUnknown):
        await bulletins.order(session, office, unit_id, item_id=new_id())


async def test_whoever_ordered_does_not_verify(session: AsyncSession, here: Place, unit_id: UUID) -> None:
    office = bulletins.person(here.actor)
    order_id = await bulletins.order(session, office, unit_id)
    await rectification_orders.report_rectification(session, here.actor, order_id, text="已整改到位")
    with pytest.raises(errors.OrdererVerifies):
        await rectification_orders.verify_rectification(
            session, office, order_id, AS_READ, verdict=RectificationVerdict.CLOSED, finding="现场核验"
        )
