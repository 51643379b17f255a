from collections.abc import Collection, Sequence
from datetime import date
from typing import TypedDict
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock, days
from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch_one
from supervision.foundation.errors import NotFound, Problem
from supervision.foundation.paging import Page, PageRequest, Rows, page
from supervision.items import ledger_entries, registration
from supervision.items import queries as items
from supervision.items.errors import LedgerAlreadyClosed
from supervision.items.models import Item, Ledger, LedgerEntry
from supervision.items.states import UNFINISHED, ItemState
from supervision.ledgers.errors import CarriedDeadlinesRefused, EarlierLedgerStands, LedgerYearNotOver
from supervision.ledgers.models import CarriedDeadline, LedgerCheck, Occasion

_COLUMNS = (
    LedgerCheck.id,
    LedgerCheck.occasion,
    LedgerCheck.checked_on,
    LedgerCheck.checked_at,
    LedgerCheck.checked_by,
    LedgerCheck.items,
    LedgerCheck.closed,
    LedgerCheck.unfinished,
    LedgerCheck.overdue,
)


class NewDeadline(TypedDict):
    """The day until which an unfinished item is to be done, given at its ledger's closing."""

    item_id: UUID
    deadline_on: date


async def check_ledger(session: AsyncSession, actor: Actor, *, year: int, overdue: Select[UUID]) -> UUID:
    """Count what a year's ledger has come to (查账, §2(1)) and keep it; refuses a ledger that is closed.

    Which items are `overdue` the reviews tell: how a task stands is theirs to know.
    """
    ledger = await _lock_standing(session, year)
    return await _count(session, actor, ledger, Occasion.CHECK, overdue)


async def close_ledger(
    session: AsyncSession, actor: Actor, *, year: int, deadlines: Sequence[NewDeadline], overdue: Select[UUID]
) -> None:
    """Close a year's ledger (结账, §2(1)) and enter what is unfinished, under its number, in that of the next year.

    An item past its deadline gets the date given for it, else the next 31 December; past lateness stays. Refuses
    before the year's end, a second time, while an earlier year's stands, and dates for other items or not ahead.
    """
    ledger = await _lock_standing(session, year)
    today = await clock.today(session)
    if today <= _end_of(year):
        raise LedgerYearNotOver(year=year)
    await _refuse_out_of_turn(session, year)
    unfinished = await _lock_unfinished(session, ledger)
    # What stands still has its date moved when it is resumed.
    past = [item for item in unfinished if item.state == ItemState.OPEN and item.deadline_on < today]
    if problems := _find_problems({item.id for item in past}, deadlines, today):
        raise CarriedDeadlinesRefused(problems=problems)
    await _count(session, actor, ledger, Occasion.CLOSING, overdue)
    await ledger_entries.mark_closed(session, actor, ledger)
    given = {new["item_id"]: new["deadline_on"] for new in deadlines}
    # A ledger that is closed very late gives dates that still lie ahead.
    usual = max(_end_of(year + 1), _end_of(today.year))
    await _move(session, actor, ledger, [(item, given.get(item.id, usual)) for item in past])
    next_id = await ledger_entries.open_unless_open(session, actor, year=year + 1)
    await ledger_entries.enter_behind(session, [item.id for item in unfinished], ledger_id=next_id)
    await ledger_entries.enter_stranded(session, next_id)


async def list_ledger_checks(session: AsyncSession, actor: Actor, request: PageRequest[UUID], *, year: int) -> Page:
    """List when a year's ledger was counted and what it came to; refuses a year whose ledger is not open."""
    ledger = await items.get_ledger(session, actor, year)
    statement: Rows = select(*_COLUMNS).where(LedgerCheck.ledger_id == ledger["id"])
    return await page(session, statement, request, identity=LedgerCheck.id)


async def get_ledger_check(session: AsyncSession, actor: Actor, year: int, check_id: UUID) -> Row:
    ledger = await items.get_ledger(session, actor, year)
    statement: Rows = select(*_COLUMNS).where(LedgerCheck.id == check_id, LedgerCheck.ledger_id == ledger["id"])
    row = await fetch_one(session, statement)
    if row is None:
        raise NotFound
    return row


async def _lock_standing(session: AsyncSession, year: int) -> Ledger:
    ledger = await session.scalar(select(Ledger).where(Ledger.year == year).with_for_update())
    if ledger is None:
        raise NotFound
    if ledger.closed_on is not None:
        raise LedgerAlreadyClosed(closed_on=ledger.closed_on)
    return ledger


def _end_of(year: int) -> date:
    return date(year, 12, 31)


async def _refuse_out_of_turn(session: AsyncSession, year: int) -> None:
    earlier = select(func.min(Ledger.year)).where(Ledger.year < year, Ledger.closed_on.is_(None))
    if (standing := await session.scalar(earlier)) is not None:
        raise EarlierLedgerStands(year=standing)


async def _lock_unfinished(session: AsyncSession, ledger: Ledger) -> Sequence[Item]:
    statement = select(Item).where(_belongs_to(ledger), Item.state.in_(UNFINISHED)).order_by(Item.id)
    return (await session.scalars(statement.with_for_update())).all()


def _belongs_to(ledger: Ledger) -> ColumnElement[bool]:
    # What is registered one by one is never entered, and belongs to the ledger of its number's year.
    entered = select(LedgerEntry.item_id).where(LedgerEntry.ledger_id == ledger.id)
    return or_(Item.year == ledger.year, Item.id.in_(entered))


async def _count(
    session: AsyncSession, actor: Actor, ledger: Ledger, occasion: Occasion, overdue: Select[UUID]
) -> UUID:
    is_unfinished = Item.state.in_(UNFINISHED)
    items, closed, unfinished, late = (
        await session.execute(
            select(
                func.count(),
                func.count().filter(Item.state == ItemState.CLOSED),
                func.count().filter(is_unfinished),
                func.count().filter(Item.id.in_(overdue)),
            ).where(_belongs_to(ledger))
        )
    ).one()
    check = LedgerCheck(
        ledger_id=ledger.id,
        occasion=occasion,
        checked_on=await clock.today(session),
        checked_at=await clock.now(session),
        checked_by=actor.person,
        items=items,
        closed=closed,
        unfinished=unfinished,
        overdue=late,
    )
    session.add(check)
    facts = {"year": ledger.year, "items": items, "unfinished": unfinished, "overdue": late}
    await audit.record(session, actor, "ledger.checked", check.id, occasion=occasion, **facts)
    return check.id


def _find_problems(overdue: Collection[UUID], deadlines: Sequence[NewDeadline], today: date) -> list[Problem]:
    problems: list[Problem] = []
    named: set[UUID] = set()
    reach = days.REACHES["close_ledger"]["/deadlines/*/deadline_on"]
    for place, new in enumerate(deadlines):
        pointer = f"/deadlines/{place}"
        if new["item_id"] not in overdue or new["item_id"] in named:
            zh, en = (
                "不是时限已过而未办结的事项，或重复给出。",
                "Not an unfinished item past its deadline, or repeated.",
            )
            problems.append(Problem(f"{pointer}/item_id", "not_carried", zh, en))
        if new["deadline_on"] <= today:
            zh, en = f"新时限须晚于{today}。", f"The new date must lie after {today}."
            problems.append(Problem(f"{pointer}/deadline_on", "date_not_ahead", zh, en))
        elif refusal := days.find_refusal(reach, f"{pointer}/deadline_on", new["deadline_on"], today=today):
            problems += refusal.problems
        named.add(new["item_id"])
    return problems


async def _move(session: AsyncSession, actor: Actor, ledger: Ledger, dates: Sequence[tuple[Item, date]]) -> None:
    at = await clock.now(session)
    session.add_all(
        CarriedDeadline(
            item_id=item.id,
            ledger_id=ledger.id,
            deadline_on=item.deadline_on,
            new_deadline_on=new_on,
            carried_by=actor.person,
            carried_at=at,
        )
        for item, new_on in dates
    )
    await registration.move_deadlines(session, actor, dates)
