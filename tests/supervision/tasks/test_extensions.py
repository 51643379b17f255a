from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor, Role
from supervision.foundation.errors import NotFound
from supervision.foundation.ids import new_id
from supervision.foundation.paging import PageRequest
from supervision.identity.service import hold_clock
from supervision.items.queries import get_item
from supervision.tasks import queries
from supervision.tasks.errors import (
    AskerMayNotDecide,
    ExtensionAlreadyAsked,
    ExtensionAlreadyDecided,
    ExtensionNotLater,
    ExtensionTooLate,
)
from supervision.tasks.extensions import ask_extension, decide_extension
from tests.factories.identity import make_unit
from tests.factories.items import make_item
from tests.factories.signatures import AS_READ
from tests.factories.tasks import make_cast, make_task
from tests.places import Place

LATER = date(2016, 4, 30)


@pytest.fixture
async def item_id(session: AsyncSession, here: Place) -> UUID:
    await hold_clock(session, here.actor, at=datetime(2016, 3, 31, 15, 59, tzinfo=UTC))
    item_id = await make_item(session, here.actor)
    await make_task(session, here.actor, item_id=item_id)
    return item_id


def office(here: Place) -> Actor:
    return Actor(here.actor.jurisdiction_id, Role.OFFICE, client_id=new_id())


async def test_granted_it_moves_the_deadline(session: AsyncSession, here: Place, item_id: UUID) -> None:
    asker, decider = office(here), office(here)
    extension_id = await ask_extension(session, asker, item_id, until_on=LATER, reason="汛期")
    await decide_extension(session, decider, extension_id, AS_READ, verdict="granted", until_on=None, decision="同意")
    row = await queries.get_extension(session, asker, extension_id)
    assert (row["state"], row["decided_by"], row["until_on"]) == ("granted", decider.client_id, LATER)
    assert (await get_item(session, asker, item_id))["deadline_on"] == LATER


async def test_refused_it_moves_nothing(session: AsyncSession, here: Place, item_id: UUID) -> None:
    extension_id = await ask_extension(session, office(here), item_id, until_on=LATER, reason="汛期")
    await decide_extension(
        session, office(here), extension_id, AS_READ, verdict="refused", until_on=None, decision="不同意"
    )
    assert (await get_item(session, here.actor, item_id))["deadline_on"] == date(2016, 3, 31)
    assert await ask_extension(session, office(here), item_id, until_on=LATER, reason="又汛")


async def test_the_asker_may_not_decide(session: AsyncSession, here: Place, item_id: UUID) -> None:
    asker = office(here)
    extension_id = await ask_extension(session, asker, item_id, until_on=LATER, reason="汛期")
    with pytest.raises(AskerMayNotDecide):
        await decide_extension(session, asker, extension_id, AS_READ, verdict="granted", until_on=None, decision="同意")


async def test_two_officials_behind_one_client_are_two_persons(
    session: AsyncSession, here: Place, item_id: UUID
) -> None:
    cast, client_id = await make_cast(session, here.actor), new_id()
    asker = Actor(here.actor.jurisdiction_id, Role.OFFICE, client_id=client_id, official_id=cast.person_id)
    decider = Actor(here.actor.jurisdiction_id, Role.OFFICE, client_id=client_id, official_id=cast.leader_id)
    extension_id = await ask_extension(session, asker, item_id, until_on=LATER, reason="汛期")
    await decide_extension(session, decider, extension_id, AS_READ, verdict="granted", until_on=None, decision="同意")


async def test_is_decided_once(session: AsyncSession, here: Place, item_id: UUID) -> None:
    extension_id = await ask_extension(session, office(here), item_id, until_on=LATER, reason="汛期")
    await decide_extension(
        session, office(here), extension_id, AS_READ, verdict="refused", until_on=None, decision="不同意"
    )
    with pytest.raises(ExtensionAlreadyDecided):
        await decide_extension(
            session, office(here), extension_id, AS_READ, verdict="granted", until_on=None, decision="同意"
        )


async def test_one_open_request_at_a_time(session: AsyncSession, here: Place, item_id: UUID) -> None:
    await ask_extension(session, office(here), item_id, until_on=LATER, reason="汛期")
    with pytest.raises(ExtensionAlreadyAsked):
        await ask_extension(session, office(here), item_id, until_on=LATER, reason="汛期")
    assert len((await queries.list_extensions(session, here.actor, PageRequest(), item_id=item_id)).rows) == 1


async def test_the_day_of_the_deadline_ends_in_shanghai(session: AsyncSession, here: Place, item_id: UUID) -> None:
    await hold_clock(session, here.actor, at=datetime(2016, 3, 31, 16, 0, tzinfo=UTC))
    with pytest.raises(ExtensionTooLate):
        await ask_extension(session, office(here), item_id, until_on=LATER, reason="汛期")


async def test_refuses_a_date_that_is_not_later(session: AsyncSession, here: Place, item_id: UUID) -> None:
    with pytest.raises(ExtensionNotLater):
        await ask_extension(session, office(here), item_id, until_on=date(2016, 3, 31), reason="汛期")


async def test_only_a_unit_of_the_item_may_ask(session: AsyncSession, here: Place, item_id: UUID) -> None:
    (task,) = (await queries.list_tasks(session, here.actor, PageRequest(), item_id=item_id)).rows
    own = Actor(here.actor.jurisdiction_id, Role.UNIT, client_id=new_id(), unit_id=task["responsible_unit_id"])
    other_unit_id = await make_unit(session, here.actor)
    other = Actor(here.actor.jurisdiction_id, Role.UNIT, client_id=new_id(), unit_id=other_unit_id)
    with pytest.raises(NotFound):
        await ask_extension(session, other, item_id, until_on=LATER, reason="汛期")
    extension_id = await ask_extension(session, own, item_id, until_on=LATER, reason="汛期")
    assert (await queries.get_extension(session, own, extension_id))["state"] == "asked"
    with pytest.raises(NotFound):
        await queries.get_extension(session, other, extension_id)
    assert (await queries.list_extensions(session, other, PageRequest(), state="asked")).rows == []
