from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor, Role
from supervision.messaging import templates
from supervision.messaging.models import Message
from supervision.problems import reminders, solution
from tests.factories.identity import make_official
from tests.factories.inspections import person
from tests.factories.problems import decide, escalate, file_plan, make_concerned, open_problem
from tests.factories.progress import hold, moment
from tests.factories.signatures import AS_READ
from tests.places import Place


async def told(session: AsyncSession) -> set[UUID]:
    return set(await session.scalars(select(Message.official_id)))


# Long because it is told as a story of six weeks: what is not said in one of them shows only beside the others.
async def test_overdue_decisions_are_reminded_of_once_a_week(session: AsyncSession, here: Place) -> None:
    await templates.install_defaults(session, here.actor)
    await hold(session, here.actor, moment(6, 1))
    who = await make_concerned(session, here.actor)
    first, in_charge = [
        await make_official(session, here.actor, who.unit_id, position=position)
        for position in ("principal_leader", "leader_in_charge")
    ]
    await make_official(session, here.actor, who.unit_id, position="handler")
    await make_official(session, here.actor, who.other_id, position="principal_leader")
    problem_id = await open_problem(session, here.actor, who)
    await file_plan(session, here.actor, problem_id, who)
    await decide(session, here.actor, problem_id, who, due_on=date(2016, 6, 30))
    # A second one that waits for its decision is nobody's to carry out yet.
    await open_problem(session, here.actor, who)

    await hold(session, here.actor, moment(6, 30, 9))
    assert await reminders.remind_of_overdue(session, here.actor) == 0
    await hold(session, here.actor, moment(7, 1, 9))
    assert await reminders.remind_of_overdue(session, here.actor) == 2
    assert await told(session) == {first, in_charge}
    # 1 July was a Friday; the next reminder comes with the next week, and one a week.
    assert await reminders.remind_of_overdue(session, here.actor) == 0
    await hold(session, here.actor, moment(7, 4, 9))
    assert await reminders.remind_of_overdue(session, here.actor) == 2
    await hold(session, here.actor, moment(7, 8, 9))
    assert await reminders.remind_of_overdue(session, here.actor) == 0
    text = await session.scalar(select(Message.text).limit(1))
    assert text
    assert "2016年6月30日到期" in text
    assert "征地" not in text, "an open network carries no matter"

    await escalate(session, here.actor, problem_id, who)
    await hold(session, here.actor, moment(7, 11, 9))
    assert await reminders.remind_of_overdue(session, here.actor) == 0
    leader = Actor(here.actor.jurisdiction_id, Role.LEADER, official_id=who.lead_id)
    await solution.decide_problem(session, leader, problem_id, AS_READ, text="下周前迁完", due_on=date(2016, 7, 12))
    await hold(session, here.actor, moment(7, 13, 9))
    assert await reminders.remind_of_overdue(session, here.actor) == 4
    assert await told(session) == {first, in_charge, who.lead_id, who.liaison_id}
    await solution.resolve_problem(session, person(here.actor), problem_id, AS_READ, text="已解决")
    await hold(session, here.actor, moment(7, 20, 9))
    assert await reminders.remind_of_overdue(session, here.actor) == 0
