from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.audit import signatures
from supervision.bulletins import document_facts, policy, queries
from supervision.bulletins.circular_numbers import take_number
from supervision.bulletins.circular_text import conclude, tell_laggards
from supervision.bulletins.errors import CircularStateForbids
from supervision.bulletins.models import Circular, Commendation, Criticism
from supervision.bulletins.secret_texts import withhold_secrets
from supervision.bulletins.states import CIRCULAR_FOLLOWS, CircularState
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.two_persons import CounterStep
from supervision.identity.models import UNIT_LEADERS, Official
from supervision.identity.policy import require_not_own_unit
from supervision.identity.two_person_steps import require_another_if_asked
from supervision.messaging import outbox
from supervision.official_documents.issued_documents import keep_document


async def check_circular(session: AsyncSession, actor: Actor, circular_id: UUID, version: int) -> None:
    """Check a draft (核稿); refuses its drafter, people of its units, a stale version, and what is no draft."""
    circular, signed = await _lock(session, actor, circular_id, version, CircularState.CHECKED)
    policy.require_another_than_drafter(actor, CounterStep.CHECK_CIRCULAR, circular)
    circular.state = CircularState.CHECKED
    circular.checked_by, circular.checked_at = actor.person, await clock.now(session)
    await audit.record(session, actor, "circular.checked", circular_id, signed_sha256=signed)


async def return_circular(session: AsyncSession, actor: Actor, circular_id: UUID, version: int, *, reason: str) -> None:
    """Give a checked circular back to its drafter with a reason; refuses a stale version, and what is not checked."""
    circular, signed = await _lock(session, actor, circular_id, version, CircularState.DRAFTED)
    circular.state, circular.reason = CircularState.DRAFTED, reason
    circular.checked_by = circular.checked_at = None
    await audit.record(session, actor, "circular.returned", circular_id, reason=reason, signed_sha256=signed)


async def discard_circular(
    session: AsyncSession, actor: Actor, circular_id: UUID, version: int, *, reason: str
) -> None:
    """Discard a circular, so that the month can be drafted anew; refuses a stale version, and what is issued."""
    circular, signed = await _lock(session, actor, circular_id, version, CircularState.DISCARDED)
    circular.state, circular.reason = CircularState.DISCARDED, reason
    await audit.record(session, actor, "circular.discarded", circular_id, reason=reason, signed_sha256=signed)


async def issue_circular(session: AsyncSession, actor: Actor, circular_id: UUID, version: int) -> None:
    """Issue a checked circular under the year's next number, which freezes it, and tell those whom it names (§4(4)).

    The leaders of the units that it names get a message. Refuses its drafter, people of those units, a stale version,
    and what is not checked.
    """
    circular, signed = await _lock(session, actor, circular_id, version, CircularState.ISSUED)
    policy.require_another_than_drafter(actor, CounterStep.ISSUE_CIRCULAR, circular)
    taken_by = {"check_circular": circular.checked_by}
    await require_another_if_asked(session, actor, CounterStep.ISSUE_CIRCULAR_BY_ANOTHER, taken_by)
    now = await clock.now(session)
    today = now.astimezone(clock.SHANGHAI).date()
    # What was no secret when it was drafted, or was written in by hand.
    circular.title = await withhold_secrets(session, circular.title)
    circular.laggards = await tell_laggards(session, circular.laggards)
    circular.text = await conclude(session, circular_id, circular.text)
    circular.year = today.year
    circular.sequence, circular.number = await take_number(session, today.year)
    circular.state = CircularState.ISSUED
    circular.issued_by, circular.issued_at, circular.issued_on = actor.person, now, today
    facts = {"number": circular.number, "signed_sha256": signed}
    await audit.record(session, actor, "circular.issued", circular_id, **facts)
    await keep_document(session, actor, await document_facts.read_circular_facts(session, actor, circular_id))
    await _tell(session, actor, circular_id, circular.number)


async def _lock(
    session: AsyncSession, actor: Actor, circular_id: UUID, version: int, following: CircularState
) -> tuple[Circular, str]:
    circular = await queries.get_circular_for_update(session, actor, circular_id)
    signed = signatures.sign(circular, version, await queries.get_circular(session, actor, circular_id))
    # What the record lists by itself is nobody's judgement; whom the office praises or blames is.
    require_not_own_unit(actor, await queries.read_named_units(session, circular_id))
    if following not in CIRCULAR_FOLLOWS[CircularState(circular.state)]:
        raise CircularStateForbids(state=circular.state)
    return circular, signed


async def _tell(session: AsyncSession, actor: Actor, circular_id: UUID, number: str) -> None:
    commended = select(Commendation.unit_id).where(Commendation.circular_id == circular_id)
    criticised = (
        select(func.coalesce(Criticism.unit_id, Official.unit_id))
        .outerjoin(Official, Official.id == Criticism.official_id)
        .where(Criticism.circular_id == circular_id)
    )
    leaders = select(Official.id).where(
        Official.position.in_(UNIT_LEADERS), or_(Official.unit_id.in_(commended), Official.unit_id.in_(criticised))
    )
    messages = [
        outbox.NewMessage(official_id=official_id, matter=f"circular:{circular_id}", variables={"number": number})
        for official_id in await session.scalars(leaders.order_by(Official.id))
    ]
    await outbox.queue(session, actor, template="circular", messages=messages)
