from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch_one
from supervision.foundation.errors import or_not_found
from supervision.foundation.paging import Page, PageRequest, Rows, page, where_given
from supervision.papers.models import DirectTransfer, InstructionPaper, Liaison, PaperLeader

_LEADER_IDS = (
    select(func.array_agg(PaperLeader.official_id))
    .where(PaperLeader.paper_id == InstructionPaper.id)
    .scalar_subquery()
    .label("leader_ids")
)
PAPER_COLUMNS = (
    InstructionPaper.id,
    InstructionPaper.sender,
    InstructionPaper.document_number,
    InstructionPaper.title,
    InstructionPaper.instructed_on,
    InstructionPaper.words,
    InstructionPaper.secrecy,
    _LEADER_IDS,
    InstructionPaper.attachment_id,
    InstructionPaper.follows_id,
    InstructionPaper.item_id,
    InstructionPaper.registered_by,
    InstructionPaper.registered_at,
)
TRANSFER_COLUMNS = (
    DirectTransfer.id,
    DirectTransfer.paper_id,
    DirectTransfer.official_id,
    DirectTransfer.handed_on,
    DirectTransfer.state,
    DirectTransfer.handed_by,
    DirectTransfer.handed_at,
    DirectTransfer.outcome,
    DirectTransfer.concluded_by,
    DirectTransfer.concluded_at,
)
LIAISON_COLUMNS = (Liaison.id, Liaison.text, Liaison.logged_by, Liaison.logged_at)


async def list_instruction_papers(
    session: AsyncSession,
    _actor: Actor,
    request: PageRequest[UUID],
    *,
    item_id: UUID | None = None,
    follows_id: UUID | None = None,
    leader_id: UUID | None = None,
) -> Page:
    statement: Rows = select(*PAPER_COLUMNS)
    statement = where_given(statement, {InstructionPaper.item_id: item_id, InstructionPaper.follows_id: follows_id})
    if leader_id is not None:
        of_leader = select(PaperLeader.paper_id).where(PaperLeader.official_id == leader_id)
        statement = statement.where(InstructionPaper.id.in_(of_leader))
    return await page(session, statement, request, identity=InstructionPaper.id)


async def get_instruction_paper(session: AsyncSession, _actor: Actor, paper_id: UUID) -> Row:
    statement: Rows = select(*PAPER_COLUMNS).where(InstructionPaper.id == paper_id)
    return or_not_found(await fetch_one(session, statement))


async def list_transfers(
    session: AsyncSession,
    _actor: Actor,
    request: PageRequest[UUID],
    *,
    paper_id: UUID | None = None,
    state: str | None = None,
) -> Page:
    statement: Rows = select(*TRANSFER_COLUMNS)
    statement = where_given(statement, {DirectTransfer.paper_id: paper_id, DirectTransfer.state: state})
    return await page(session, statement, request, identity=DirectTransfer.id)


async def get_transfer(session: AsyncSession, _actor: Actor, transfer_id: UUID) -> Row:
    statement: Rows = select(*TRANSFER_COLUMNS).where(DirectTransfer.id == transfer_id)
    return or_not_found(await fetch_one(session, statement))


async def list_liaisons(session: AsyncSession, actor: Actor, request: PageRequest[UUID], transfer_id: UUID) -> Page:
    await get_transfer(session, actor, transfer_id)
    statement: Rows = select(*LIAISON_COLUMNS).where(Liaison.transfer_id == transfer_id)
    return await page(session, statement, request, identity=Liaison.id)


async def get_liaison(session: AsyncSession, _actor: Actor, liaison_id: UUID) -> Row:
    return or_not_found(await fetch_one(session, select(*LIAISON_COLUMNS).where(Liaison.id == liaison_id)))
