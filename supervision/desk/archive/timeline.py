from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.desk import policy
from supervision.desk.archive import sections
from supervision.desk.errors import ArchiveTooLong
from supervision.foundation.actors import Actor
from supervision.foundation.clock import SHANGHAI
from supervision.foundation.driver import fetch
from supervision.foundation.paging import Rows
from supervision.identity import policy as identity
from supervision.identity.models import Client, Official, Unit
from supervision.items import queries as items

# An archive is read whole; a longer one in parts.
MOST_EVENTS = 5_000


@dataclass(frozen=True, slots=True)
class DaySpan:
    """From which day to which an archive is read, both included; all of it, if neither is given."""

    since_on: date | None = None
    until_on: date | None = None


EVER = DaySpan()


async def get_archive(session: AsyncSession, actor: Actor, item_id: UUID, *, days: DaySpan = EVER) -> dict[str, Any]:
    """Read an item with everything that the actor may see of it, in order, of these days if any are given.

    The parts for which the actor lacks a scope are left out and named. Refuses an item out of sight, and more than
    5,000 entries.
    """
    item = await items.get_item(session, actor, item_id)
    rows = await fetch(session, _timeline(actor, days), {"item": item_id})
    if len(rows) > MOST_EVENTS:
        raise ArchiveTooLong(limit=MOST_EVENTS)
    return {"item": item, "data": rows, "left_out": [section.name for section in sections.closed_to(actor)]}


def _timeline(actor: Actor, days: DaySpan) -> Rows:
    told = union_all(
        *(tell(actor).add_columns(literal(no).label("no")) for no, tell in enumerate(sections.open_to(actor)))
    ).subquery()
    official = select(Official.id, Official.name).where(identity.officials_visible_to(actor)).subquery()
    client = select(Client.id, Client.name).where(policy.clients_visible_to(actor)).subquery()
    statement: Rows = (
        select(
            told.c.at,
            told.c.kind,
            told.c.title,
            told.c.text,
            Unit.name.label("unit"),
            func.coalesce(official.c.name, client.c.name).label("who"),
            told.c.id,
        )
        .select_from(told)
        .outerjoin(Unit, Unit.id == told.c.unit_id)
        .outerjoin(official, official.c.id == told.c.who_id)
        .outerjoin(client, client.c.id == told.c.who_id)
        # Ids are made in order, which helps where a held clock does not.
        .order_by(told.c.at, told.c.id, told.c.no)
        .limit(MOST_EVENTS + 1)
    )
    if days.since_on is not None:
        statement = statement.where(told.c.at >= _midnight(days.since_on))
    if days.until_on is not None:
        statement = statement.where(told.c.at < _midnight(days.until_on + timedelta(days=1)))
    return statement


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
