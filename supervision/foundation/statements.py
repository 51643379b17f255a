from collections.abc import Mapping, Sequence
from typing import Any, LiteralString, cast

import psycopg
from psycopg.rows import DictRow, dict_row
from sqlalchemy import Connection, Executable
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.util import LRUCache

Row = dict[str, Any]
Facts = Mapping[str, Any]
Driver = psycopg.AsyncConnection[Any]

_DRIVER = "driver"
_compiled: LRUCache[Any, Any] = LRUCache(1000)


async def fetch(session: AsyncSession, statement: Executable, facts: Facts | None = None) -> list[Row]:
    """Return a statement's rows as psycopg reads them, in the session's transaction.

    What is only read and written out again needs no result of SQLAlchemy's, which costs several times what the
    reading does.
    """
    await _flush(session)
    sql, parameters = _write(session, statement, [facts or {}])
    driver = await driver_of(session)
    cursor = cast(psycopg.AsyncCursor[DictRow], driver.cursor(row_factory=dict_row))
    try:
        await cursor.execute(sql, parameters[0])
        return await cursor.fetchall()
    except psycopg.Error as error:
        raise _told(session, driver, sql, error) from error


async def fetch_one(session: AsyncSession, statement: Executable, facts: Facts | None = None) -> Row | None:
    """Return the one row of a statement that finds at most one."""
    rows = await fetch(session, statement, facts)
    return rows[0] if rows else None


async def send(session: AsyncSession, statement: Executable, rows: Sequence[Facts]) -> int:
    """Send a statement once for each of the rows, of which there is at least one, and return how many it met."""
    await _flush(session)
    sql, parameters = _write(session, statement, rows)
    driver = await driver_of(session)
    cursor = driver.cursor()
    try:
        await (cursor.executemany(sql, parameters) if len(rows) > 1 else cursor.execute(sql, parameters[0]))
    except psycopg.Error as error:
        raise _told(session, driver, sql, error) from error
    return cursor.rowcount


async def say(session: AsyncSession, sql: LiteralString, facts: Facts) -> None:
    """Send one statement that is text already."""
    driver = await driver_of(session)
    try:
        await driver.execute(sql, facts)
    except psycopg.Error as error:
        raise _told(session, driver, sql, error) from error


def remember_driver(info: dict[Any, Any], connection: Connection) -> None:
    """Keep at hand what the session's running transaction speaks to."""
    info[_DRIVER] = connection.connection.driver_connection


def forget_driver(info: dict[Any, Any]) -> None:
    info.pop(_DRIVER, None)


async def driver_of(session: AsyncSession) -> Driver:
    """Return what the session's transaction speaks to, and begin one if none runs."""
    if session.info.get(_DRIVER) is None:
        await session.connection()
    return cast(Driver, session.info[_DRIVER])


async def _flush(session: AsyncSession) -> None:
    # As the session's own execute does: what was added before is there to be found.
    if session.new or session.dirty or session.deleted:
        await session.flush()


def _write(session: AsyncSession, statement: Executable, rows: Sequence[Facts]) -> tuple[LiteralString, list[Row]]:
    """Compile a statement, or find it compiled, and fill its parameters in."""
    dialect = session.get_bind().dialect
    # The one step that SQLAlchemy has, and does not offer: its cache of compiled statements.
    compiled, extracted, collected, _ = cast(ClauseElement, statement)._compile_w_cache(  # noqa: SLF001 - see above
        dialect, compiled_cache=_compiled, column_keys=sorted(rows[0]), for_executemany=len(rows) > 1
    )
    assert isinstance(compiled, SQLCompiler)
    if compiled.post_compile_params or compiled.insert_prefetch or compiled.update_prefetch:
        raise TypeError("lists of parameters and Python's defaults need the session's own execute")
    processors = compiled._bind_processors  # noqa: SLF001 - see above
    parameters = [
        compiled.construct_params(row, extracted, escape_names=False, _collected_params=collected) for row in rows
    ]
    for row in parameters if processors else ():
        for name, process in processors.items():
            row[name] = process(row[name])
    return cast(LiteralString, compiled.string), parameters


def _told(session: AsyncSession, driver: Driver, sql: str, error: psycopg.Error) -> BaseException:
    """Tell of an error as SQLAlchemy does, and give up the pool's connections when the server has."""
    is_gone = driver.closed
    if is_gone:
        session.get_bind().engine.dispose(close=False)
    return DBAPIError.instance(
        sql, None, error, psycopg.Error, hide_parameters=True, connection_invalidated=is_gone
    )
