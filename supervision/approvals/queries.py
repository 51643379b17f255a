from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.approvals import policy
from supervision.approvals.models import Proposal
from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch_one
from supervision.foundation.errors import or_not_found
from supervision.foundation.locks import get_locked
from supervision.foundation.paging import Page, PageRequest, Rows, page, where_given

_COLUMNS = tuple(column for column in Proposal.__table__.c if column.name != "jurisdiction_id")


async def list_proposals(
    session: AsyncSession,
    actor: Actor,
    request: PageRequest[UUID],
    *,
    state: str | None = None,
    subject_id: UUID | None = None,
) -> Page:
    statement: Rows = select(*_COLUMNS).where(policy.visible_to(actor))
    statement = where_given(statement, {Proposal.state: state, Proposal.subject_id: subject_id})
    return await page(session, statement, request, identity=Proposal.id)


async def get_proposal(session: AsyncSession, actor: Actor, proposal_id: UUID) -> Row:
    statement = select(*_COLUMNS).where(Proposal.id == proposal_id, policy.visible_to(actor))
    return or_not_found(await fetch_one(session, statement))


async def get_for_update(session: AsyncSession, actor: Actor, proposal_id: UUID) -> Proposal:
    return await get_locked(session, select(Proposal).where(Proposal.id == proposal_id, policy.visible_to(actor)))
