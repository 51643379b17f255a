from supervision.foundation.errors import Conflict, Invalid


class LedgerYearNotOver(Conflict):
    """A ledger is closed after its year's last day."""

    zh = "{year}年尚未结束，不能结账。请于次年办理。"
    en = "The year {year} is not over, so its ledger cannot be closed yet."


class CarriedDeadlinesRefused(Invalid):
    """New dates are given once for each unfinished item past its deadline, and lie ahead."""

    zh = "所给的新时限有误：每个时限已过而未办结的事项只能给一次，且须晚于结账之日。详见各项说明。"
    en = "New dates are for unfinished items past their deadline, one each, after today. See the list of problems."


class EarlierLedgerStands(Conflict):
    """Ledgers are closed in the order of their years."""

    zh = "{year}年度台账尚未结账，请先办理。"
    en = "The ledger of {year} is not closed yet; close it first."
