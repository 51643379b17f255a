from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Text, Uuid, bindparam, case, cast, func, literal, null, select, true

from supervision.foundation.actors import Actor
from supervision.foundation.paging import Rows

# What is told to an actor of the item that is asked for.
Statement = Callable[[Actor], Rows]
ITEM = bindparam("item", type_=Uuid())


@dataclass(frozen=True, slots=True)
class Section:
    """A part of an archive: its name, also in Chinese, the scopes that one must hold for it, and what it tells."""

    name: str
    title: str
    scopes: frozenset[str]
    statements: tuple[Statement, ...]


def happening(kind: str, *, at: Any, title: Any, of: Any, text: Any = None, by: Any = None, unit: Any = None) -> Rows:
    """Tell of one kind of thing that happened: when, what, in which words, by whom, in which unit, with which id."""
    return select(
        cast(at, DateTime(timezone=True)).label("at"),
        literal(kind).label("kind"),
        cast(title, Text).label("title"),
        cast(null() if text is None else text, Text).label("text"),
        cast(null() if by is None else by, Uuid).label("who_id"),
        cast(null() if unit is None else unit, Uuid).label("unit_id"),
        cast(of, Text).label("id"),
    ).where(at.is_not(None))


def seen_by(statement: Rows, *policies: Callable[[Actor], ColumnElement[bool]]) -> Statement:
    """Show it to those whom all of these policies let see it; without any, to all who see the item."""
    return lambda actor: statement.where(true(), *(sees(actor) for sees in policies))


def words(*pieces: Any) -> ColumnElement[str]:
    """Put pieces of text together; what is missing leaves nothing."""
    return func.concat(*pieces)


def lines(*pieces: Any) -> ColumnElement[str]:
    """Put the pieces that are there under one another."""
    return func.concat_ws("\n", *pieces)


def in_chinese(column: Any, names: Mapping[Any, str]) -> ColumnElement[str]:
    """Name the values of an enumeration in Chinese; one without a name stands for itself."""
    return case({str(value): name for value, name in names.items()}, value=column, else_=column)
