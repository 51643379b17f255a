from collections import Counter
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.bulletins.rules import Counts
from supervision.cadence.moments import end_of_day
from supervision.foundation.driver import Row, fetch
from supervision.items.lateness import COUNTS_FOR_LATENESS
from supervision.progress.models import Obligation
from supervision.progress.rules import Standing, standing
from supervision.progress.states import ObligationState
from supervision.reviews.task_standing import item_standing

# As it was known at the end of the cut-off day. What is unknown is open, and no laggard; what waits for approval or
# stands still is not open.
_ITEMS = text(f"""
    SELECT i.id AS item_id, i.number, i.title, i.deadline_on, s.tasks, s.units,
           {COUNTS_FOR_LATENESS} AND i.deadline_on < :cut_off AND s.is_unfinished AS is_overdue
    FROM item i CROSS JOIN LATERAL ({item_standing(due=":until", known=":until")}) s
    WHERE i.received_on <= :cut_off AND (i.closed_on IS NULL OR i.closed_on > :cut_off)
    AND i.state NOT IN ('registered', 'refused') AND (i.suspended_on IS NULL OR i.suspended_on > :cut_off)
    AND NOT s.is_finished
    ORDER BY i.deadline_on, i.number
""")  # noqa: S608 - what is put in is our own text


async def count_work(
    session: AsyncSession, *, period: tuple[date, date], cut_off_on: date
) -> tuple[Counts, Sequence[Row]]:
    """Count, as it was known at the end of the cut-off day, what is open and how the period's reports came (§4(1)).

    Returns the counts, and the items past their deadline and unfinished, the longest overdue first.
    """
    until = end_of_day(cut_off_on)
    items = await fetch(session, _ITEMS, {"cut_off": cut_off_on, "until": until})
    overdue = [row for row in items if row["is_overdue"]]
    owed = select(Obligation.due_at, Obligation.fulfilled_at).where(
        Obligation.period_last.between(*period),
        Obligation.state.in_((ObligationState.OPEN, ObligationState.FULFILLED)),
    )
    stands = Counter(
        standing(due_at, fulfilled_at if fulfilled_at and fulfilled_at < until else None, until)
        for due_at, fulfilled_at in await session.execute(owed)
    )
    counts = Counts(
        items_open=len(items),
        items_overdue=len(overdue),
        tasks=sum(row["tasks"] for row in items),
        reports_on_time=stands[Standing.ON_TIME],
        reports_late=stands[Standing.LATE],
        reports_missing=stands[Standing.MISSING],
    )
    return counts, overdue


def as_json(row: Row) -> dict[str, object]:
    """Return an overdue item as a circular keeps it."""
    item_id: UUID = row["item_id"]
    return {
        "item_id": str(item_id),
        "number": row["number"],
        "title": row["title"],
        "deadline_on": row["deadline_on"].isoformat(),
        "units": row["units"],
    }
