from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.bulletins import policy, queries, rules
from supervision.bulletins.circular_numbers import take_number
from supervision.bulletins.errors import CircularStateForbids
from supervision.bulletins.models import Circular, Commendation, Criticism
from supervision.bulletins.states import CIRCULAR_FOLLOWS, CircularState
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.two_persons import CounterStep
from supervision.identity.models import UNIT_LEADERS, Official, Unit
from supervision.items.models import Item
from supervision.messaging import outbox


async def check_circular(session: AsyncSession, actor: Actor, circular_id: UUID) -> None:
    """Check a draft (核稿); refuses its drafter, and what is no draft."""
    circular = await _lock(session, actor, circular_id, CircularState.CHECKED)
    policy.require_another_than_drafter(actor, CounterStep.CHECK_CIRCULAR, circular)
    circular.state = CircularState.CHECKED
    circular.checked_by, circular.checked_at = actor.person, await clock.now(session)
    await audit.record(session, actor, "circular.checked", circular_id)


async def return_circular(session: AsyncSession, actor: Actor, circular_id: UUID, *, reason: str) -> None:
    """Give a checked circular back to its drafter with a reason; refuses what is not checked."""
    circular = await _lock(session, actor, circular_id, CircularState.DRAFTED)
    circular.state, circular.reason = CircularState.DRAFTED, reason
    circular.checked_by = circular.checked_at = None
    await audit.record(session, actor, "circular.returned", circular_id, reason=reason)


async def discard_circular(session: AsyncSession, actor: Actor, circular_id: UUID, *, reason: str) -> None:
    """Discard a circular that is not out, so that the month can be drafted anew; refuses what is issued."""
    circular = await _lock(session, actor, circular_id, CircularState.DISCARDED)
    circular.state, circular.reason = CircularState.DISCARDED, reason
    await audit.record(session, actor, "circular.discarded", circular_id, reason=reason)


async def issue_circular(session: AsyncSession, actor: Actor, circular_id: UUID) -> None:
    """Issue a checked circular under the year's next number, which freezes it, and tell those whom it names (§4(4)).

    The leaders of the units that it names get a message. Refuses its drafter, and what is not checked.
    """
    circular = await _lock(session, actor, circular_id, CircularState.ISSUED)
    policy.require_another_than_drafter(actor, CounterStep.ISSUE_CIRCULAR, circular)
    now = await clock.now(session)
    today = now.astimezone(clock.SHANGHAI).date()
    circular.text = await _conclude(session, circular)
    circular.year = today.year
    circular.sequence, circular.number = await take_number(session, today.year)
    circular.state = CircularState.ISSUED
    circular.issued_by, circular.issued_at, circular.issued_on = actor.person, now, today
    await audit.record(session, actor, "circular.issued", circular_id, number=circular.number)
    await _tell(session, actor, circular_id, circular.number)


async def _lock(session: AsyncSession, actor: Actor, circular_id: UUID, following: CircularState) -> Circular:
    circular = await queries.get_circular_for_update(session, actor, circular_id)
    if following not in CIRCULAR_FOLLOWS[CircularState(circular.state)]:
        raise CircularStateForbids(state=circular.state)
    return circular


async def _conclude(session: AsyncSession, circular: Circular) -> str:
    commended = await session.execute(
        select(Unit.name, Commendation.reason)
        .join(Unit, Unit.id == Commendation.unit_id)
        .where(Commendation.circular_id == circular.id)
        .order_by(Commendation.id)
    )
    unit = func.coalesce(Criticism.unit_id, Official.unit_id)
    criticised = await session.execute(
        # An official is named with unit and post, a unit alone by its name.
        select(Unit.name, Official.post, Official.name.label("person"), Item.number, Criticism.reason)
        .select_from(Criticism)
        .outerjoin(Official, Official.id == Criticism.official_id)
        .join(Unit, Unit.id == unit)
        .outerjoin(Item, Item.id == Criticism.item_id)
        .where(Criticism.circular_id == circular.id)
        .order_by(Criticism.id)
    )
    return rules.conclude(
        circular.text,
        [rules.Mention(row.name, None, row.reason) for row in commended],
        [rules.Mention(f"{row.name}{row.post or ''}{row.person or ''}", row.number, row.reason) for row in criticised],
    )


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
