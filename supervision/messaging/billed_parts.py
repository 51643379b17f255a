"""Of how many parts a message is, which gateways bill one by one, and the days in which it leaves."""

from datetime import date, datetime, time

from supervision.cadence.moments import at

# Of `message m LEFT JOIN broadcast b`. What came before parts were noted is measured, as long as its text is kept.
PARTS = """coalesce(m.parts, b.parts,
    CASE WHEN char_length(m.text) <= 70 THEN 1 ELSE ceil(char_length(m.text) / 67.0)::int END, 1)"""


def beginning_of(day: date) -> datetime:
    """Return the moment at which a day begins in Shanghai."""
    return at(day, time.min)


def month_after(month: date) -> date:
    """Return the first day of the month after that of a first day."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
