from datetime import date

from supervision.ledgers.errors import LedgerYearTooFar

# Ledgers of this many years are still at hand in an office.
_YEARS_BACK = 50


def check_ledger_year(year: int, *, today: date, is_imported: bool = False) -> None:
    """Refuse to open a ledger of a year that is far away: a slip of it would stay in the items' numbers.

    What a spreadsheet brings may be of a year long past.
    """
    first, last = today.year - (_YEARS_BACK if is_imported else 1), today.year + 1
    if not first <= year <= last:
        raise LedgerYearTooFar(first=first, last=last)


def last_to_close(today: date) -> int:
    """Return the latest year whose ledger should be closed by now: the first half of January is there for it."""
    return today.year - (1 if today > ledger_work_ends_on(today.year) else 2)


def ledger_work_ends_on(year: int) -> date:
    """Return the last day on which a year's ledger is opened, and that of the year before closed, in time."""
    return date(year, 1, 15)
