"""What was last reported, for statements that are written out; a report that was returned counts for nothing.

`before` and `known` are SQL for moments: what was received before the one, as it was known before the other.
"""

# All that is on record by now.
ALL_KNOWN = "CAST('infinity' AS timestamptz)"


def last_entry(*, before: str, known: str) -> str:
    """Return the SELECT of a `task t`'s last entry, as percent and received_at."""
    return f"""
        SELECT e.percent, e.received_at FROM progress_entry e JOIN progress_report r ON r.id = e.report_id
        WHERE e.task_id = t.id AND e.received_at < {before} AND (r.returned_at IS NULL OR r.returned_at >= {known})
        ORDER BY e.received_at DESC, e.id DESC LIMIT 1
    """  # noqa: S608 - put together from our own words


def last_figure(*, known: str) -> str:
    """Return the SELECT of an `indicator n`'s last figure, as value and received_at, whenever it came."""
    return f"""
        SELECT f.value, f.received_at FROM figure f
        JOIN progress_entry e ON e.id = f.entry_id JOIN progress_report r ON r.id = e.report_id
        WHERE f.indicator_id = n.id AND f.received_at < {known} AND (r.returned_at IS NULL OR r.returned_at >= {known})
        ORDER BY f.received_at DESC, f.id DESC LIMIT 1
    """  # noqa: S608 - put together from our own words
