from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit.models import AuditEvent
from supervision.foundation.actors import Actor, Role
from supervision.foundation.errors import Conflict
from supervision.problems import queries, solution
from supervision.problems.models import Problem, ProblemEntry
from supervision.problems.states import FOLLOWS, Level, ProblemState, ProblemVerb
from tests.factories.inspections import person
from tests.factories.problems import Concerned, decide, escalate, file_plan, make_concerned, open_problem
from tests.factories.signatures import AS_READ
from tests.places import Place

Act = Callable[[AsyncSession, Actor, UUID, Concerned], Awaitable[Any]]
VERBS: dict[ProblemVerb, Act] = {
    ProblemVerb.FILE_PLAN: file_plan,
    ProblemVerb.ESCALATE: escalate,
    ProblemVerb.DECIDE: decide,
    ProblemVerb.FOLLOW_UP: lambda s, a, p, who: solution.follow_up_problem(
        s, person(a, Role.UNIT, unit_id=who.other_id), p, text="已迁一处"
    ),
    ProblemVerb.RESOLVE: lambda s, a, p, _: solution.resolve_problem(s, person(a), p, AS_READ, text="已全部迁移"),
}


@pytest.mark.parametrize("state", list(ProblemState))
@pytest.mark.parametrize("verb", list(ProblemVerb))
async def test_every_state_with_every_verb(
    session: AsyncSession, here: Place, state: ProblemState, verb: ProblemVerb
) -> None:
    who = await make_concerned(session, here.actor)
    problem_id = await open_problem(session, here.actor, who)
    await session.execute(update(Problem).values(state=state, due_on=date(2199, 12, 31)))
    before = await queries.get_problem(session, here.actor, problem_id)
    following = FOLLOWS[verb].get(state)
    if following is None:
        with pytest.raises(Conflict):
            await VERBS[verb](session, here.actor, problem_id, who)
        assert await queries.get_problem(session, here.actor, problem_id) == before
        assert await session.scalar(select(func.count()).select_from(ProblemEntry)) == 0
    else:
        await VERBS[verb](session, here.actor, problem_id, who)
        assert (await queries.get_problem(session, here.actor, problem_id))["state"] == following
        assert await session.scalar(select(func.count()).select_from(ProblemEntry)) == 1


def test_no_way_leads_from_an_escalation_to_the_end_but_a_decision() -> None:
    escalated = set(FOLLOWS[ProblemVerb.ESCALATE].values())
    ways_out = {verb for verb, ways in FOLLOWS.items() for state in escalated if ways.get(state, state) != state}
    assert ways_out == {ProblemVerb.DECIDE}


def test_levels_rise_one_by_one() -> None:
    assert [level.next for level in Level] == [Level.LEADERS, Level.CONFERENCE, None]


async def test_what_was_done_is_written_down(session: AsyncSession, here: Place) -> None:
    who = await make_concerned(session, here.actor)
    problem_id = await open_problem(session, here.actor, who)
    for verb in (ProblemVerb.FILE_PLAN, ProblemVerb.DECIDE, ProblemVerb.FOLLOW_UP, ProblemVerb.RESOLVE):
        await VERBS[verb](session, here.actor, problem_id, who)
    verbs = select(AuditEvent.verb).where(AuditEvent.subject_id == str(problem_id)).order_by(AuditEvent.id)
    done = ["opened", "plan_filed", "decided", "followed_up", "resolved"]
    assert list(await session.scalars(verbs)) == [f"problem.{each}" for each in done]


async def test_steps_are_never_changed(session: AsyncSession, here: Place) -> None:
    who = await make_concerned(session, here.actor)
    await file_plan(session, here.actor, await open_problem(session, here.actor, who), who)
    await session.flush()
    with pytest.raises(DBAPIError):
        await session.execute(text("UPDATE problem_entry SET text = '改'"))
