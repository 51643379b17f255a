from typing import Annotated

from fastapi import Query, Request, Response

from api.dependencies import ActorDep, Once, PageDep, SessionDep, VersionDep
from api.permissions import ADMINISTRATOR, AUDITOR, EVERYBODY, GROUP, LEADER, OFFICE, Scope, may, person_may
from api.replies import all_of, many, one
from api.router import Router
from api.schemas.approvals import ProposedStepOut, ProposedStepPage, RefuseProposal, SetTwoPersonSteps, TwoPersonSteps
from api.schemas.fields import Id
from supervision.approvals import queries, service
from supervision.approvals.states import ProposalKind, ProposedStepState
from supervision.identity import two_person_steps

router = Router("approvals")

_DECIDING = (OFFICE, GROUP, LEADER, ADMINISTRATOR)


@router.get("/two_person_steps", permission=may(Scope.IDENTITY_READ, *EVERYBODY), response_model=TwoPersonSteps)
async def list_two_person_steps(session: SessionDep, actor: ActorDep) -> Response:
    """List the steps that ask for another person than earlier ones: everywhere, or where the county wants it."""
    return all_of(await two_person_steps.list_two_person_steps(session, actor))


@router.post(
    "/two_person_steps",
    permission=person_may(Scope.IDENTITY_WRITE, ADMINISTRATOR),
    response_model=ProposedStepOut,
    status_code=201,
    dependencies=[Once],
)
async def set_two_person_steps(body: SetTwoPersonSteps, session: SessionDep, actor: ActorDep) -> Response:
    """Propose all further steps in which the county asks for another person; another person approves it."""
    proposal_id = await service.propose(session, actor, ProposalKind.SET_TWO_PERSON_STEPS, body.model_dump())
    row = await queries.get_proposal(session, actor, proposal_id)
    return one(row, 201, location=f"/v1/proposals/{proposal_id}")


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
