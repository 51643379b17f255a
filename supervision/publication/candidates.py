"""What the record offers for publication, and why: fit to publish, measurable, visibly progressing (§5(2))."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Integer, String, Uuid, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch
from supervision.foundation.paging import Page, PageRequest, Rows, page
from supervision.publication import candidate_tests
from supervision.publication.deadlines import read_late_before, read_publish_by
from supervision.publication.rules import shorten

# Of each task the last report that stands, measured against the one before. Long because it is one question.
_PROGRESS = """
    SELECT 'progress' AS channel, e.id, t.goal AS title,
           CAST(timezone('Asia/Shanghai', e.received_at) AS date) AS fact_on,
           e.percent AS reached, coalesce(b.percent, 0) AS before, m.figures AS figures, m.nodes AS nodes,
           m.nodes_reached AS nodes_reached, '' AS state
    FROM task t
    JOIN item i ON i.id = t.item_id AND i.secrecy <> 'work_secret' AND i.state IN ('open', 'closed')
    JOIN LATERAL (
        SELECT e.id, e.percent, e.received_at, r.obligation_id FROM progress_entry e
        JOIN progress_report r ON r.id = e.report_id AND r.state = 'received'
        WHERE e.task_id = t.id ORDER BY e.received_at DESC, e.id DESC LIMIT 1
    ) e ON true
    JOIN obligation o ON o.id = e.obligation_id
    LEFT JOIN LATERAL (
        SELECT x.percent FROM progress_entry x JOIN progress_report r ON r.id = x.report_id AND r.state = 'received'
        WHERE x.task_id = t.id AND (x.received_at, x.id) < (e.received_at, e.id)
        ORDER BY x.received_at DESC, x.id DESC LIMIT 1
    ) b ON true
    CROSS JOIN LATERAL (
        SELECT (SELECT count(*) FROM figure f WHERE f.entry_id = e.id) AS figures,
               (SELECT count(*) FROM milestone n WHERE n.task_id = t.id) AS nodes,
               (SELECT count(*) FROM milestone n WHERE n.task_id = t.id
                AND n.reached_on BETWEEN o.period_first AND o.period_last) AS nodes_reached
    ) m
    WHERE NOT EXISTS (SELECT FROM publication p WHERE p.progress_entry_id = e.id)
    AND m.figures + m.nodes > 0 AND (e.percent > coalesce(b.percent, 0) OR m.nodes_reached > 0)
"""
_CIRCULARS = """
    SELECT 'circulars', c.id, c.title, c.issued_on, s.commended, s.criticised, 0, 0, 0, c.number
    FROM circular c CROSS JOIN LATERAL (
        SELECT (SELECT count(*) FROM commendation m WHERE m.circular_id = c.id) AS commended,
               (SELECT count(*) FROM criticism k LEFT JOIN item i ON i.id = k.item_id
                WHERE k.circular_id = c.id AND i.secrecy IS DISTINCT FROM 'work_secret') AS criticised
    ) s
    WHERE c.state = 'issued' AND s.commended + s.criticised > 0
    AND NOT EXISTS (SELECT FROM publication p WHERE p.circular_id = c.id)
"""
_ORDERS = """
    SELECT 'exposure', r.id, r.matter, CAST(timezone('Asia/Shanghai', r.ordered_at) AS date),
           r.limit_on - CAST(timezone('Asia/Shanghai', r.ordered_at) AS date), 0, 0, 0, 0, r.state
    FROM rectification_order r LEFT JOIN item i ON i.id = r.item_id
    WHERE i.secrecy IS DISTINCT FROM 'work_secret'
    AND NOT EXISTS (SELECT FROM publication p WHERE p.rectification_order_id = r.id)
"""
_OFFERED = (
    text(f"{_PROGRESS} UNION ALL {_CIRCULARS} UNION ALL {_ORDERS}")
    .columns(
        channel=String,
        id=Uuid,
        title=String,
        fact_on=Date,
        reached=Integer,
        before=Integer,
        figures=Integer,
        nodes=Integer,
        nodes_reached=Integer,
        state=String,
    )
    .subquery("offered")
)


async def list_candidates(
    session: AsyncSession, _actor: Actor, request: PageRequest[UUID], *, channel: str | None = None
) -> Page:
    """List what passes the three tests and has no publication, the oldest first, each with its reasons."""
    late = await read_late_before(session, await clock.today(session))
    statement: Rows = select(_OFFERED)
    if channel is not None:
        statement = statement.where(_OFFERED.c.channel == channel)
    identity: Any = _OFFERED.c.id
    found = await page(session, statement, request, identity=identity)
    publish_by = await read_publish_by(session, {row["fact_on"] for row in found.rows})
    rows = [_candidate(row, publish_by[row["fact_on"]], is_late=row["fact_on"] < late) for row in found.rows]
    return Page(rows, found.next)


async def count_candidates(session: AsyncSession, _actor: Actor) -> Row:
    """Count what is offered, and of it what the clock of 20 working days ran out on."""
    late = await read_late_before(session, await clock.today(session))
    is_late = _OFFERED.c.fact_on < late
    counted = select(func.count().label("candidates"), func.count().filter(is_late).label("late_candidates"))
    (row,) = await fetch(session, counted.select_from(_OFFERED))
    return row


def _candidate(row: Row, publish_by_on: date, *, is_late: bool) -> Row:
    return {
        "id": row["id"],
        "channel": row["channel"],
        "title": shorten(row["title"]),
        "fact_on": row["fact_on"],
        "publish_by_on": publish_by_on,
        "is_late": is_late,
        "reasons": candidate_tests.reasons(row),
    }
