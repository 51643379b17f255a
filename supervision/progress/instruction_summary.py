from collections import Counter
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.cadence.moments import end_of_day
from supervision.cadence.periods import Period
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch, fetch_one
from supervision.items.lateness import COUNTS_FOR_LATENESS
from supervision.messaging import outbox
from supervision.messaging.outbox import NewMessage
from supervision.progress.last_reported import last_entry
from supervision.progress.models import Digest, Obligation
from supervision.progress.rules import Covers, DigestKind, Standing, standing
from supervision.progress.states import ObligationState

# The instructions that a month has to do with: what stood open in it, as it was known at the month's end.
_INSTRUCTIONS = f"""
    SELECT i.id, i.received_on >= :first AS is_new, i.closed_on <= :last AS is_closed,
           (i.closed_on IS NULL OR i.closed_on > :last) AS is_open,
           (i.closed_on IS NULL OR i.closed_on > :last) AND i.deadline_on <= :last
           AND {COUNTS_FOR_LATENESS} AS is_overdue
    FROM item i
    WHERE i.kind = 'instruction' AND i.received_on <= :last AND (i.closed_on IS NULL OR i.closed_on >= :first)
    AND i.state NOT IN ('registered', 'refused', 'void', 'merged')
"""  # noqa: S608 - put together from our own constants
_COUNTS = """
    count(*) AS instructions, count(*) FILTER (WHERE i.is_new) AS new, count(*) FILTER (WHERE i.is_closed) AS closed,
    count(*) FILTER (WHERE i.is_open) AS open, count(*) FILTER (WHERE i.is_overdue) AS overdue
"""
_BY_LEADER = text(f"""
    WITH i AS ({_INSTRUCTIONS}), given AS (
        SELECT DISTINCT l.official_id, p.item_id
        FROM paper_leader l JOIN instruction_paper p ON p.id = l.paper_id
    )
    SELECT given.official_id, {_COUNTS}
    FROM given JOIN i ON i.id = given.item_id
    GROUP BY given.official_id ORDER BY given.official_id
""")  # noqa: S608 - put together from our own constants
_ALL = text(f"WITH i AS ({_INSTRUCTIONS}) SELECT {_COUNTS} FROM i")  # noqa: S608 - likewise
_TASKS = text(f"""
    WITH i AS ({_INSTRUCTIONS})
    SELECT count(*) AS tasks, round(avg(e.percent), 1) AS mean_percent
    FROM task t JOIN i ON i.id = t.item_id
    LEFT JOIN LATERAL ({last_entry(before=":until", known=":until")}) e ON true
""")  # noqa: S608 - likewise


async def summarise_instructions(session: AsyncSession, actor: Actor, period: Period) -> UUID | None:
    """Summarise a month's instructions to the leaders who gave them (§2(3)); each is written to about their own.

    Made again, the first summary is returned and nothing is sent; None where no leader's instruction was in hand.
    """
    of_the_month = (Digest.period_first == period.first, Digest.period_last == period.last)
    known = await session.scalar(select(Digest.id).where(*of_the_month))
    if known is not None:
        return known
    facts = {"first": period.first, "last": period.last, "until": end_of_day(period.last)}
    leaders = await fetch(session, _BY_LEADER, facts)
    if not leaders:
        return None
    (whole,) = await fetch(session, _ALL, facts)
    digest = Digest(
        kind=DigestKind.INSTRUCTION_MONTH,
        period_first=period.first,
        period_last=period.last,
        made_at=await clock.now(session),
        counts=await _count(session, period, facts),
        text=f"{period.label_zh}领导批（交）办事项汇总：{_told(whole)}。",
        leaders_broadcast_id=None,
        officials_broadcast_id=None,
    )
    session.add(digest)
    messages = [
        NewMessage(
            official_id=each["official_id"],
            matter=f"instructions:{period.first}:{period.last}",
            variables={"period": period.label_zh, "counts": _told(each)},
        )
        for each in leaders
    ]
    count = await outbox.queue(session, actor, template="instructions", messages=messages)
    await audit.record(session, actor, "digest.made", digest.id, period=period.label_zh, messages=count)
    return digest.id


def _told(row: Row) -> str:
    return (
        f"在办及本月办结{row['instructions']}件，其中新收{row['new']}件，办结{row['closed']}件，"
        f"未办结{row['open']}件，超过时限{row['overdue']}件"
    )


async def _count(session: AsyncSession, period: Period, facts: dict[str, Any]) -> dict[str, Any]:
    """Count how the weekly feedback due in the month was kept, and how far the instructions' tasks have come."""
    owed = select(Obligation.due_at, Obligation.fulfilled_at, Obligation.unit_id).where(
        Obligation.covers == Covers.INSTRUCTIONS,
        Obligation.period_last.between(period.first, period.last),
        (Obligation.state != ObligationState.WAIVED) | Obligation.marked_late_at.is_not(None),
    )
    now = await clock.now(session)
    duties = (await session.execute(owed)).all()
    stands = Counter(standing(duty.due_at, duty.fulfilled_at, now) for duty in duties)
    tasks = await fetch_one(session, _TASKS, facts) or {}
    mean = tasks["mean_percent"]
    return {
        "units": len({duty.unit_id for duty in duties}),
        "on_time": stands[Standing.ON_TIME],
        "late": stands[Standing.LATE],
        "missing": stands[Standing.MISSING] + stands[Standing.DUE],
        "tasks": tasks["tasks"],
        "mean_percent": None if mean is None else str(mean),
    }
