from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import psycopg
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine


@dataclass(frozen=True)
class Said:
    """A statement, and the facts that were sent with it, of which many are the same each time."""

    text: str
    facts: Mapping[str, Any]


class Heard:
    """What we said to the database, so that the reference can say the same."""

    def __init__(self) -> None:
        self.statements: dict[str, Mapping[str, Any]] = {}

    def said(self, beginning: str, holding: str = "") -> Said:
        """Return the one statement that begins so and holds this; refuses when there is none, or another one."""
        found = [each for each in self.statements if each.lstrip().startswith(beginning) and holding in each]
        if len(found) != 1:
            raise LookupError(f"{len(found)} statements begin with {beginning} and hold {holding}")
        return Said(found[0], self.statements[found[0]])


@contextmanager
def listening(engine: AsyncEngine) -> Iterator[Heard]:
    """Hear each statement that psycopg is given by the engine's connections inside the block."""
    heard = Heard()

    class Listener(psycopg.AsyncCursor[Any]):
        async def execute(self, query: Any, *facts: Any, **options: Any) -> Self:
            heard.statements[str(query)] = facts[0] if facts and facts[0] else {}
            return await super().execute(query, *facts, **options)

        async def executemany(self, query: Any, *facts: Any, **options: Any) -> None:
            heard.statements[str(query)] = facts[0][0]
            await super().executemany(query, *facts, **options)

    def attach(dbapi_connection: Any, *_: object) -> None:
        dbapi_connection.driver_connection.cursor_factory = Listener

    def detach(dbapi_connection: Any, *_: object) -> None:
        dbapi_connection.driver_connection.cursor_factory = psycopg.AsyncCursor

    pool = engine.sync_engine.pool
    event.listen(pool, "checkout", attach)
    event.listen(pool, "checkin", detach)
    try:
        yield heard
    finally:
        event.remove(pool, "checkout", attach)
        event.remove(pool, "checkin", detach)
