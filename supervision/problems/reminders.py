from uuid import UUID

from sqlalchemy import Select, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.cadence.moments import day_zh
from supervision.cadence.periods import PeriodKind, period_of
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.identity.models import UNIT_LEADERS, Official, Unit
from supervision.messaging import outbox
from supervision.messaging.outbox import NewMessage
from supervision.problems.models import Problem, ProblemLeader
from supervision.problems.states import ProblemState


async def remind_of_overdue(session: AsyncSession, actor: Actor) -> int:
    """Remind of decisions whose date has passed (§4(3)), once for each problem and week; return how many messages.

    Written to are the leaders of the responsible unit and the county leaders to whom the problem was brought.
    """
    today = await clock.today(session)
    week = period_of(PeriodKind.WEEK, today).first
    overdue = (
        select(Problem.id, Problem.due_on, Unit.name, Problem.responsible_unit_id)
        .join(Unit, Unit.id == Problem.responsible_unit_id)
        .where(Problem.state == ProblemState.DECIDED, Problem.due_on < today)
        .order_by(Problem.id)
    )
    # Locked, so that a resolution on its way is either seen here or comes after the reminder.
    problems = {row.id: row for row in await session.execute(overdue.with_for_update(of=Problem))}
    messages = [
        NewMessage(
            official_id=official_id,
            matter=f"problem:{problem_id}:{problems[problem_id].due_on}:{week}",
            variables={"unit": problems[problem_id].name, "due": day_zh(problems[problem_id].due_on)},
        )
        for problem_id, official_id in await session.execute(_answering())
        if problem_id in problems
    ]
    count = await outbox.queue(session, actor, template="problem_overdue", messages=messages)
    await audit.record(session, actor, "problems.reminded", None, overdue=len(problems), count=count)
    return count


def _answering() -> Select[UUID, UUID]:
    """Select the problems with a standing decision and who is written to about each of them."""
    of_units = (
        select(Problem.id, Official.id.label("official_id"))
        .join(Official, Official.unit_id == Problem.responsible_unit_id)
        .where(Problem.state == ProblemState.DECIDED, Official.position.in_(UNIT_LEADERS))
    )
    named = (
        select(ProblemLeader.problem_id, ProblemLeader.official_id)
        .join(Problem, Problem.id == ProblemLeader.problem_id)
        .where(Problem.state == ProblemState.DECIDED)
    )
    both = union(of_units, named).subquery()
    return select(both.c.id, both.c.official_id).order_by(both.c.id, both.c.official_id)
