from datetime import date

from supervision.cadence.rules import Period, PeriodKind, period_of

MONTHS_IN_A_QUARTER = 3
# A settled year is opened again by two who did not propose it.
APPROVALS_TO_REOPEN = 2


def quarter_of(year: int, quarter: int) -> Period:
    """Return the days of a year's quarter, 1 to 4."""
    return period_of(PeriodKind.QUARTER, date(year, quarter * MONTHS_IN_A_QUARTER, 1))
