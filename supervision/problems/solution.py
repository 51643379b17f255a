from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from supervision.audit import service as audit
from supervision.audit import signatures
from supervision.foundation import clock, days
from supervision.foundation.actors import Actor
from supervision.identity.policy import require_not_own_unit
from supervision.problems import policy, queries, rules
from supervision.problems.errors import NotCountyLeaders
from supervision.problems.models import EntryKind, LeaderResponsibility, Problem, ProblemEntry, ProblemLeader
from supervision.problems.states import Level, ProblemVerb
from supervision.tasks import people


async def file_problem_plan(session: AsyncSession, actor: Actor, problem_id: UUID, *, text: str) -> None:
    """File the responsible unit's plan (§4(3)); refuses other units and a second plan."""
    problem = await queries.get_problem_for_update(session, actor, problem_id)
    following = rules.follow(problem.state, ProblemVerb.FILE_PLAN)
    policy.require_responsible(actor, problem)
    problem.state = following
    await _enter(session, actor, problem, EntryKind.PLAN, text)
    await audit.record(session, actor, "problem.plan_filed", problem_id)


async def escalate_problem(
    session: AsyncSession,
    actor: Actor,
    problem_id: UUID,
    *,
    reason: str,
    lead_leader_id: UUID | None = None,
    liaison_leader_ids: Sequence[UUID] = (),
) -> None:
    """Bring a problem one level higher (§4(3)): to its lead and liaison leaders by name, then to the conference.

    Refused are other units than the responsible one, a problem without a plan or resolved, leaders who are no county
    leaders in post, and anything above the conference.
    """
    problem = await queries.get_problem_for_update(session, actor, problem_id)
    following = rules.follow(problem.state, ProblemVerb.ESCALATE)
    policy.require_responsible(actor, problem)
    above = rules.level_above(problem.level, lead=lead_leader_id, liaisons=liaison_leader_ids)
    if lead_leader_id is not None:
        await _name_leaders(session, problem_id, [lead_leader_id, *liaison_leader_ids])
    problem.state, problem.level, problem.due_on = following, above, None
    await _enter(session, actor, problem, EntryKind.ESCALATION, reason)
    await audit.record(session, actor, "problem.escalated", problem_id, level=above)


async def decide_problem(
    session: AsyncSession,
    actor: Actor,
    problem_id: UUID,
    version: int,
    *,
    text: str,
    due_on: date,
    decided_on: date | None = None,
) -> None:
    """Decide at the level where a problem stands (§4(3)), with a date to meet.

    The conference's decision is recorded by the office, with the conference's day. Refuses whom the level does not
    name, and a stale version.
    """
    problem = await queries.get_problem_for_update(session, actor, problem_id)
    signed = await _sign(session, actor, problem, version)
    following = rules.follow(problem.state, ProblemVerb.DECIDE)
    await policy.require_may_decide(session, actor, problem)
    today = await clock.today(session)
    decided_on = decided_on or today
    rules.check_dates(decided_on, due_on, today=today)
    await days.check(session, "decide_problem", {"/decided_on": decided_on, "/due_on": due_on})
    problem.state, problem.due_on = following, due_on
    await _enter(session, actor, problem, EntryKind.DECISION, text, decided_on=decided_on, due_on=due_on)
    facts = {"level": problem.level, "due_on": due_on, "signed_sha256": signed}
    await audit.record(session, actor, "problem.decided", problem_id, **facts)


async def follow_up_problem(session: AsyncSession, actor: Actor, problem_id: UUID, *, text: str) -> None:
    """Report how a decision is carried out (§4(3)); any unit concerned may. Refuses before a decision."""
    problem = await queries.get_problem_for_update(session, actor, problem_id)
    problem.state = rules.follow(problem.state, ProblemVerb.FOLLOW_UP)
    await _enter(session, actor, problem, EntryKind.FOLLOW_UP, text)
    await audit.record(session, actor, "problem.followed_up", problem_id)


async def resolve_problem(session: AsyncSession, actor: Actor, problem_id: UUID, version: int, *, text: str) -> None:
    """Find a problem solved (§4(3)).

    Refuses while the decision at its level is missing, people of the responsible unit who act for the office, and a
    stale version.
    """
    problem = await queries.get_problem_for_update(session, actor, problem_id)
    signed = await _sign(session, actor, problem, version)
    require_not_own_unit(actor, {problem.responsible_unit_id})
    following = rules.follow(problem.state, ProblemVerb.RESOLVE)
    now = await clock.now(session)
    problem.state, problem.resolved_by, problem.resolved_at = following, actor.person, now
    await _enter(session, actor, problem, EntryKind.RESOLUTION, text)
    await audit.record(session, actor, "problem.resolved", problem_id, signed_sha256=signed)


async def _sign(session: AsyncSession, actor: Actor, problem: Problem, version: int) -> str:
    read = await queries.get_problem(session, actor, problem.id)
    return signatures.sign(problem, version, {**read, "entries": await queries.read_entries(session, problem.id)})


async def _name_leaders(session: AsyncSession, problem_id: UUID, leader_ids: Sequence[UUID]) -> None:
    facts = await people.read_officials_in_post(session, set(leader_ids))
    fit = {official_id for official_id, each in facts.items() if each.is_county_leader}
    if fit != set(leader_ids) or len(fit) != len(leader_ids):
        raise NotCountyLeaders
    responsibilities = [LeaderResponsibility.LEAD, *([LeaderResponsibility.LIAISON] * (len(leader_ids) - 1))]
    rows = [
        {"problem_id": problem_id, "official_id": each, "responsibility": responsibility}
        for each, responsibility in zip(leader_ids, responsibilities, strict=True)
    ]
    await session.execute(insert(ProblemLeader), rows)


async def _enter(
    session: AsyncSession, actor: Actor, problem: Problem, kind: EntryKind, text: str, **dates: Any
) -> None:
    entry = ProblemEntry(
        problem_id=problem.id,
        kind=kind,
        level=Level(problem.level),
        text=text,
        unit_id=actor.unit_id,
        entered_by=actor.person,
        entered_at=await clock.now(session),
        **dates,
    )
    session.add(entry)
    # What is read of a problem includes its entries, so its version moves with them.
    flag_modified(problem, "title")
