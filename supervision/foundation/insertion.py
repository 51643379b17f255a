from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import psycopg
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.database import Base
from supervision.foundation.errors import Refusal


async def insert_or_refuse(session: AsyncSession, row: Base, **refusals: type[Refusal]) -> None:
    """Insert a row; refuses what violates one of the named constraints, each by its own refusal."""
    async with refusing(session, **refusals):
        session.add(row)


@asynccontextmanager
async def refusing(session: AsyncSession, **refusals: type[Refusal]) -> AsyncIterator[None]:
    """Refuse what is written here where it violates one of the named constraints; any other violation is a bug."""
    try:
        async with session.begin_nested():
            yield
    except IntegrityError as error:
        refusal = refusals.get(violated_constraint(error))
        if refusal is None:
            raise
        raise refusal from error


def violated_constraint(error: IntegrityError) -> str:
    """Return the name of the constraint or unique index that was violated; empty for a column that must not be null."""
    return cast(psycopg.Error, error.orig).diag.constraint_name or ""
