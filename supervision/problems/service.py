from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row
from supervision.identity import queries as identity
from supervision.inspections import finding_queries
from supervision.items import queries as items
from supervision.problems import policy, rules
from supervision.problems.errors import ProblemItemUnknown, UnknownFinding
from supervision.problems.models import Problem, ProblemUnit


# Long because a problem has ten facts, and half of it is their names.
async def open_problem(  # noqa: PLR0913 - what a problem is
    session: AsyncSession,
    actor: Actor,
    *,
    title: str,
    text: str,
    responsible_unit_id: UUID,
    unit_ids: Sequence[UUID],
    is_major: bool = False,
    is_for_conference: bool = False,
    finding_id: UUID | None = None,
    item_id: UUID | None = None,
) -> UUID:
    """Open a problem of one unit or of several (§4(3)), from a finding, a report or by itself.

    Refused are units without the responsible, the opening or the inspected one, an unknown unit, finding or item,
    and the conference as the beginning of what is not major or is not the office's.
    """
    if is_for_conference:
        policy.require_may_begin_at_conference(actor)
    level, state = rules.begin(is_major=is_major, is_for_conference=is_for_conference)
    found = await _read_finding(session, actor, finding_id)
    rules.check_units(unit_ids, responsible=responsible_unit_id, opener=actor.unit_id, found_at=found.get("unit_id"))
    await identity.require_units(session, set(unit_ids))
    await items.require_items(session, actor, {item_id := item_id or found.get("item_id")}, ProblemItemUnknown)
    facts = {"level": level, "is_major": is_major}
    problem = Problem(
        **facts,
        title=title,
        text=text,
        finding_id=finding_id,
        item_id=item_id,
        responsible_unit_id=responsible_unit_id,
        state=state,
        opened_by=actor.person,
        opened_at=await clock.now(session),
    )
    session.add(problem)
    await session.flush()  # the problem's row comes first: what its units name must be there
    await session.execute(insert(ProblemUnit), [{"problem_id": problem.id, "unit_id": each} for each in set(unit_ids)])
    await audit.record(session, actor, "problem.opened", problem.id, **facts)
    return problem.id


async def _read_finding(session: AsyncSession, actor: Actor, finding_id: UUID | None) -> Row:
    """Read the finding from which a problem comes; without one nothing is known of it."""
    if finding_id is None:
        return {}
    finding = await finding_queries.find_finding(session, actor, finding_id)
    if finding is None:
        raise UnknownFinding
    return finding
