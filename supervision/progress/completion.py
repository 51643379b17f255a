from collections import Counter
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Numeric, RowMapping, select, text, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from supervision.foundation.actors import Actor
from supervision.foundation.errors import or_not_found
from supervision.identity.models import Unit
from supervision.items.models import Item
from supervision.ledgers.models import Ledger, LedgerEntry
from supervision.progress import policy, rules
from supervision.progress.last_reported import ALL_KNOWN, last_figure
from supervision.tasks.models import Indicator, Task

# A ledger is imported whole from a table of at most this many rows.
MOST_ROWS = 2000


# An alias as `last_figure` wants it.
_INDICATOR = aliased(Indicator, name="n")
_LAST = text(last_figure(known=ALL_KNOWN)).columns(value=Numeric, received_at=DateTime(timezone=True)).lateral()


async def get_completion(session: AsyncSession, actor: Actor, year: int) -> dict[str, Any]:
    """Compare each indicator of a year's ledger with its latest figure; refuses a year without a ledger.

    What was returned does not count. The figure may come after the year: a year's figure usually does.
    """
    ledger_id = or_not_found(await session.scalar(select(Ledger.id).where(Ledger.year == year)))
    rows = [_completed(row) for row in await _read_indicators(session, actor, ledger_id)]
    count = Counter(row["verdict"] for row in rows)
    return {"year": year, **{str(verdict): count[verdict] for verdict in rules.CompletionVerdict}, "data": rows}


def _completed(row: RowMapping) -> dict[str, Any]:
    verdict = rules.completion(row["comparator"], row["target"], row["target_high"], row["figure"])
    return {**row, "verdict": verdict.verdict, "percent": verdict.percent}


async def _read_indicators(session: AsyncSession, actor: Actor, ledger_id: UUID) -> list[RowMapping]:
    statement = (
        select(
            LedgerEntry.no,
            Item.id.label("item_id"),
            Item.number.label("item_number"),
            Task.id.label("task_id"),
            Task.goal,
            Unit.id.label("unit_id"),
            Unit.name.label("unit"),
            _INDICATOR.id.label("indicator_id"),
            _INDICATOR.name.label("indicator"),
            _INDICATOR.comparator,
            _INDICATOR.target,
            _INDICATOR.target_high,
            _INDICATOR.unit_of_measure,
            _LAST.c.value.label("figure"),
            _LAST.c.received_at.label("figure_received_at"),
        )
        .join(Item, Item.id == LedgerEntry.item_id)
        .join(Task, Task.item_id == Item.id)
        .join(Unit, Unit.id == Task.responsible_unit_id)
        .join(_INDICATOR, _INDICATOR.task_id == Task.id)
        .outerjoin(_LAST, true())
        .where(LedgerEntry.ledger_id == ledger_id, policy.completion_visible_to(actor))
        .order_by(LedgerEntry.no, Task.no, _INDICATOR.id)
        .limit(MOST_ROWS)
    )
    return list((await session.execute(statement)).mappings())
