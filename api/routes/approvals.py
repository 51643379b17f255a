from typing import Annotated

from fastapi import Query, Request, Response

from api.dependencies import ActorDep, PageDep, SessionDep, VersionDep
from api.permissions import ADMINISTRATOR, AUDITOR, GROUP, LEADER, OFFICE, Scope, may, person_may
from api.replies import many, one
from api.router import Router
from api.schemas.approvals import ProposedStepOut, ProposedStepPage, RefuseProposal
from api.schemas.fields import Id
from supervision.approvals import queries, service
from supervision.approvals.states import ProposedStepState

router = Router("approvals")

_DECIDING = (OFFICE, GROUP, LEADER, ADMINISTRATOR)


@router.get("/proposals", permission=may(Scope.PROPOSALS_READ, *_DECIDING, AUDITOR), response_model=ProposedStepPage)
async def list_proposals(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    state: Annotated[ProposedStepState | None, Query()] = None,
    subject: Annotated[Id | None, Query(description="what is proposed about one thing")] = None,
) -> Response:
    """List what waits for another person, and what became of it; each role sees what is its business."""
    return many(request, await queries.list_proposals(session, actor, wanted, state=state, subject_id=subject))


@router.get(
    "/proposals/{proposal_id}",
    permission=may(Scope.PROPOSALS_READ, *_DECIDING, AUDITOR),
    response_model=ProposedStepOut,
)
async def get_proposal(proposal_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one proposal, word for word."""
    return one(await queries.get_proposal(session, actor, proposal_id))


@router.post(
    "/proposals/{proposal_id}/approval",
    permission=person_may(Scope.PROPOSALS_WRITE, *_DECIDING, with_fresh_sign_in=True),
    signs=True,
    response_model=ProposedStepOut,
)
async def approve_proposal(proposal_id: Id, version: VersionDep, session: SessionDep, actor: ActorDep) -> Response:
    """Approve what another person proposed; it is done at once."""
    await service.approve_proposal(session, actor, proposal_id, version)
    return one(await queries.get_proposal(session, actor, proposal_id))


@router.post(
    "/proposals/{proposal_id}/refusal",
    permission=person_may(Scope.PROPOSALS_WRITE, *_DECIDING),
    signs=True,
    response_model=ProposedStepOut,
)
async def refuse_proposal(
    proposal_id: Id, body: RefuseProposal, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Refuse a proposal, or take back one's own; nothing is done."""
    await service.refuse_proposal(session, actor, proposal_id, version, reason=body.reason)
    return one(await queries.get_proposal(session, actor, proposal_id))
