from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.bulletins import queries, rules
from supervision.bulletins.errors import OfficialOfAnotherUnit, ProposalStateForbids, TaskOfAnotherUnit
from supervision.bulletins.models import AccountabilityProposal, TracedPerson
from supervision.bulletins.states import PROPOSAL_FOLLOWS, ProposalState, TracedPart
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.identity.models import Official
from supervision.identity.queries import require_units
from supervision.tasks.models import Task


async def propose_accountability(
    session: AsyncSession,
    actor: Actor,
    *,
    unit_id: UUID,
    facts: str,
    official_id: UUID | None = None,
    task_id: UUID | None = None,
) -> UUID:
    """Propose that a unit or official be held to account (§4(4) 问责建议); the house itself punishes nobody.

    A task is traced back to the three who answer for it (annex art. 3, §5(1)), as they are in post now. Refuses an
    unknown unit, and an official or a task that is not the unit's.
    """
    await require_units(session, {unit_id})
    if official_id is not None and await _unit_of(session, official_id) != unit_id:
        raise OfficialOfAnotherUnit
    proposal = AccountabilityProposal(
        unit_id=unit_id,
        official_id=official_id,
        task_id=task_id,
        facts=facts,
        state=ProposalState.PROPOSED,
        proposed_by=actor.person,
        proposed_at=await clock.now(session),
    )
    traced = await _trace(session, unit_id, task_id)
    session.add(proposal)
    # Without relationships nothing else tells that the proposal comes before what it traces.
    await session.flush()
    session.add_all(
        TracedPerson(proposal_id=proposal.id, official_id=person_id, part=part) for part, person_id in traced
    )
    await audit.record(
        session,
        actor,
        "accountability.proposed",
        proposal.id,
        unit_id=unit_id,
        official_id=official_id,
        task_id=task_id,
        traced=[str(person_id) for _, person_id in traced],
    )
    return proposal.id


async def send_proposal(
    session: AsyncSession, actor: Actor, proposal_id: UUID, *, deciding_body: str, sent_on: date
) -> None:
    """Note that a proposal went to the body that decides on it; refuses one that went before, and a future day."""
    proposal = await _lock(session, actor, proposal_id, ProposalState.SENT)
    rules.check_day(
        sent_on,
        today=await clock.today(session),
        not_before=proposal.proposed_at.astimezone(clock.SHANGHAI).date(),
    )
    proposal.state, proposal.deciding_body, proposal.sent_on = ProposalState.SENT, deciding_body, sent_on
    await audit.record(session, actor, "accountability.sent", proposal_id, deciding_body=deciding_body, sent_on=sent_on)


async def note_answer(
    session: AsyncSession, actor: Actor, proposal_id: UUID, *, answer: str, answered_on: date
) -> None:
    """Note what the deciding body answered; refuses a proposal that was not sent or is answered, and a wrong day."""
    proposal = await _lock(session, actor, proposal_id, ProposalState.ANSWERED)
    rules.check_day(answered_on, today=await clock.today(session), not_before=proposal.sent_on)
    proposal.state, proposal.answer, proposal.answered_on = ProposalState.ANSWERED, answer, answered_on
    await audit.record(session, actor, "accountability.answered", proposal_id, answered_on=answered_on)


async def _trace(session: AsyncSession, unit_id: UUID, task_id: UUID | None) -> list[tuple[TracedPart, UUID]]:
    if task_id is None:
        return []
    task = select(Task.responsible_person_id).where(Task.id == task_id, Task.responsible_unit_id == unit_id)
    responsible_id = await session.scalar(task)
    if responsible_id is None:
        raise TaskOfAnotherUnit
    leaders = select(Official.position, Official.id).where(
        Official.unit_id == unit_id,
        Official.left_on.is_(None),
        Official.position.in_((TracedPart.PRINCIPAL_LEADER, TracedPart.LEADER_IN_CHARGE)),
    )
    traced = [(TracedPart(position), id_) for position, id_ in await session.execute(leaders.order_by(Official.id))]
    return [*traced, (TracedPart.RESPONSIBLE_PERSON, responsible_id)]


async def _unit_of(session: AsyncSession, official_id: UUID) -> UUID | None:
    found: UUID | None = await session.scalar(select(Official.unit_id).where(Official.id == official_id))
    return found


async def _lock(
    session: AsyncSession, actor: Actor, proposal_id: UUID, following: ProposalState
) -> AccountabilityProposal:
    proposal = await queries.get_proposal_for_update(session, actor, proposal_id)
    if following not in PROPOSAL_FOLLOWS[ProposalState(proposal.state)]:
        raise ProposalStateForbids(state=proposal.state)
    return proposal
