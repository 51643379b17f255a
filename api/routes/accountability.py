from typing import Annotated

from fastapi import Query, Request, Response

from api.dependencies import ActorDep, Once, PageDep, SessionDep, VersionDep
from api.permissions import AUDITOR, GROUP, LEADER, OFFICE, Scope, may, person_may
from api.replies import many, one
from api.router import Router
from api.schemas.accountability import NoteAnswer, ProposalOut, ProposalPage, ProposeAccountability, SendProposal
from api.schemas.fields import Id
from supervision.bulletins import accountability_proposals, accountability_queries
from supervision.bulletins.states import ProposalState

router = Router("bulletins")

BY_OFFICE = may(Scope.BULLETINS_WRITE, OFFICE)


@router.post(
    "/accountability_proposals", permission=BY_OFFICE, response_model=ProposalOut, status_code=201, dependencies=[Once]
)
async def propose_accountability(body: ProposeAccountability, session: SessionDep, actor: ActorDep) -> Response:
    """Propose that a unit or official be held to account, a task traced back to those who answer for it."""
    proposal_id = await accountability_proposals.propose_accountability(session, actor, **body.model_dump())
    row = await accountability_queries.get_accountability_proposal(session, actor, proposal_id)
    return one(row, 201, location=f"/v1/accountability_proposals/{proposal_id}")


@router.get(
    "/accountability_proposals",
    permission=may(Scope.BULLETINS_READ, OFFICE, GROUP, LEADER, AUDITOR),
    response_model=ProposalPage,
)
async def list_accountability_proposals(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    unit: Annotated[Id | None, Query()] = None,
    state: Annotated[ProposalState | None, Query()] = None,
) -> Response:
    """List accountability proposals."""
    page = await accountability_queries.list_accountability_proposals(session, actor, wanted, unit_id=unit, state=state)
    return many(request, page)


@router.get(
    "/accountability_proposals/{proposal_id}",
    permission=may(Scope.BULLETINS_READ, OFFICE, GROUP, LEADER, AUDITOR),
    response_model=ProposalOut,
)
async def get_accountability_proposal(proposal_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one proposal with those to whom it traces back."""
    return one(await accountability_queries.get_accountability_proposal(session, actor, proposal_id))


@router.post(
    "/accountability_proposals/{proposal_id}/dispatch",
    permission=person_may(Scope.BULLETINS_WRITE, OFFICE),
    signs=True,
    response_model=ProposalOut,
)
async def send_accountability_proposal(
    proposal_id: Id, body: SendProposal, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Note that a proposal went to the body that decides on it."""
    await accountability_proposals.send_proposal(session, actor, proposal_id, version, **body.model_dump())
    return one(await accountability_queries.get_accountability_proposal(session, actor, proposal_id))


@router.post("/accountability_proposals/{proposal_id}/answer", permission=BY_OFFICE, response_model=ProposalOut)
async def note_accountability_answer(
    proposal_id: Id, body: NoteAnswer, session: SessionDep, actor: ActorDep
) -> Response:
    """Note what the deciding body answered."""
    await accountability_proposals.note_answer(session, actor, proposal_id, **body.model_dump())
    return one(await accountability_queries.get_accountability_proposal(session, actor, proposal_id))
