from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor, Role
from supervision.problems import service, solution
from tests.factories.identity import make_official, make_unit
from tests.factories.inspections import person
from tests.factories.signatures import AS_READ


@dataclass(frozen=True)
class Concerned:
    """A responsible unit and another one, and the county leaders who coordinate."""

    unit_id: UUID
    other_id: UUID
    lead_id: UUID
    liaison_id: UUID


async def make_concerned(session: AsyncSession, actor: Actor) -> Concerned:
    county = await make_unit(session, actor, kind="other")
    lead, liaison = [
        await make_official(session, actor, county, position="county_leader", leadership_level="deputy_division")
        for _ in range(2)
    ]
    return Concerned(await make_unit(session, actor), await make_unit(session, actor), lead, liaison)


async def open_problem(session: AsyncSession, actor: Actor, who: Concerned, **over: Any) -> UUID:
    facts = {
        "title": "征地受阻",
        "text": "三处管线未迁",
        "responsible_unit_id": who.unit_id,
        "unit_ids": [who.unit_id, who.other_id],
        **over,
    }
    return await service.open_problem(session, person(actor), **facts)


async def file_plan(session: AsyncSession, actor: Actor, problem_id: UUID, who: Concerned) -> None:
    unit = person(actor, Role.UNIT, unit_id=who.unit_id)
    await solution.file_problem_plan(session, unit, problem_id, text="先迁两处")


async def escalate(session: AsyncSession, actor: Actor, problem_id: UUID, who: Concerned) -> None:
    await solution.escalate_problem(
        session,
        person(actor),
        problem_id,
        reason="涉及多个单位",
        lead_leader_id=who.lead_id,
        liaison_leader_ids=[who.liaison_id],
    )


async def decide(session: AsyncSession, actor: Actor, problem_id: UUID, who: Concerned, **over: Any) -> None:
    """Decide as the responsible unit, which does at its own level."""
    unit = person(actor, Role.UNIT, unit_id=who.unit_id)
    await solution.decide_problem(
        session, unit, problem_id, AS_READ, **{"text": "照办", "due_on": date(2199, 12, 31), **over}
    )
