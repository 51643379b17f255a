from typing import Annotated

from fastapi import Query, Request, Response

from api.dependencies import ActorDep, Once, PageDep, SessionDep
from api.permissions import GROUP, LEADER, OFFICE, Scope, may
from api.replies import many, one
from api.router import Router
from api.schemas.fields import Id
from api.schemas.papers import (
    ConcludeTransfer,
    HandOver,
    InstructionPaperOut,
    InstructionPaperPage,
    LiaisonOut,
    LiaisonPage,
    LinkInstructionPaper,
    LogLiaison,
    RegisterInstructionPaper,
    TransferOut,
    TransferPage,
)
from supervision.papers import direct_transfers, instruction_papers, queries
from supervision.papers.instruction_papers import NewPaper
from supervision.papers.states import TransferState

router = Router("papers")


@router.post(
    "/instruction_papers",
    permission=may(Scope.ITEMS_WRITE, OFFICE),
    response_model=InstructionPaperOut,
    status_code=201,
    dependencies=[Once],
)
async def register_instruction_paper(body: RegisterInstructionPaper, session: SessionDep, actor: ActorDep) -> Response:
    """Enter an instruction paper on the register; what is marked as classified is refused."""
    new = NewPaper(**body.model_dump(exclude={"leader_ids"}))
    paper_id = await instruction_papers.register_instruction_paper(session, actor, new, leader_ids=body.leader_ids)
    row = await queries.get_instruction_paper(session, actor, paper_id)
    return one(row, 201, location=f"/v1/instruction_papers/{paper_id}")


@router.get(
    "/instruction_papers", permission=may(Scope.ITEMS_READ, OFFICE, GROUP, LEADER), response_model=InstructionPaperPage
)
async def list_instruction_papers(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    item: Annotated[Id | None, Query()] = None,
    follows: Annotated[Id | None, Query(description="an earlier paper")] = None,
    leader: Annotated[Id | None, Query(description="an official who wrote on it")] = None,
) -> Response:
    """List instruction papers."""
    page = await queries.list_instruction_papers(
        session, actor, wanted, item_id=item, follows_id=follows, leader_id=leader
    )
    return many(request, page)


@router.get(
    "/instruction_papers/{paper_id}",
    permission=may(Scope.ITEMS_READ, OFFICE, GROUP, LEADER),
    response_model=InstructionPaperOut,
)
async def get_instruction_paper(paper_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one instruction paper."""
    return one(await queries.get_instruction_paper(session, actor, paper_id))


@router.post(
    "/instruction_papers/{paper_id}/link", permission=may(Scope.ITEMS_WRITE, OFFICE), response_model=InstructionPaperOut
)
async def link_instruction_paper(
    paper_id: Id, body: LinkInstructionPaper, session: SessionDep, actor: ActorDep
) -> Response:
    """Tell which item a paper led to; a paper belongs to one item."""
    await instruction_papers.link_instruction_paper(session, actor, paper_id, item_id=body.item_id)
    return one(await queries.get_instruction_paper(session, actor, paper_id))


@router.post(
    "/instruction_papers/{paper_id}/transfers",
    permission=may(Scope.ITEMS_WRITE, OFFICE),
    response_model=TransferOut,
    status_code=201,
    dependencies=[Once],
)
async def hand_over_paper(paper_id: Id, body: HandOver, session: SessionDep, actor: ActorDep) -> Response:
    """Hand a paper of the principal leader to another leader personally; no unit is told."""
    transfer_id = await direct_transfers.hand_over(session, actor, paper_id, **body.model_dump())
    row = await queries.get_transfer(session, actor, transfer_id)
    return one(row, 201, location=f"/v1/direct_transfers/{transfer_id}")


@router.get("/direct_transfers", permission=may(Scope.ITEMS_READ, OFFICE, GROUP, LEADER), response_model=TransferPage)
async def list_direct_transfers(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    paper: Annotated[Id | None, Query()] = None,
    state: Annotated[TransferState | None, Query()] = None,
) -> Response:
    """List direct transfers."""
    return many(request, await queries.list_transfers(session, actor, wanted, paper_id=paper, state=state))


@router.get(
    "/direct_transfers/{transfer_id}",
    permission=may(Scope.ITEMS_READ, OFFICE, GROUP, LEADER),
    response_model=TransferOut,
)
async def get_direct_transfer(transfer_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one direct transfer."""
    return one(await queries.get_transfer(session, actor, transfer_id))


@router.post(
    "/direct_transfers/{transfer_id}/liaisons",
    permission=may(Scope.ITEMS_WRITE, OFFICE),
    response_model=LiaisonOut,
    status_code=201,
    dependencies=[Once],
)
async def log_liaison(transfer_id: Id, body: LogLiaison, session: SessionDep, actor: ActorDep) -> Response:
    """Log what the office learned in following a direct transfer."""
    liaison_id = await direct_transfers.log_liaison(session, actor, transfer_id, text=body.text)
    row = await queries.get_liaison(session, actor, liaison_id)
    return one(row, 201, location=f"/v1/direct_transfers/{transfer_id}/liaisons")


@router.get(
    "/direct_transfers/{transfer_id}/liaisons",
    permission=may(Scope.ITEMS_READ, OFFICE, GROUP, LEADER),
    response_model=LiaisonPage,
)
async def list_liaisons(
    transfer_id: Id, request: Request, session: SessionDep, actor: ActorDep, wanted: PageDep
) -> Response:
    """List the liaisons of a direct transfer, in order."""
    return many(request, await queries.list_liaisons(session, actor, wanted, transfer_id))


@router.post(
    "/direct_transfers/{transfer_id}/outcome", permission=may(Scope.ITEMS_WRITE, OFFICE), response_model=TransferOut
)
async def conclude_transfer(transfer_id: Id, body: ConcludeTransfer, session: SessionDep, actor: ActorDep) -> Response:
    """Log the outcome of a direct transfer, which ends it."""
    await direct_transfers.conclude_transfer(session, actor, transfer_id, outcome=body.outcome)
    return one(await queries.get_transfer(session, actor, transfer_id))
