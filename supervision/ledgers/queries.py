from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.driver import fetch
from supervision.identity.models import COUNTY_LEADERS, Official, Unit
from supervision.items.models import Ledger, LedgerEntry
from supervision.tasks.models import Task


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
class Taken:
    """What a year's ledger holds already."""

    numbers: AbstractSet[int]
    goals: AbstractSet[str]


async def read_directory(session: AsyncSession) -> Directory:
    units = await session.execute(select(Unit.name, Unit.id))
    statement = select(
        Official.id, Official.unit_id, Official.name, Official.post, Official.position.in_(COUNTY_LEADERS)
    )
    people = await session.execute(statement.where(Official.left_on.is_(None)))
    return Directory({unit.name: unit.id for unit in units}, tuple(PersonInPost(*row) for row in people))


async def read_taken(session: AsyncSession, year: int) -> Taken:
    """Read the numbers and goals that a year's ledger holds; none if it is not open."""
    statement = select(LedgerEntry.no, Task.goal).join(Ledger, Ledger.id == LedgerEntry.ledger_id)
    statement = statement.outerjoin(Task, Task.item_id == LedgerEntry.item_id).where(Ledger.year == year)
    rows = await fetch(session, statement)
    return Taken({row["no"] for row in rows}, {row["goal"] for row in rows if row["goal"] is not None})
