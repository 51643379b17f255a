from collections.abc import Iterator
from contextlib import contextmanager
from typing import LiteralString, cast

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine


class Heard:
    """What we said to the database, so that the reference can say the same."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def text(self, beginning: str, holding: str = "") -> LiteralString:
        """Return the one text, as psycopg got it, that begins so and holds this; refuses when there is none, or another."""
        found = {each for each in self.statements if each.lstrip().startswith(beginning) and holding in each}
        if len(found) != 1:
            raise LookupError(f"{len(found)} statements begin with {beginning} and hold {holding}")
        return cast(LiteralString, found.pop())


@contextmanager
def listening(engine: AsyncEngine) -> Iterator[Heard]:
    """Hear each statement that passes through SQLAlchemy inside the block."""
    heard = Heard()

    def hear(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        heard.statements.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", hear)
