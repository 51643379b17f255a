from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Text,
    Uuid,
    all_,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from supervision.foundation.actors import Actor
from supervision.foundation.paging import Rows
from supervision.items.models import Item

# What waits for an actor at a moment.
Work = Callable[[Actor, datetime], Rows]
_DAY = text("interval '1 day'")


def waiting(kind: str, *, of: Any, title: Any, since: Any, path: Any, due: Any = None) -> Rows:
    """Tell of one kind of work: what it is, from which moment on it is late, since when it waits, where it is done."""
    return select(
        literal(kind).label("kind"),
        of.label("id"),
        cast(title, Text).label("title"),
        cast(null() if due is None else due, DateTime(timezone=True)).label("due_at"),
        cast(since, DateTime(timezone=True)).label("since"),
        cast(path, Text).label("path"),
    )


def end_of(day: Any) -> ColumnElement[datetime]:
    """Return the moment at which a day is over in Shanghai."""
    return func.timezone("Asia/Shanghai", cast(day, DateTime()) + _DAY)


def at(path: str, of: Any) -> ColumnElement[str]:
    return func.concat(path, of)


def words(*pieces: Any) -> ColumnElement[str]:
    return func.concat(*pieces)


def not_mine(actor: Actor, *people: Any) -> ColumnElement[bool]:
    """Leave out what the actor proposed, drafted or decided before: another person must go on with it."""
    mine = literal(sorted(actor.selves), ARRAY(Uuid()))
    return and_(*(or_(each.is_(None), each != all_(mine)) for each in people))


def deadline() -> ColumnElement[datetime]:
    """Return the moment from which an item is late; standing work has no end."""
    return case((Item.is_standing, None), else_=end_of(Item.deadline_on))
