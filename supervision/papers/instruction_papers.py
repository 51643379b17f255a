from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.documents.errors import UnknownAttachment
from supervision.documents.models import Attachment
from supervision.foundation import clock, days
from supervision.foundation.actors import Actor
from supervision.foundation.locks import get_locked
from supervision.identity.models import COUNTY_LEADERS, Official
from supervision.identity.queries import require_officials_in_post
from supervision.items import queries as items
from supervision.items import rules
from supervision.items.errors import NotYetHappened
from supervision.papers.errors import (
    PaperAlreadyLinked,
    PaperLeaderNotOfCounty,
    UnknownPaper,
)
from supervision.papers.models import InstructionPaper, PaperLeader


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPaper:
    """What is to be entered on the register of instruction papers."""

    sender: str
    title: str
    words: str
    instructed_on: date
    secrecy: str
    document_number: str | None = None
    attachment_id: UUID | None = None
    follows_id: UUID | None = None
    item_id: UUID | None = None


async def register_instruction_paper(
    session: AsyncSession, actor: Actor, new: NewPaper, *, leader_ids: Sequence[UUID]
) -> UUID:
    """Enter an instruction paper (批示件) with its leaders' exact words (§2(3)).

    Refuses what is marked as classified, a day to come, and leaders, papers, items and attachments that are unknown.
    """
    rules.check_unclassified(new.document_number, new.sender, new.title, new.words)
    given = {"/instructed_on": new.instructed_on}
    await days.check(session, "register_instruction_paper", given, future=NotYetHappened)
    await _require_county_leaders(session, set(leader_ids))
    await _require_known(session, actor, new)
    paper = InstructionPaper(**asdict(new), registered_by=actor.person, registered_at=await clock.now(session))
    session.add(paper)
    # Without relationships nothing else tells that the paper comes before its leaders.
    await session.flush()
    session.add_all(PaperLeader(paper_id=paper.id, official_id=leader_id) for leader_id in dict.fromkeys(leader_ids))
    # The words stay out of the record of who did what, which others read.
    facts = {"instructed_on": new.instructed_on, "item_id": new.item_id}
    await audit.record(session, actor, "paper.registered", paper.id, **facts)
    return paper.id


async def link_instruction_paper(session: AsyncSession, actor: Actor, paper_id: UUID, *, item_id: UUID) -> None:
    """Tell which item a paper led to (§2(3)); refuses an unknown item, and a paper that has one."""
    paper = await _lock_paper(session, paper_id)
    if paper.item_id is not None:
        raise PaperAlreadyLinked
    await items.require_items(session, actor, {item_id})
    paper.item_id = item_id
    await audit.record(session, actor, "paper.linked", paper_id, item_id=item_id)


async def _lock_paper(session: AsyncSession, paper_id: UUID) -> InstructionPaper:
    return await get_locked(session, select(InstructionPaper).where(InstructionPaper.id == paper_id))


async def _require_county_leaders(session: AsyncSession, official_ids: set[UUID]) -> None:
    await require_officials_in_post(session, official_ids)
    statement = select(Official.id).where(Official.id.in_(official_ids), Official.position.not_in(COUNTY_LEADERS))
    if (await session.scalars(statement)).first() is not None:
        raise PaperLeaderNotOfCounty


async def _require_known(session: AsyncSession, actor: Actor, new: NewPaper) -> None:
    kept = select(Attachment.id).where(Attachment.erased_at.is_(None))
    for wanted, found, refusal in (
        (new.attachment_id, kept.where(Attachment.id == new.attachment_id), UnknownAttachment),
        (new.follows_id, select(InstructionPaper.id).where(InstructionPaper.id == new.follows_id), UnknownPaper),
    ):
        if wanted is not None and await session.scalar(found) is None:
            raise refusal
    await items.require_items(session, actor, {new.item_id})
