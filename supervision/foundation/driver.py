"""Statements sent straight to psycopg, in the transaction of the session: docs/driver.md says why and when."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from psycopg.rows import dict_row
from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.util import LRUCache

from supervision.foundation.sessions import DriverSession

Row = dict[str, Any]
Facts = Mapping[str, Any]

# Compiled statements, found by themselves and by their shape.
_ready: LRUCache[Any, Any] = LRUCache(1000)
_alike: LRUCache[Any, Any] = LRUCache(1000)


async def fetch(session: AsyncSession, statement: Executable, facts: Facts | None = None) -> list[Row]:
    """Return a statement's rows as psycopg reads them; lists of parameters need the session's own execute."""
    await _flush(session)
    sql, parameters = _write(session, statement, [facts or {}])
    own = cast(DriverSession, session)
    driver = await own.driver()
    with own.telling():
        cursor = driver.cursor(row_factory=dict_row)
        await cursor.execute(sql, parameters[0])
        return await cursor.fetchall()


async def fetch_one(session: AsyncSession, statement: Executable, facts: Facts | None = None) -> Row | None:
    """Return the row of a statement that finds one at most."""
    rows = await fetch(session, statement, facts)
    return rows[0] if rows else None


async def send(session: AsyncSession, statement: Executable, rows: Sequence[Facts]) -> None:
    """Send a statement of which nothing is asked, once for each of the rows, of which there is at least one."""
    await _flush(session)
    sql, parameters = _write(session, statement, rows)
    own = cast(DriverSession, session)
    driver = await own.driver()
    with own.telling():
        if len(rows) == 1:
            await driver.execute(sql, parameters[0])
        else:
            await driver.cursor().executemany(sql, parameters)


async def _flush(session: AsyncSession) -> None:
    # As the session's own execute does: what was added before is there to be found, and its adding began a transaction.
    if session.in_transaction() and (session.new or session.dirty or session.deleted):
        await session.flush()


def _write(session: AsyncSession, statement: Executable, rows: Sequence[Facts]) -> tuple[str, list[Row]]:
    """Compile a statement, or find it compiled, and fill in its parameters."""
    if rows[0]:
        compiled, extracted, collected = _compile_once(session, statement, rows), None, None
    else:
        compiled, extracted, collected = _compile_alike(session, statement)
    if not isinstance(compiled, SQLCompiler) or compiled.post_compile_params or compiled.insert_prefetch:
        raise TypeError("lists of parameters and Python's defaults need the session's own execute")
    parameters: list[Row] = [
        {**compiled.construct_params(row, extracted, escape_names=False, _collected_params=collected)} for row in rows
    ]
    processors = cast(Mapping[str, Callable[[Any], Any]], compiled._bind_processors)  # noqa: SLF001 - see below
    for name, process in processors.items():
        for row in parameters:
            row[name] = process(row[name])
    return compiled.string, parameters


def _compile_once(session: AsyncSession, statement: Executable, rows: Sequence[Facts]) -> Any:
    # What takes facts was built once and is used again and again: itself is found faster than its shape.
    key = statement, len(rows) > 1, *rows[0]
    if (compiled := _ready.get(key)) is None:
        compiled = _ready[key] = cast(ClauseElement, statement).compile(
            dialect=session.get_bind().dialect, column_keys=sorted(rows[0]), for_executemany=len(rows) > 1
        )
    return compiled


def _compile_alike(session: AsyncSession, statement: Executable) -> tuple[Any, Any, Any]:
    # The one step that SQLAlchemy takes and does not offer: to find a statement of the same shape compiled.
    compiled, extracted, collected, _ = cast(ClauseElement, statement)._compile_w_cache(  # noqa: SLF001 - see above
        session.get_bind().dialect, compiled_cache=_alike, column_keys=[], for_executemany=False
    )
    return compiled, extracted, collected
