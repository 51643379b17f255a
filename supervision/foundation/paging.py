from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Tuple, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from supervision.foundation.driver import Row, fetch

Key = TypeVar("Key", UUID, int)
Rows = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class PageRequest(Generic[Key]):
    """The next `limit` rows (1–100) after the row whose id is `after`, or the first ones."""

    limit: int = 50
    after: Key | None = None


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Row]
    next: Any | None


async def page(
    session: AsyncSession,
    statement: Rows,
    request: PageRequest[Any],
    *,
    identity: InstrumentedAttribute[Any],
    sort: InstrumentedAttribute[Any] | None = None,
    descending: bool = False,
) -> Page:
    """Read one page by keyset; the cursor is the last row's id, its sort key is looked up, so depth costs nothing."""
    columns: list[InstrumentedAttribute[Any]] = [identity] if sort is None else [sort, identity]
    if request.after is not None:
        statement = statement.where(_beyond(columns, identity, request.after, descending=descending))
    order = [column.desc() if descending else column.asc() for column in columns]
    rows = await fetch(session, statement.order_by(*order).limit(request.limit + 1))
    kept = rows[: request.limit]
    return Page(kept, kept[-1]["id"] if len(rows) > request.limit else None)


def _beyond(
    columns: list[InstrumentedAttribute[Any]],
    identity: InstrumentedAttribute[Any],
    after: Any,
    *,
    descending: bool,
) -> ColumnElement[bool]:
    here: Tuple = tuple_(*columns)
    there = select(*columns).where(identity == after).correlate(None).scalar_subquery()
    return here < there if descending else here > there


def where_given(statement: Rows, wanted: Mapping[Any, object]) -> Rows:
    """Narrow a statement to the columns' values that are asked for; None asks for nothing."""
    return statement.where(*(column == value for column, value in wanted.items() if value is not None))
