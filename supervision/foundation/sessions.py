from collections.abc import Mapping, Sequence
from typing import Any, LiteralString, cast

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import DictRow, dict_row
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

_ENTER: LiteralString = (
    "SELECT set_config('role', %(role)s, true), set_config('ducha.jurisdiction', %(jurisdiction)s, true)"
)
_compiled: LRUCache[Any, Any] = LRUCache(1000)


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


class HouseSession(AsyncSession):
    """A session that stands in one role and jurisdiction, and can also speak to psycopg without a detour.

    A request that only reads needs neither SQLAlchemy's transaction nor its results, which cost several times what
    the reading itself does. Both ways share one connection and one transaction, whichever begins it.
    """

    _taken: AsyncConnection | None = None

    async def driver(self) -> Driver:
        """Return psycopg's connection in this session's transaction, begun and entered where the session stands."""
        if self._taken is None and not self.in_transaction() and isinstance(self.bind, AsyncEngine):
            self.bind = self._taken = await self.bind.connect()
        if self._taken is None:
            # On somebody else's connection only SQLAlchemy keeps our transaction apart from the one around it.
            return _driver_of(await self.connection())
        driver = _driver_of(self._taken)
        if driver.info.transaction_status == TransactionStatus.IDLE:
            await self._enter(driver)
        return driver

    async def enter(self) -> None:
        """Go where `info` says that the session stands, if a transaction runs; its beginning does so by itself."""
        if self.in_transaction() or (self._taken and _driver_of(self._taken).info.transaction_status):
            await self._enter(await self.driver())

    async def _enter(self, driver: Driver) -> None:
        place = _place(self.info)
        try:
            await driver.execute(_ENTER, place)
        except psycopg.Error as error:
            raise _told(self, driver, _ENTER, error) from error
        self.info["entered"] = place

    async def commit(self) -> None:
        if self.in_transaction():
            await super().commit()
        elif self._taken is not None:
            await _driver_of(self._taken).commit()
        self.info.pop("entered", None)

    async def rollback(self) -> None:
        if self.in_transaction():
            await super().rollback()
        elif self._taken is not None:
            await _driver_of(self._taken).rollback()
        self.info.pop("entered", None)

    async def close(self) -> None:
        if self.in_transaction():
            await super().close()
        self.info.pop("entered", None)
        if self._taken is not None:
            # The pool rolls back what was left open.
            taken, self._taken = self._taken, None
            self.bind = taken.engine
            await taken.close()


async def fetch(session: AsyncSession, statement: Executable, facts: Facts | None = None) -> list[Row]:
    """Return a statement's rows as psycopg reads them; lists of parameters need the session's own execute."""
    await _flush(session)
    sql, parameters = _write(session, statement, [facts or {}])
    driver = await cast(HouseSession, session).driver()
    cursor = cast(psycopg.AsyncCursor[DictRow], driver.cursor(row_factory=dict_row))
    try:
        await cursor.execute(sql, parameters[0])
        return await cursor.fetchall()
    except psycopg.Error as error:
        raise _told(session, driver, sql, error) from error


async def fetch_one(session: AsyncSession, statement: Executable, facts: Facts | None = None) -> Row | None:
    """Return the row of a statement that finds one at most."""
    rows = await fetch(session, statement, facts)
    return rows[0] if rows else None


async def send(session: AsyncSession, statement: Executable, rows: Sequence[Facts] = ({},)) -> None:
    """Send a statement of which nothing is asked, once for each of the rows."""
    await _flush(session)
    sql, parameters = _write(session, statement, rows)
    driver = await cast(HouseSession, session).driver()
    try:
        if len(rows) == 1:
            await driver.execute(sql, parameters[0])
        else:
            await driver.cursor().executemany(sql, parameters)
    except psycopg.Error as error:
        raise _told(session, driver, sql, error) from error


async def _flush(session: AsyncSession) -> None:
    # As the session's own execute does: what was added before is there to be found.
    if session.new or session.dirty or session.deleted:
        await session.flush()


def _write(session: AsyncSession, statement: Executable, rows: Sequence[Facts]) -> tuple[LiteralString, list[Row]]:
    """Compile a statement, or find it compiled, and fill in its parameters."""
    # The one step that SQLAlchemy takes and does not offer: to find a statement of the same shape compiled.
    compiled, extracted, collected, _ = cast(ClauseElement, statement)._compile_w_cache(  # noqa: SLF001 - see above
        session.get_bind().dialect,
        compiled_cache=_compiled,
        column_keys=sorted(rows[0]),
        for_executemany=len(rows) > 1,
    )
    if not isinstance(compiled, SQLCompiler) or compiled.post_compile_params or compiled.insert_prefetch:
        raise TypeError("lists of parameters and Python's defaults need the session's own execute")
    parameters = [
        compiled.construct_params(row, extracted, escape_names=False, _collected_params=collected) for row in rows
    ]
    for name, process in compiled._bind_processors.items():  # noqa: SLF001 - see above
        for row in parameters:
            row[name] = process(row[name])
    return cast(LiteralString, compiled.string), parameters


def _driver_of(connection: AsyncConnection) -> Driver:
    return cast(Driver, connection.sync_connection.connection.driver_connection)


def _told(session: AsyncSession, driver: Driver, sql: str, error: psycopg.Error) -> BaseException:
    """Tell of an error as SQLAlchemy does; when the server has gone, so have the pool's other connections."""
    if driver.closed:
        session.get_bind().engine.dispose(close=False)
    return DBAPIError.instance(
        sql, None, error, psycopg.Error, hide_parameters=True, connection_invalidated=driver.closed
    )
