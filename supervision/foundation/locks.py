from typing import TypeVar

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.database import Base, Versioned
from supervision.foundation.errors import Stale, or_not_found

Found = TypeVar("Found", bound=Base)


async def get_locked(session: AsyncSession, statement: Select[Found]) -> Found:
    """Lock the row that a statement finds until the transaction ends; refuses where there is none, or none in sight."""
    return or_not_found(await find_locked(session, statement))


async def find_locked(session: AsyncSession, statement: Select[Found]) -> Found | None:
    """Lock the row that a statement finds until the transaction ends; None if there is none."""
    # Whoever held the lock before may have changed what this session read of the row earlier.
    anew = {"populate_existing": True}
    found: Found | None = await session.scalar(statement.with_for_update(), execution_options=anew)
    return found


def require_version(row: Versioned, version: int) -> None:
    """Refuse a change by somebody who has not read the last version of a locked row."""
    if row.version != version:
        raise Stale
