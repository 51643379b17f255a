from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch, fetch_one
from supervision.foundation.errors import or_not_found
from supervision.foundation.paging import Page, PageRequest, Rows, page
from supervision.identity.models import COUNTY_LEADERS, Official, Unit
from supervision.items import policy
from supervision.items.models import Item
from supervision.ledgers.models import Ledger, LedgerCheck, LedgerEntry
from supervision.tasks.models import Task

LEDGER_COLUMNS = (
    Ledger.id,
    Ledger.year,
    Ledger.opened_on,
    Ledger.opened_by,
    Ledger.closed_on,
    Ledger.closed_by,
)
ENTRY_COLUMNS = (
    LedgerEntry.id,
    LedgerEntry.no,
    LedgerEntry.item_id,
    Item.number,
    Item.title,
    Item.deadline_on,
)
CHECK_COLUMNS = (
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


@dataclass(frozen=True, slots=True)
class PersonInPost:
    """An official who is in post, as a spreadsheet may name them."""

    id: UUID
    unit_id: UUID
    name: str
    post: str
    is_county_leader: bool


@dataclass(frozen=True, slots=True)
class Directory:
    """Everybody whom a ledger may name: units by name, and the officials in post."""

    units: Mapping[str, UUID]
    people: tuple[PersonInPost, ...]


@dataclass(frozen=True, slots=True)
class LedgerContents:
    """What a year's ledger holds already."""

    numbers: AbstractSet[int]
    goals: AbstractSet[str]


async def read_directory(session: AsyncSession) -> Directory:
    units = await fetch(session, select(Unit.name, Unit.id))
    statement = select(
        Official.id, Official.unit_id, Official.name, Official.post, Official.position.in_(COUNTY_LEADERS)
    )
    people = await session.execute(statement.where(Official.left_on.is_(None)))
    return Directory({unit["name"]: unit["id"] for unit in units}, tuple(PersonInPost(*row) for row in people))


async def read_contents(session: AsyncSession, year: int) -> LedgerContents:
    """Read the numbers and goals that a year's ledger holds; none if it is not open."""
    statement = select(LedgerEntry.no, Task.goal).join(Ledger, Ledger.id == LedgerEntry.ledger_id)
    statement = statement.outerjoin(Task, Task.item_id == LedgerEntry.item_id).where(Ledger.year == year)
    rows = await fetch(session, statement)
    return LedgerContents({row["no"] for row in rows}, {row["goal"] for row in rows if row["goal"] is not None})


async def get_ledger(session: AsyncSession, _actor: Actor, year: int) -> Row:
    statement = select(*LEDGER_COLUMNS).where(Ledger.year == year)
    return or_not_found(await fetch_one(session, statement))


async def list_ledger_entries(session: AsyncSession, actor: Actor, request: PageRequest[UUID], *, year: int) -> Page:
    """List a year's entries by their number; refuses a year whose ledger is not open."""
    ledger = await get_ledger(session, actor, year)
    statement: Rows = select(*ENTRY_COLUMNS).join(Item, Item.id == LedgerEntry.item_id)
    statement = statement.where(LedgerEntry.ledger_id == ledger["id"], policy.visible_to(actor))
    return await page(session, statement, request, identity=LedgerEntry.id, sort=LedgerEntry.no)


async def list_ledger_checks(session: AsyncSession, actor: Actor, request: PageRequest[UUID], *, year: int) -> Page:
    """List when a year's ledger was counted and what it came to; refuses a year whose ledger is not open."""
    ledger = await get_ledger(session, actor, year)
    statement: Rows = select(*CHECK_COLUMNS).where(LedgerCheck.ledger_id == ledger["id"])
    return await page(session, statement, request, identity=LedgerCheck.id)


async def get_ledger_check(session: AsyncSession, actor: Actor, year: int, check_id: UUID) -> Row:
    ledger = await get_ledger(session, actor, year)
    statement: Rows = select(*CHECK_COLUMNS).where(LedgerCheck.id == check_id, LedgerCheck.ledger_id == ledger["id"])
    return or_not_found(await fetch_one(session, statement))
