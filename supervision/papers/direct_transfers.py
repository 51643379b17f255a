from datetime import date
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock, days
from supervision.foundation.actors import Actor
from supervision.foundation.insertion import insert_or_refuse
from supervision.foundation.locks import get_locked
from supervision.identity.models import Official, Position
from supervision.items import rules
from supervision.items.errors import NotYetHappened
from supervision.papers.errors import AlreadyTransferred, TransferConcluded, TransferNotByPrincipal, TransferToItsAuthor
from supervision.papers.instruction_papers import _lock_paper, _require_county_leaders
from supervision.papers.models import DirectTransfer, Liaison, PaperLeader
from supervision.papers.states import TRANSFER_FOLLOWS, TransferState


async def hand_over(session: AsyncSession, actor: Actor, paper_id: UUID, *, official_id: UUID, handed_on: date) -> UUID:
    """Hand a paper of the principal leader to another leader personally (直接转交, §2(3)); no unit is told.

    Refuses papers of other leaders, one who wrote on it, no county leader, a day to come, and a second time.
    """
    await _lock_paper(session, paper_id)
    authors = {row.id: row.position for row in await session.execute(_authors_of(paper_id))}
    if Position.PRINCIPAL_COUNTY_LEADER not in authors.values():
        raise TransferNotByPrincipal
    if official_id in authors:
        raise TransferToItsAuthor
    await _require_county_leaders(session, {official_id})
    await days.check(session, "hand_over_paper", {"/handed_on": handed_on}, future=NotYetHappened)
    transfer = DirectTransfer(
        paper_id=paper_id,
        official_id=official_id,
        handed_on=handed_on,
        state=TransferState.HANDED_OVER,
        handed_by=actor.person,
        handed_at=await clock.now(session),
    )
    await insert_or_refuse(session, transfer, uq_direct_transfer_paper_id_official_id=AlreadyTransferred)
    await audit.record(session, actor, "paper.handed_over", transfer.id, paper_id=paper_id, official_id=official_id)
    return transfer.id


async def log_liaison(session: AsyncSession, actor: Actor, transfer_id: UUID, *, text: str) -> UUID:
    """Log what the office learned in following a direct transfer (衔接, §2(3)); refuses a concluded one."""
    rules.check_unclassified(text)
    await _lock_transfer(session, transfer_id)
    liaison = Liaison(transfer_id=transfer_id, text=text, logged_by=actor.person, logged_at=await clock.now(session))
    session.add(liaison)
    await audit.record(session, actor, "transfer.liaised", transfer_id, liaison_id=liaison.id)
    return liaison.id


async def conclude_transfer(session: AsyncSession, actor: Actor, transfer_id: UUID, *, outcome: str) -> None:
    """Log the outcome of a direct transfer (§2(3)), which ends it; refuses a second outcome."""
    rules.check_unclassified(outcome)
    transfer = await _lock_transfer(session, transfer_id)
    transfer.state, transfer.outcome = TransferState.CONCLUDED, outcome
    transfer.concluded_by, transfer.concluded_at = actor.person, await clock.now(session)
    await audit.record(session, actor, "transfer.concluded", transfer_id)


async def _lock_transfer(session: AsyncSession, transfer_id: UUID) -> DirectTransfer:
    transfer = await get_locked(session, select(DirectTransfer).where(DirectTransfer.id == transfer_id))
    if TransferState.CONCLUDED not in TRANSFER_FOLLOWS[TransferState(transfer.state)]:
        raise TransferConcluded
    return transfer


def _authors_of(paper_id: UUID) -> Select[UUID, str]:
    return (
        select(Official.id, Official.position)
        .join(PaperLeader, PaperLeader.official_id == Official.id)
        .where(PaperLeader.paper_id == paper_id)
    )
