"""Whether a task, and so its item, is finished as it was known at a moment: asked here, and nowhere else.

For statements that are written out. `due` and `known` are SQL for moments: finished before `due`, as it was known
before `known`, which is not the earlier of the two; where they are one, it is how the task stood at that moment.
"""

from supervision.items.lateness import COUNTS_FOR_LATENESS
from supervision.progress.last_reported import last_entry, last_figure
from supervision.tasks.models import MEETS_TARGET


def is_finished(*, due: str, known: str) -> str:
    """Return a condition on `task t` (§3(3)); null is what nobody can know yet.

    A waiver counts whenever it was granted, a completion report when it was received in time and passed; while it
    waits for its review nobody knows. Once the office has reviewed a round, only its verdicts tell. Before that a task
    with indicators is finished when the last figures, whenever they came, meet all targets, and unknown while one has
    no figure; any other when it was reported at 100 percent in time. What a look back undid before `due` is undone.
    """
    return f"""(
        SELECT CASE
            WHEN EXISTS (
                SELECT FROM waiver w WHERE w.task_id = t.id AND w.decided_at < {known}
                AND (w.state = 'granted' OR w.state = 'reopened' AND w.reopened_at >= {due})
            ) THEN true
            WHEN c.is_passed THEN true
            WHEN c.is_waiting THEN NULL
            WHEN c.is_reviewed THEN false
            WHEN m.indicators = 0 THEN coalesce((
                SELECT percent = 100 FROM ({last_entry(before=due, known=known)}) last
            ), false)
            WHEN m.figures = m.indicators THEN m.is_met
        END
        FROM (
            SELECT bool_or(is_seen) AS is_reviewed, bool_or(received_at < {due} AND NOT is_seen) AS is_waiting,
                   bool_or(received_at < {due} AND is_seen
                           AND (state = 'passed' OR state = 'reopened' AND reopened_at >= {due})) AS is_passed
            FROM (
                SELECT state, received_at, reopened_at, coalesce(reviewed_at < {known}, false) AS is_seen
                FROM completion_report WHERE task_id = t.id AND received_at < {known}
            ) round
        ) c, (
            SELECT count(*) AS indicators, count(f.value) AS figures, bool_and({MEETS_TARGET}) AS is_met
            FROM indicator n LEFT JOIN LATERAL ({last_figure(known=known)}) f ON true
            WHERE n.task_id = t.id
        ) m
    )"""  # noqa: S608 - put together from our own words


def item_standing(*, due: str, known: str) -> str:
    """Return the SELECT of how an `item i` stands: its tasks, whether it is finished or unfinished, and whose it is.

    An item is finished when all its tasks are, unfinished when one is known not to be or nobody has broken it down;
    between the two nobody knows. `units` are the names of those that have still to finish it.
    """
    return f"""
        SELECT count(*) AS tasks, coalesce(bool_and(s.is_finished IS TRUE), false) AS is_finished,
               coalesce(bool_or(s.is_finished IS FALSE), true) AS is_unfinished,
               coalesce(array_agg(DISTINCT u.name ORDER BY u.name) FILTER (WHERE s.is_finished IS FALSE), '{{}}')
               AS units
        FROM task t JOIN unit u ON u.id = t.responsible_unit_id
        CROSS JOIN LATERAL (SELECT {is_finished(due=due, known=known)} AS is_finished) s
        WHERE t.item_id = i.id
    """  # noqa: S608 - put together from our own words


# The deadlines that an `item i` has let pass before `:today` without being closed, each with the moment at which it
# ended. An item is late from the day after its deadline, which a granted extension has moved; one that had been missed
# when its year's ledger was closed stays missed, and the one given instead is another that can be.
DEADLINES_PASSED = f"""
    SELECT d.deadline_on, d.nth, (d.deadline_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' AS ended_at
    FROM (
        SELECT deadline_on, row_number() OVER (ORDER BY deadline_on) AS nth
        FROM (
            SELECT deadline_on FROM carried_deadline WHERE item_id = i.id
            UNION ALL SELECT i.deadline_on
        ) had
    ) d
    WHERE d.deadline_on < :today AND {COUNTS_FOR_LATENESS} AND (i.closed_on IS NULL OR i.closed_on > d.deadline_on)
"""  # noqa: S608 - put together from our own words
