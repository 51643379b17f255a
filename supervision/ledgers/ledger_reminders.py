from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.cadence.periods import PeriodKind, period_of, periods_between
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.identity.models import Official, Position
from supervision.items.models import Item
from supervision.items.states import ItemState
from supervision.ledgers import rules
from supervision.ledgers.models import Ledger
from supervision.messaging import outbox
from supervision.messaging.outbox import NewMessage

# Which template reminds of a ledger that is not there, and of one that still stands; named as its matters are.
_UNOPENED, _UNCLOSED = "ledger_unopened", "ledger_unclosed"


async def remind_of_ledgers(session: AsyncSession, actor: Actor) -> int:
    """Remind the office, once a week, of the year's ledger that is not open and of those not closed in time (§2(1)).

    Returns how many messages are new. Written to are the officials who work in the office, and those who have opened
    ledgers or are the clerks of open items.
    """
    today = await clock.today(session)
    # Locked, so that a closing or an opening on its way is either seen here or withdraws what is queued here.
    late = Ledger.closed_on.is_(None) & (Ledger.year <= rules.last_to_close(today))
    unclosed = (await session.scalars(select(Ledger.year).where(late).order_by(Ledger.year).with_for_update())).all()
    await take_turns(session, actor)
    is_open = await session.scalar(select(Ledger.id).where(Ledger.year == today.year)) is not None
    wanted = [(_UNCLOSED, year) for year in unclosed] + ([] if is_open else [(_UNOPENED, today.year)])
    if not wanted:
        return 0
    known = (
        Official.position == Position.OFFICE,
        Official.id.in_(select(Ledger.opened_by)),
        Official.id.in_(select(Item.clerk_id).where(Item.state == ItemState.OPEN)),
    )
    officials = (await session.scalars(select(Official.id).where(or_(*known)).order_by(Official.id))).all()
    week = period_of(PeriodKind.WEEK, today).first
    count = 0
    for template, year in wanted:
        messages = [NewMessage(official_id, _matter(template, year, week), {"year": year}) for official_id in officials]
        count += await outbox.queue(session, actor, template=template, messages=messages)
    facts = {"unclosed": list(unclosed), "unopened": None if is_open else today.year, "count": count}
    await audit.record(session, actor, "ledgers.reminded", None, **facts)
    return count


async def withdraw_unopened(session: AsyncSession, actor: Actor, *, year: int) -> None:
    """Withdraw what reminds of a ledger that was not open; it was reminded of from its year's first day on."""
    await _withdraw(session, actor, _UNOPENED, year, since=date(year, 1, 1))


async def withdraw_unclosed(session: AsyncSession, actor: Actor, *, year: int) -> None:
    """Withdraw what reminds of a ledger that was not closed; it was reminded of once its year was over."""
    await _withdraw(session, actor, _UNCLOSED, year, since=date(year + 1, 1, 1))


async def take_turns(session: AsyncSession, actor: Actor) -> None:
    """Wait for whoever opens a ledger or reminds of one in the same county: one not open yet has no row to lock."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"ledgers:{actor.jurisdiction_id}"))))


async def _withdraw(session: AsyncSession, actor: Actor, template: str, year: int, *, since: date) -> None:
    weeks = periods_between(PeriodKind.WEEK, since, await clock.today(session))
    await outbox.withdraw(session, actor, matters=[_matter(template, year, week.first) for week in weeks])


def _matter(template: str, year: int, week: date) -> str:
    return f"{template}:{year}:{week}"
