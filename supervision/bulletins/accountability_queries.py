from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.bulletins.models import AccountabilityProposal, TracedPerson
from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch_one
from supervision.foundation.errors import or_not_found
from supervision.foundation.json_lists import json_list
from supervision.foundation.locks import get_locked
from supervision.foundation.paging import Page, PageRequest, Rows, page, where_given

_TRACED = (
    select(json_list(TracedPerson.id, part=TracedPerson.responsibility, official_id=TracedPerson.official_id))
    .where(TracedPerson.proposal_id == AccountabilityProposal.id)
    .scalar_subquery()
)


PROPOSAL_COLUMNS = (
    AccountabilityProposal.id,
    AccountabilityProposal.unit_id,
    AccountabilityProposal.official_id,
    AccountabilityProposal.task_id,
    AccountabilityProposal.fact_on,
    AccountabilityProposal.facts,
    AccountabilityProposal.state,
    AccountabilityProposal.proposed_by,
    AccountabilityProposal.proposed_at,
    AccountabilityProposal.deciding_body,
    AccountabilityProposal.sent_on,
    AccountabilityProposal.answer,
    AccountabilityProposal.answered_on,
    _TRACED.label("traced"),
    AccountabilityProposal.version,
)


async def list_accountability_proposals(
    session: AsyncSession,
    _actor: Actor,
    request: PageRequest[UUID],
    *,
    unit_id: UUID | None = None,
    state: str | None = None,
) -> Page:
    statement: Rows = select(*PROPOSAL_COLUMNS)
    statement = where_given(statement, {AccountabilityProposal.unit_id: unit_id, AccountabilityProposal.state: state})
    return await page(session, statement, request, identity=AccountabilityProposal.id)


async def get_accountability_proposal(session: AsyncSession, _actor: Actor, proposal_id: UUID) -> Row:
    statement: Rows = select(*PROPOSAL_COLUMNS).where(AccountabilityProposal.id == proposal_id)
    return or_not_found(await fetch_one(session, statement))


async def get_proposal_for_update(session: AsyncSession, _actor: Actor, proposal_id: UUID) -> AccountabilityProposal:
    """Lock a proposal until the transaction ends."""
    statement = select(AccountabilityProposal).where(AccountabilityProposal.id == proposal_id)
    return await get_locked(session, statement)
