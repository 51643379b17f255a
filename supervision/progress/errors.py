from supervision.foundation.errors import Conflict, DayTooEarly, Invalid


class ObligationAlreadyFulfilled(Conflict):
    """The unit has reported for this period."""

    zh = "本期进展已经上报，不必重复上报。"
    en = "The report of this period has been received; nothing more is due."


class ObligationWaived(Conflict):
    """The duty was waived, because every item of the unit was closed."""

    zh = "本期报送已免除，不必上报。"
    en = "The report of this period was waived; nothing is due."


class ReportAlreadyReturned(Conflict):
    """The report was returned for supplement before."""

    zh = "该进展报告已退回补报。"
    en = "This report was returned for supplement before."


class ReceiptNotYet(Invalid):
    """What is entered has been received."""

    zh = "收到时间晚于现在。请填写实际收到的时间。"
    en = "The moment of receipt lies in the future. Give the moment at which the report came in."


class ReceiptTooEarly(Invalid):
    """A report comes after its period has begun, and a supplement after the report that it mends was returned."""

    zh = "收到时间早于本期报送开始或上次退回的时间（{opened_at}）。请核对。"
    en = "The report cannot have come before {opened_at}, when its period began or the last report was returned."


class SupplementLimitPassed(DayTooEarly):
    """A return sets a limit that can still be kept."""

    zh = "补报时限早于今天（{today}）。"
    en = "The limit for the supplement lies before today ({today})."


class ReportNotComplete(Invalid):
    """A report names each open task of its unit once, with figures of that task's indicators only."""

    zh = "上报内容与本单位承办的任务不一致：每项任务应当且只能填报一次，指标须属于该任务。详见各项说明。"
    en = (
        "The report does not match the unit's tasks: name each task exactly once, "
        "and only indicators of that task. See the list of problems."
    )
