from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch, fetch_one
from supervision.foundation.errors import or_not_found
from supervision.foundation.json_lists import or_empty
from supervision.foundation.locks import get_locked
from supervision.foundation.paging import Page, PageRequest, Rows, page
from supervision.problems import policy
from supervision.problems.models import LeaderResponsibility, Problem, ProblemEntry, ProblemLeader, ProblemUnit
from supervision.problems.states import ProblemState


def _gathered(column: Any, *where: ColumnElement[bool]) -> ScalarSelect[Any]:
    ids = func.jsonb_agg(aggregate_order_by(column, column))
    return select(or_empty(ids)).where(*where).scalar_subquery()


_LED = ProblemLeader.problem_id == Problem.id
_LEAD = (
    select(ProblemLeader.official_id)
    .where(_LED, ProblemLeader.responsibility == LeaderResponsibility.LEAD)
    .scalar_subquery()
)
_COLUMNS = (
    Problem.id,
    Problem.title,
    Problem.text,
    Problem.finding_id,
    Problem.item_id,
    Problem.responsible_unit_id,
    _gathered(ProblemUnit.unit_id, ProblemUnit.problem_id == Problem.id).label("unit_ids"),
    _LEAD.label("lead_leader_id"),
    _gathered(ProblemLeader.official_id, _LED, ProblemLeader.responsibility == LeaderResponsibility.LIAISON).label(
        "liaison_leader_ids"
    ),
    Problem.is_major,
    Problem.level,
    Problem.state,
    Problem.due_on,
    Problem.opened_by,
    Problem.opened_at,
    Problem.resolved_by,
    Problem.resolved_at,
    Problem.version,
)
_ENTRY_COLUMNS = (
    ProblemEntry.id,
    ProblemEntry.kind,
    ProblemEntry.level,
    ProblemEntry.text,
    ProblemEntry.unit_id,
    ProblemEntry.decided_on,
    ProblemEntry.due_on,
    ProblemEntry.entered_by,
    ProblemEntry.entered_at,
)


@dataclass(frozen=True, slots=True)
class ProblemFilter:
    """Which problems: in a state, at a level, of a unit or item, major or not, with an overdue decision or without."""

    state: str | None = None
    level: str | None = None
    unit_id: UUID | None = None
    item_id: UUID | None = None
    is_major: bool | None = None
    is_overdue: bool | None = None


async def list_problems(
    session: AsyncSession, actor: Actor, request: PageRequest[UUID], *, only: ProblemFilter = ProblemFilter()
) -> Page:
    """List problems; a decision is overdue from the day after its date until the problem is resolved or escalated."""
    statement: Rows = select(*_COLUMNS).where(policy.visible_to(actor))
    wanted = ((Problem.state, only.state), (Problem.level, only.level), (Problem.item_id, only.item_id))
    for column, value in (*wanted, (Problem.is_major, only.is_major)):
        if value is not None:
            statement = statement.where(column == value)
    if only.unit_id is not None:
        concerning = select(ProblemUnit.problem_id).where(ProblemUnit.unit_id == only.unit_id)
        statement = statement.where(Problem.id.in_(concerning))
    if only.is_overdue is not None:
        is_past = func.coalesce(Problem.due_on < await clock.today(session), False)
        is_overdue = (Problem.state == ProblemState.DECIDED) & is_past
        statement = statement.where(is_overdue == only.is_overdue)
    return await page(session, statement, request, identity=Problem.id)


async def get_problem(session: AsyncSession, actor: Actor, problem_id: UUID) -> Row:
    statement = select(*_COLUMNS).where(Problem.id == problem_id, policy.visible_to(actor))
    return or_not_found(await fetch_one(session, statement))


async def get_problem_for_update(session: AsyncSession, actor: Actor, problem_id: UUID) -> Problem:
    """Lock a problem that the actor may see until the transaction ends."""
    statement = select(Problem).where(Problem.id == problem_id, policy.visible_to(actor))
    return await get_locked(session, statement)


async def list_problem_entries(
    session: AsyncSession, actor: Actor, request: PageRequest[UUID], *, problem_id: UUID
) -> Page:
    """List the steps of a problem in their order; refuses a problem out of sight."""
    await get_problem(session, actor, problem_id)
    statement: Rows = select(*_ENTRY_COLUMNS).where(ProblemEntry.problem_id == problem_id)
    return await page(session, statement, request, identity=ProblemEntry.id)


async def read_entries(session: AsyncSession, problem_id: UUID) -> list[Row]:
    """Read all steps of a problem in their order."""
    statement: Rows = select(*_ENTRY_COLUMNS).where(ProblemEntry.problem_id == problem_id)
    return await fetch(session, statement.order_by(ProblemEntry.id))


async def find_troubled_items(session: AsyncSession) -> set[UUID]:
    """Return the items that have a problem which is not resolved."""
    statement = select(Problem.item_id).where(Problem.item_id.is_not(None), Problem.state != ProblemState.RESOLVED)
    return {row["item_id"] for row in await fetch(session, statement)}
