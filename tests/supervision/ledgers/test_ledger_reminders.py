from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor, Role
from supervision.foundation.ids import new_id
from supervision.identity.models import Official
from supervision.ledgers import ledger_opening, ledger_reminders
from supervision.ledgers.models import Ledger
from supervision.messaging import templates
from supervision.messaging.models import Message
from supervision.reviews import ledger_standing
from tests.factories.identity import make_official, make_unit
from tests.factories.progress import hold, moment
from tests.factories.scoring import add_item
from tests.places import Place


async def close(session: AsyncSession, actor: Actor, year: int) -> None:
    await ledger_standing.close_ledger(session, actor, year=year, deadlines=[])


def letters(rows: Any) -> list[tuple[UUID, str, str]]:
    return [(row.official_id, row.matter, row.state) for row in rows]


async def messages(session: AsyncSession) -> list[tuple[UUID, str, str]]:
    rows = await session.execute(select(Message.official_id, Message.matter, Message.state).order_by(Message.id))
    return letters(rows)


async def test_the_office_is_whoever_works_in_it(session: AsyncSession, here: Place) -> None:
    """Written to are who has the post, who opened a ledger and the clerks of what is open, as far as they are there."""
    await templates.install_defaults(session, here.actor)
    unit_id = await make_unit(session, here.actor)
    office, opener, clerk, gone, done, other = [
        await make_official(session, here.actor, unit_id, position=position)
        for position in ("office", "handler", "handler", "office", "handler", "principal_leader")
    ]
    await make_official(session, here.actor, unit_id, position="office", telephone=None)
    await session.execute(update(Official).where(Official.id == gone).values(left_on=date(2016, 2, 1)))
    await hold(session, here.actor, moment(12, 1))
    person = Actor(here.actor.jurisdiction_id, Role.OFFICE, client_id=new_id(), official_id=opener)
    await ledger_opening.open_ledger(session, person, year=2016)
    await add_item(session, deadline_on=date(2016, 12, 31), clerk_id=clerk)
    await add_item(session, deadline_on=date(2016, 12, 31), clerk_id=done, state="closed", closed_on=date(2016, 6, 1))
    await hold(session, here.actor, moment(1, 3, year=2017))
    assert await ledger_reminders.remind_of_ledgers(session, here.actor) == 3
    assert await ledger_reminders.remind_of_ledgers(session, here.actor) == 0
    matter = "ledger_unopened:2017:2017-01-02"
    assert sorted(await messages(session)) == sorted((each, matter, "queued") for each in (office, opener, clerk))
    assert other not in {official for official, *_ in await messages(session)}


async def test_reminders_come_once_a_week_until_it_is_done(session: AsyncSession, here: Place) -> None:
    await templates.install_defaults(session, here.actor)
    official = await make_official(session, here.actor, await make_unit(session, here.actor), position="office")
    await hold(session, here.actor, moment(1, 4))
    for year in (2014, 2015):
        session.add(Ledger(year=year, opened_on=date(year, 1, 4), opened_by=None))
    await session.flush()
    story = {
        # Of the last year until the middle of January nothing is said, of the year before it is.
        moment(1, 4): ["ledger_unclosed:2014:2016-01-04", "ledger_unopened:2016:2016-01-04"],
        moment(1, 8): [],
        moment(1, 15): ["ledger_unclosed:2014:2016-01-11", "ledger_unopened:2016:2016-01-11"],
        moment(1, 16): ["ledger_unclosed:2015:2016-01-11"],
        moment(1, 18): [
            "ledger_unclosed:2014:2016-01-18",
            "ledger_unclosed:2015:2016-01-18",
            "ledger_unopened:2016:2016-01-18",
        ],
    }
    told: list[str] = []
    for at, expected in story.items():
        await hold(session, here.actor, at)
        assert await ledger_reminders.remind_of_ledgers(session, here.actor) == len(expected)
        told += expected
        assert await messages(session) == [(official, matter, "queued") for matter in told]
    await close(session, here.actor, 2014)
    await close(session, here.actor, 2015)
    assert {state for *_, state in await messages(session)} == {"cancelled"}
    await hold(session, here.actor, moment(1, 25))
    assert await ledger_reminders.remind_of_ledgers(session, here.actor) == 0
