from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.approvals import policy, queries, rules
from supervision.approvals.commands import COMMANDS
from supervision.approvals.errors import ProposalNotWaiting
from supervision.approvals.models import Proposal
from supervision.approvals.states import PROPOSAL_FOLLOWS, ProposalKind, ProposedStepState
from supervision.audit import service as audit
from supervision.audit import signatures
from supervision.foundation import clock
from supervision.foundation.actors import Actor


class _TriedOut(Exception):  # noqa: N818 - nothing failed: it undoes what was tried
    pass


async def propose(
    session: AsyncSession,
    actor: Actor,
    kind: ProposalKind,
    wanted: Mapping[str, Any],
    *,
    subject_id: UUID | None = None,
) -> UUID:
    """Propose what another person is to approve; refuses now whatever would be refused if it were done now."""
    proposal = Proposal(
        kind=kind,
        subject_id=subject_id,
        content=rules.plain(wanted),
        state=ProposedStepState.PROPOSED,
        proposed_by=actor.person,
        proposed_at=await clock.now(session),
    )
    try:
        async with session.begin_nested():
            await _do(session, actor, proposal)
            raise _TriedOut  # noqa: TRY301 - leaving the savepoint by an exception is what undoes it
    except _TriedOut:
        pass
    session.add(proposal)
    await audit.record(session, actor, "proposal.made", proposal.id, kind=kind, about=subject_id)
    return proposal.id


async def approve_proposal(session: AsyncSession, actor: Actor, proposal_id: UUID, version: int) -> None:
    """Approve a proposal, which does it at once; refuses its proposer, and what can no longer be done as proposed."""
    proposal, signed = await _decide(session, actor, proposal_id, version, ProposedStepState.APPROVED)
    policy.require_another_than_proposer(actor, proposal)
    await audit.record(session, actor, "proposal.approved", proposal_id, kind=proposal.kind, signed_sha256=signed)
    await _do(session, actor, proposal)


async def refuse_proposal(session: AsyncSession, actor: Actor, proposal_id: UUID, version: int, *, reason: str) -> None:
    """Refuse a proposal, or take back one's own: nothing is done, and it stays on record."""
    proposal, signed = await _decide(session, actor, proposal_id, version, ProposedStepState.REFUSED)
    proposal.reason = reason
    facts = {"kind": proposal.kind, "reason": reason, "signed_sha256": signed}
    await audit.record(session, actor, "proposal.refused", proposal_id, **facts)


async def _decide(
    session: AsyncSession, actor: Actor, proposal_id: UUID, version: int, following: ProposedStepState
) -> tuple[Proposal, str]:
    proposal = await queries.get_for_update(session, actor, proposal_id)
    signed = signatures.sign(proposal, version, await queries.get_proposal(session, actor, proposal_id))
    if following not in PROPOSAL_FOLLOWS[ProposedStepState(proposal.state)]:
        raise ProposalNotWaiting(state=proposal.state)
    proposal.state, proposal.decided_by, proposal.decided_at = following, actor.person, await clock.now(session)
    return proposal, signed


async def _do(session: AsyncSession, actor: Actor, proposal: Proposal) -> None:
    command = COMMANDS[ProposalKind(proposal.kind)]
    await command(session, actor, proposal.subject_id, proposal.content)
