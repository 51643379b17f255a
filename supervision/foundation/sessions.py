from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.orm import Session, SessionTransaction

Driver = psycopg.AsyncConnection[Any]

_ENTER = "SELECT set_config('role', %(role)s, true), set_config('ducha.jurisdiction', %(jurisdiction)s, true)"


# What `info` keeps of a transaction: where it was entered, and the moment that its clock has read.
_OF_A_TRANSACTION = ("entered", "moment")


class SyncSession(Session):
    """What SQLAlchemy's own work passes through, in the role and jurisdiction of the session around it."""


@event.listens_for(SyncSession, "after_begin")
def _enter_at_begin(session: SyncSession, transaction: SessionTransaction, connection: Connection) -> None:
    # Set on every begin, the empty jurisdiction included: a pooled connection must carry nothing over.
    place = _place(session.info)
    if not transaction.nested and session.info.get("entered") != place:
        connection.exec_driver_sql(_ENTER, place)
        session.info["entered"] = place


@event.listens_for(SyncSession, "after_soft_rollback")
def _forget_moment(session: SyncSession, _transaction: SessionTransaction) -> None:
    # The clock may have been held or released since the savepoint.
    session.info.pop("moment", None)


def _place(info: Mapping[str, Any]) -> dict[str, str]:
    return {"role": info["role"], "jurisdiction": str(info.get("jurisdiction") or "")}


class DriverSession(AsyncSession):
    """A session that stands in one role and jurisdiction, and can also speak to psycopg without a detour (driver.py).

    Both ways share one connection and one transaction, whichever begins it.
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
        self.info.pop("moment", None)
        if self.in_transaction() or (self._taken and self._taken[1].info.transaction_status != TransactionStatus.IDLE):
            await self._enter(await self.driver())

    async def commit(self) -> None:
        self._forget()
        if self.in_transaction():
            await super().commit()
        elif self._taken is not None:
            with self.telling():
                await self._taken[1].commit()

    async def rollback(self) -> None:
        self._forget()
        if self.in_transaction():
            await super().rollback()
        elif self._taken is not None:
            with self.telling():
                await self._taken[1].rollback()

    async def close(self) -> None:
        self._forget()
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

    def _forget(self) -> None:
        for name in _OF_A_TRANSACTION:
            self.info.pop(name, None)

    async def _enter(self, driver: Driver) -> None:
        place = _place(self.info)
        with self.telling():
            await driver.execute(_ENTER, place)
        self.info["entered"] = place


def _driver_of(connection: AsyncConnection) -> Driver:
    fairy = cast(Connection, connection.sync_connection).connection
    return cast(Driver, fairy.driver_connection)
