"""What the messages of a month cost, by unit, template and gateway."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import settings
from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch
from supervision.messaging.billed_parts import PARTS, beginning_of, month_after

# What a gateway took is billed, whether it arrived or not; of what is unknown nobody knows.
_TAKEN = text(f"""
    SELECT u.id AS unit_id, u.name AS unit_name, t.name AS template, m.gateway, count(*) AS messages,
        sum({PARTS})::bigint AS parts
    FROM message m JOIN official o ON o.id = m.official_id JOIN unit u ON u.id = o.unit_id
    JOIN template t ON t.id = m.template_id LEFT JOIN broadcast b ON b.id = m.broadcast_id
    WHERE NOT m.is_test AND m.accepted_at IS NOT NULL AND m.gateway IS NOT NULL
        AND m.not_before >= :first AND m.not_before < :next
    GROUP BY u.id, u.name, t.name, m.gateway ORDER BY u.id, t.name, m.gateway
""")  # noqa: S608 - our own text


async def read_message_costs(session: AsyncSession, _actor: Actor, *, month: str) -> dict[str, Any]:
    """Return messages, parts and their cost in fen of a month (2016-04), by the prices that are set now.

    A message belongs to the month in which it left by Shanghai's clock, and to the unit that its official has now.
    """
    first = date.fromisoformat(f"{month}-01")
    facts = {"first": beginning_of(first), "next": beginning_of(month_after(first))}
    rows = [_priced(row) for row in await fetch(session, _TAKEN, facts)]
    priced = [row["cost_fen"] for row in rows if row["cost_fen"] is not None]
    return {
        "month": month,
        "messages": sum(row["messages"] for row in rows),
        "parts": sum(row["parts"] for row in rows),
        "cost_fen": sum(priced, Decimal(0)),
        "unpriced_parts": sum(row["parts"] for row in rows if row["cost_fen"] is None),
        "rows": rows,
    }


def _priced(row: Row) -> dict[str, Any]:
    price = settings.current().part_prices_fen.get(row["gateway"])
    return {**row, "price_fen": price, "cost_fen": None if price is None else price * row["parts"]}
