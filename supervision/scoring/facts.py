"""What is on record that may cost a unit points; what it costs, the rules tell."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import clock
from supervision.foundation.driver import fetch
from supervision.progress.last_reported import ALL_KNOWN
from supervision.reviews.task_standing import DEADLINES_PASSED, is_finished
from supervision.scoring.rules import CircularCriticism, Fact, Lateness

_LATENESS = text(f"""
    SELECT DISTINCT u.id AS unit_id, i.id AS item_id, i.number, i.kind AS item_kind, d.deadline_on, d.nth
    FROM item i CROSS JOIN LATERAL ({DEADLINES_PASSED}) d
    JOIN task t ON t.item_id = i.id
    JOIN unit u ON u.id = t.responsible_unit_id AND u.kind IN ('township', 'department')
    WHERE {is_finished(due="d.ended_at", known=ALL_KNOWN)} IS FALSE
""")  # noqa: S608 - what is put in is our own text
# A criticism of an official is none of the unit's.
_CRITICISMS = text("""
    SELECT c.unit_id, c.item_id, c.id AS criticism_id, b.number, b.issued_on, c.reason
    FROM criticism c
    JOIN circular b ON b.id = c.circular_id AND b.state = 'issued'
    JOIN unit u ON u.id = c.unit_id AND u.kind IN ('township', 'department')
""")


async def list_lateness(session: AsyncSession, now: datetime) -> list[Fact]:
    """List every deadline by which a scored unit did not finish a task of an item (annex art. 7, 8, 11)."""
    rows = await fetch(session, _LATENESS, {"today": now.astimezone(clock.SHANGHAI).date()})
    return [Lateness(**row) for row in rows]


async def list_criticisms(session: AsyncSession) -> list[Fact]:
    """List every criticism of a scored unit in an issued circular (annex art. 12)."""
    return [CircularCriticism(**row) for row in await fetch(session, _CRITICISMS)]
