from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.audit import signatures
from supervision.desk import policy, queries
from supervision.desk.errors import (
    ComplaintAnswered,
    ComplaintWaits,
    EarlierIncomplete,
    SameRequest,
    UnknownRequest,
)
from supervision.desk.models import BurdenComplaint, RequestKind
from supervision.desk.states import FOLLOWS, ComplaintState, ComplaintVerdict
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.insertion import insert_or_refuse
from supervision.foundation.locks import get_locked


@dataclass(frozen=True, slots=True, kw_only=True)
class NewComplaint:
    """What is complained of, and what was asked before, if that is said."""

    about_kind: RequestKind
    about_id: UUID
    text: str
    earlier_kind: RequestKind | None = None
    earlier_id: UUID | None = None


async def file_complaint(session: AsyncSession, actor: Actor, new: NewComplaint) -> UUID:
    """Complain that the same is asked of one's unit again (the same material is asked for once).

    Refused are requests that were never made to the unit, one that repeats itself, and a second complaint while the
    first one waits.
    """
    about = (new.about_kind, new.about_id)
    if (new.earlier_kind is None) != (new.earlier_id is None):
        raise EarlierIncomplete
    named = (
        [about] if new.earlier_kind is None or new.earlier_id is None else [about, (new.earlier_kind, new.earlier_id)]
    )
    if len(set(named)) != len(named):
        raise SameRequest
    if not await queries.was_asked(session, actor, *named):
        raise UnknownRequest
    complaint = BurdenComplaint(
        unit_id=actor.unit_id,
        about_kind=new.about_kind,
        about_id=new.about_id,
        earlier_kind=new.earlier_kind,
        earlier_id=new.earlier_id,
        text=new.text,
        state=ComplaintState.FILED,
        filed_by=actor.person,
        filed_at=await clock.now(session),
    )
    await insert_or_refuse(session, complaint, uq_burden_complaint_waiting=ComplaintWaits)
    await audit.record(session, actor, "complaint.filed", complaint.id, about=new.about_kind, about_id=new.about_id)
    return complaint.id


async def answer_complaint(
    session: AsyncSession, actor: Actor, complaint_id: UUID, version: int, *, verdict: ComplaintVerdict, text: str
) -> None:
    """Answer a complaint: upheld, the request is withdrawn where it was made; rejected, it stands.

    Refuses whoever filed it, a stale version, and one that was answered.
    """
    statement = select(BurdenComplaint).where(BurdenComplaint.id == complaint_id, policy.complaints_visible_to(actor))
    complaint = await get_locked(session, statement)
    signed = signatures.sign(complaint, version, await queries.get_complaint(session, actor, complaint_id))
    following = ComplaintState(verdict)
    if following not in FOLLOWS[ComplaintState(complaint.state)]:
        raise ComplaintAnswered(state=complaint.state)
    policy.require_another_person(actor, complaint.filed_by)
    now = await clock.now(session)
    complaint.state, complaint.answer = following, text
    complaint.answered_by, complaint.answered_at = actor.person, now
    facts = {"unit_id": complaint.unit_id, "signed_sha256": signed}
    await audit.record(session, actor, f"complaint.{verdict}", complaint_id, **facts)
