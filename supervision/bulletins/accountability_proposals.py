from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.audit import signatures
from supervision.bulletins import accountability_queries, document_facts, rules
from supervision.bulletins.errors import OfficialOfAnotherUnit, ProposalStateForbids, TaskOfAnotherUnit
from supervision.bulletins.models import AccountabilityProposal, TracedPerson
from supervision.bulletins.states import PROPOSAL_FOLLOWS, TRACED, ProposalState
from supervision.cadence.moments import end_of_day, shanghai_day
from supervision.foundation import clock, days
from supervision.foundation.actors import Actor
from supervision.identity.models import Official
from supervision.identity.policy import require_not_own_unit
from supervision.identity.queries import require_units
from supervision.items.states import Responsibility
from supervision.official_documents.issued_documents import keep_document
from supervision.tasks import assignments


async def propose_accountability(
    session: AsyncSession,
    actor: Actor,
    *,
    unit_id: UUID,
    facts: str,
    official_id: UUID | None = None,
    task_id: UUID | None = None,
    fact_on: date | None = None,
) -> UUID:
    """Propose that a unit or official be held to account (§4(4) 问责建议); the system itself punishes nobody.

    A task is traced back to the three who answered for it (annex art. 3, §5(1)) as the day of the fact began: that
    is today if none is given. Refuses an unknown unit and one's own, a day to come, and an official or a task that is
    not the unit's, or was not on that day.
    """
    now = await clock.now(session)
    await days.check(session, "propose_accountability", {"/fact_on": fact_on})
    await require_units(session, {unit_id})
    require_not_own_unit(actor, {unit_id})
    if official_id is not None and await _unit_of(session, official_id) != unit_id:
        raise OfficialOfAnotherUnit
    about = {"unit_id": unit_id, "official_id": official_id, "task_id": task_id, "fact_on": fact_on}
    proposal = AccountabilityProposal(
        **about, facts=facts, state=ProposalState.PROPOSED, proposed_by=actor.person, proposed_at=now
    )
    at = now if fact_on is None else end_of_day(fact_on - timedelta(days=1))
    traced = await _trace(session, unit_id, task_id, at)
    session.add(proposal)
    # Without relationships nothing else tells that the proposal comes before what it traces.
    await session.flush()
    session.add_all(
        TracedPerson(proposal_id=proposal.id, official_id=person_id, responsibility=responsibility)
        for responsibility, person_id in traced
    )
    traced_ids = [str(person_id) for _, person_id in traced]
    await audit.record(session, actor, "accountability.proposed", proposal.id, **about, traced=traced_ids)
    return proposal.id


async def send_proposal(
    session: AsyncSession, actor: Actor, proposal_id: UUID, version: int, *, deciding_body: str, sent_on: date
) -> None:
    """Note that a proposal went to the body that decides on it.

    Refuses a stale version, one that went before, and a future day.
    """
    proposal = await accountability_queries.get_proposal_for_update(session, actor, proposal_id)
    read = await accountability_queries.get_accountability_proposal(session, actor, proposal_id)
    signed = signatures.sign(proposal, version, read)
    require_not_own_unit(actor, {proposal.unit_id})
    _require_follows(proposal, ProposalState.SENT)
    await days.check(session, "send_accountability_proposal", {"/sent_on": sent_on})
    rules.check_order(sent_on, not_before=shanghai_day(proposal.proposed_at))
    proposal.state, proposal.deciding_body, proposal.sent_on = ProposalState.SENT, deciding_body, sent_on
    noted = {"deciding_body": deciding_body, "sent_on": sent_on, "signed_sha256": signed}
    await audit.record(session, actor, "accountability.sent", proposal_id, **noted)
    facts = await document_facts.read_proposal_facts(session, actor, proposal_id)
    # The record does not keep who sends it, who therefore signs it.
    await keep_document(session, actor, replace(facts, signer_id=actor.person))


async def note_answer(
    session: AsyncSession, actor: Actor, proposal_id: UUID, *, answer: str, answered_on: date
) -> None:
    """Note what the deciding body answered; refuses a proposal that was not sent or is answered, and a wrong day."""
    proposal = await accountability_queries.get_proposal_for_update(session, actor, proposal_id)
    require_not_own_unit(actor, {proposal.unit_id})
    _require_follows(proposal, ProposalState.ANSWERED)
    await days.check(session, "note_accountability_answer", {"/answered_on": answered_on})
    rules.check_order(answered_on, not_before=proposal.sent_on)
    proposal.state, proposal.answer, proposal.answered_on = ProposalState.ANSWERED, answer, answered_on
    await audit.record(session, actor, "accountability.answered", proposal_id, answered_on=answered_on)


async def _trace(
    session: AsyncSession, unit_id: UUID, task_id: UUID | None, at: datetime
) -> list[tuple[Responsibility, UUID]]:
    if task_id is None:
        return []
    holders = await assignments.read_holders(session, task_id, at)
    if holders.get(Responsibility.RESPONSIBLE_UNIT) != unit_id:
        raise TaskOfAnotherUnit
    in_post = await _read_leaders(session, unit_id)
    named = [(responsibility, holders[responsibility]) for responsibility in TRACED]
    return [
        (responsibility, id_)
        for responsibility, named_id in named
        for id_ in ([named_id] if named_id else in_post[responsibility])
    ]


async def _read_leaders(session: AsyncSession, unit_id: UUID) -> dict[str, list[UUID]]:
    """Read who leads a unit now, for tasks that name none: they are older than the naming of leaders."""
    leaders = select(Official.position, Official.id).where(Official.unit_id == unit_id, Official.left_on.is_(None))
    found = defaultdict[str, list[UUID]](list)
    for position, id_ in await session.execute(leaders.order_by(Official.id)):
        found[position].append(id_)
    return found


async def _unit_of(session: AsyncSession, official_id: UUID) -> UUID | None:
    found: UUID | None = await session.scalar(select(Official.unit_id).where(Official.id == official_id))
    return found


def _require_follows(proposal: AccountabilityProposal, following: ProposalState) -> None:
    if following not in PROPOSAL_FOLLOWS[ProposalState(proposal.state)]:
        raise ProposalStateForbids(state=proposal.state)
