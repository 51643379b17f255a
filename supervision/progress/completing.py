from collections import Counter
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor
from supervision.foundation.errors import NotFound
from supervision.identity.models import Unit
from supervision.items.models import Item, Ledger, LedgerEntry
from supervision.progress import policy, rules
from supervision.progress.models import Figure, ProgressEntry, ProgressReport
from supervision.progress.states import ReportState
from supervision.tasks.models import Indicator, Task

# A ledger is imported whole from a table of at most this many rows.
MOST_ROWS = 2000


async def get_completion(session: AsyncSession, actor: Actor, year: int) -> dict[str, Any]:
    """Compare each indicator of a year's ledger with its latest figure; refuses a year without a ledger.

    What was returned does not count. The figure may come after the year: a year's figure usually does.
    """
    ledger_id = await session.scalar(select(Ledger.id).where(Ledger.year == year))
    if ledger_id is None:
        raise NotFound
    rows = [_completed(row) for row in await _read_indicators(session, actor, ledger_id)]
    count = Counter(row["verdict"] for row in rows)
    return {"year": year, **{str(verdict): count[verdict] for verdict in rules.CompletionVerdict}, "data": rows}


def _completed(row: RowMapping) -> dict[str, Any]:
    verdict = rules.completion(row["comparator"], row["target"], row["target_high"], row["figure"])
    return {**row, "verdict": verdict.verdict, "percent": verdict.percent}


async def _read_indicators(session: AsyncSession, actor: Actor, ledger_id: UUID) -> list[RowMapping]:
    latest = (
        select(Figure.value, Figure.received_at)
        .join(ProgressEntry, ProgressEntry.id == Figure.entry_id)
        .join(ProgressReport, ProgressReport.id == ProgressEntry.report_id)
        .where(Figure.indicator_id == Indicator.id, ProgressReport.state == ReportState.RECEIVED)
        .order_by(Figure.received_at.desc(), Figure.id.desc())
        .limit(1)
        .lateral()
    )
    statement = (
        select(
            LedgerEntry.no,
            Item.id.label("item_id"),
            Item.number.label("item_number"),
            Task.id.label("task_id"),
            Task.goal,
            Unit.id.label("unit_id"),
            Unit.name.label("unit"),
            Indicator.id.label("indicator_id"),
            Indicator.name.label("indicator"),
            Indicator.comparator,
            Indicator.target,
            Indicator.target_high,
            Indicator.unit_of_measure,
            latest.c.value.label("figure"),
            latest.c.received_at.label("figure_received_at"),
        )
        .join(Item, Item.id == LedgerEntry.item_id)
        .join(Task, Task.item_id == Item.id)
        .join(Unit, Unit.id == Task.responsible_unit_id)
        .join(Indicator, Indicator.task_id == Task.id)
        .outerjoin(latest, true())
        .where(LedgerEntry.ledger_id == ledger_id, policy.completion_visible_to(actor))
        .order_by(LedgerEntry.no, Task.no, Indicator.id)
        .limit(MOST_ROWS)
    )
    return list((await session.execute(statement)).mappings())
