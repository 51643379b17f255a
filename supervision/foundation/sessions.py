from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import dict_row
from sqlalchemy import Connection, Executable, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.util import LRUCache

Row = dict[str, Any]
Facts = Mapping[str, Any]
Driver = psycopg.AsyncConnection[Any]

_ENTER = "SELECT set_config('role', %(role)s, true), set_config('ducha.jurisdiction', %(jurisdiction)s, true)"
# Compiled statements, found by themselves and by their shape.
_ready: LRUCache[Any, Any] = LRUCache(1000)
_alike: LRUCache[Any, Any] = LRUCache(1000)


class SyncSession(Session):
    """What SQLAlchemy's own work passes through, in the role and jurisdiction of the session around it."""


@event.listens_for(SyncSession, "after_begin")
def _enter_at_begin(session: SyncSession, transaction: SessionTransaction, connection: Connection) -> None:
    # Set on every begin, the empty jurisdiction included: a pooled connection must carry nothing over.
    place = _place(session.info)
    if not transaction.nested and session.info.get("entered") != place:
        connection.exec_driver_sql(_ENTER, place)
        session.info["entered"] = place


def _place(info: Facts) -> dict[str, str]:
    return {"role": info["role"], "jurisdiction": str(info.get("jurisdiction") or "")}


class DriverSession(AsyncSession):
    """A session that stands in one role and jurisdiction, and can also speak to psycopg without a detour.

    A request that only reads needs neither SQLAlchemy's transaction nor its results, which cost several times what
    the reading itself does. Both ways share one connection and one transaction, whichever begins it.
    """

    _taken: tuple[AsyncConnection, Driver] | None = None

    async def driver(self) -> Driver:
        """Return psycopg's connection in this session's transaction, begun and entered where the session stands."""
        if self._taken is None and not self.in_transaction() and isinstance(self.bind, AsyncEngine):
            self.bind = connection = await self.bind.connect()
            self._taken = connection, _driver_of(connection)
        if self._taken is None or self.in_transaction():
            # SQLAlchemy sends what it has begun, a savepoint perhaps, only when it is asked for the connection.
            return _driver_of(await self.connection())
        driver = self._taken[1]
        if driver.info.transaction_status == TransactionStatus.IDLE:
            await self._enter(driver)
        return driver

    async def enter(self) -> None:
        """Go where `info` says that the session stands, if a transaction runs; its beginning does so by itself."""
        if self.in_transaction() or (self._taken and self._taken[1].info.transaction_status != TransactionStatus.IDLE):
            await self._enter(await self.driver())

    async def commit(self) -> None:
        self.info.pop("entered", None)
        if self.in_transaction():
            await super().commit()
        elif self._taken is not None:
            with self.telling():
                await self._taken[1].commit()

    async def rollback(self) -> None:
        self.info.pop("entered", None)
        if self.in_transaction():
            await super().rollback()
        elif self._taken is not None:
            with self.telling():
                await self._taken[1].rollback()

    async def close(self) -> None:
        self.info.pop("entered", None)
        if self.in_transaction():
            await super().close()
        if self._taken is not None:
            (connection, driver), self._taken = self._taken, None
            self.bind = connection.engine
            if driver.closed:
                await connection.invalidate()
            # The pool rolls back what was left open.
            await connection.close()
            if driver.closed:
                # The server has gone, and with it all that waits in the pool.
                await connection.engine.dispose()

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Tell of psycopg's errors as SQLAlchemy does."""
        try:
            yield
        except psycopg.Error as error:
            is_gone = self._taken is not None and self._taken[1].closed
            raise DBAPIError.instance(
                None, None, error, psycopg.Error, hide_parameters=True, connection_invalidated=is_gone
            ) from error

    async def _enter(self, driver: Driver) -> None:
        place = _place(self.info)
        with self.telling():
            await driver.execute(_ENTER, place)
        self.info["entered"] = place


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


def _driver_of(connection: AsyncConnection) -> Driver:
    fairy = cast(Connection, connection.sync_connection).connection
    return cast(Driver, fairy.driver_connection)
