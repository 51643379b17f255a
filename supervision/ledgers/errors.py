from supervision.foundation.errors import Conflict, Invalid


class LedgerAlreadyOpen(Conflict):
    """A year has one ledger."""

    zh = "{year}年度台账已于{opened_on}建立，可直接使用。"
    en = "The ledger of {year} was opened on {opened_on}; go on with it."


class LedgerYearTooFar(Invalid):
    """A ledger is opened for the year before, for this year or for the next one."""

    zh = "只能建立{first}年至{last}年的台账，请核对年度。往年的台账可用表格导入。"
    en = "A ledger is opened for {first} to {last}; check the year. One of years past is imported from its spreadsheet."


class LedgerAlreadyClosed(Conflict):
    """Nothing is entered in a closed ledger, and it is counted and closed no more."""

    zh = "该年度台账已于{closed_on}结账。"
    en = "The ledger of this year was closed on {closed_on}."


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
