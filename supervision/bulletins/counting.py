from collections import Counter
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.bulletins.rules import Counts
from supervision.cadence.rules import end_of_day
from supervision.foundation.sessions import Row, fetch
from supervision.items.lateness import COUNTS_FOR_LATENESS
from supervision.progress.models import Obligation
from supervision.progress.rules import Standing, standing
from supervision.progress.states import ObligationState
from supervision.tasks.models import MEETS_TARGET

# As it was known at the end of the cut-off day. What was waived is finished; where the unit has reported completion,
# the review of the last round decides, and until then nobody knows. Else, as for the score, a task with indicators is
# finished when the latest figures meet all targets, and unknown while one has no figure; another when it stands at 100
# percent. What is unknown is open, and no laggard. An item that nobody has broken down is overdue past its deadline.
# What waits for approval or stands still is not open.
_ITEMS = text(f"""
    SELECT i.id AS item_id, i.number, i.title, i.deadline_on, count(t.id) AS tasks,
           {COUNTS_FOR_LATENESS} AND i.deadline_on < :cut_off
           AND (count(t.id) = 0 OR bool_or(s.is_finished IS FALSE)) AS is_overdue,
           coalesce(array_agg(DISTINCT u.name ORDER BY u.name) FILTER (WHERE s.is_finished IS FALSE), '{{}}') AS units
    FROM item i
    LEFT JOIN task t ON t.item_id = i.id
    LEFT JOIN unit u ON u.id = t.responsible_unit_id
    LEFT JOIN LATERAL (
        SELECT CASE
            WHEN EXISTS (
                SELECT FROM waiver w WHERE w.task_id = t.id AND w.decided_at < :until
                AND (w.state = 'granted' OR w.state = 'reopened' AND w.reopened_at >= :until)
            ) THEN true
            WHEN c.is_reported THEN c.is_passed
            WHEN m.indicators = 0 THEN coalesce((
                SELECT percent = 100 FROM progress_entry WHERE task_id = t.id AND received_at < :until
                ORDER BY received_at DESC, id DESC LIMIT 1
            ), false)
            WHEN m.figures = m.indicators THEN m.is_met
        END AS is_finished
        FROM (
            SELECT count(*) AS indicators, count(f.value) AS figures, bool_and({MEETS_TARGET}) AS is_met
            FROM indicator n LEFT JOIN LATERAL (
                SELECT value FROM figure WHERE indicator_id = n.id AND received_at < :until
                ORDER BY received_at DESC, id DESC LIMIT 1
            ) f ON true
            WHERE n.task_id = t.id
        ) m LEFT JOIN LATERAL (
            SELECT true AS is_reported, CASE
                WHEN reviewed_at < :until THEN state = 'passed' OR state = 'reopened' AND reopened_at >= :until
            END AS is_passed
            FROM completion_report WHERE task_id = t.id AND received_at < :until ORDER BY round DESC LIMIT 1
        ) c ON true
    ) s ON t.id IS NOT NULL
    WHERE i.received_on <= :cut_off AND (i.closed_on IS NULL OR i.closed_on > :cut_off)
    AND i.state NOT IN ('registered', 'refused') AND (i.suspended_on IS NULL OR i.suspended_on > :cut_off)
    GROUP BY i.id
    HAVING count(t.id) = 0 OR NOT bool_and(s.is_finished IS TRUE)
    ORDER BY i.deadline_on, i.number
""")  # noqa: S608 - the one thing put in is our own constant


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
