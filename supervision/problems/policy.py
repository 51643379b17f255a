from uuid import UUID

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor, Role
from supervision.problems.errors import NotYoursToDecide, NotYoursToSolve, OnlyOfficeStartsAtConference
from supervision.problems.models import Problem, ProblemLeader, ProblemUnit
from supervision.problems.states import Level


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let a unit see the problems that concern it; every other role that may ask sees all."""
    if actor.role is Role.UNIT:
        return Problem.id.in_(select(ProblemUnit.problem_id).where(ProblemUnit.unit_id == actor.unit_id))
    return true()


def require_may_begin_at_conference(actor: Actor) -> None:
    """Refuse all but the office: nobody else brings a problem straight before the conference."""
    if actor.role is not Role.OFFICE:
        raise OnlyOfficeStartsAtConference


def require_responsible(actor: Actor, problem: Problem) -> None:
    """Refuse a unit that a problem concerns but that does not answer for it."""
    if actor.role is Role.UNIT and actor.unit_id != problem.responsible_unit_id:
        raise NotYoursToSolve


async def require_may_decide(session: AsyncSession, actor: Actor, problem: Problem) -> None:
    """Refuse all but the level's own: the responsible unit, a lead or liaison leader, the office for the conference."""
    may: dict[Level, bool] = {
        Level.UNIT: actor.role is Role.UNIT and actor.unit_id == problem.responsible_unit_id,
        Level.LEADERS: actor.role is Role.LEADER and await _is_leader(session, problem.id, actor.official_id),
        Level.CONFERENCE: actor.role is Role.OFFICE,
    }
    if not may[Level(problem.level)]:
        raise NotYoursToDecide(level=problem.level)


async def _is_leader(session: AsyncSession, problem_id: UUID, official_id: UUID | None) -> bool:
    statement = select(ProblemLeader.official_id).where(
        ProblemLeader.problem_id == problem_id, ProblemLeader.official_id == official_id
    )
    return await session.scalar(statement) is not None
