from supervision.foundation.errors import Conflict, Invalid


class ObligationAlreadyFulfilled(Conflict):
    """The unit has reported for this period."""

    code = "obligation_already_fulfilled"
    zh = "本期进展已经上报，不必重复上报。"
    en = "The report of this period has been received; nothing more is due."


class ObligationWaived(Conflict):
    """The duty was waived, because every item of the unit was closed."""

    code = "obligation_waived"
    zh = "本期报送已免除，不必上报。"
    en = "The report of this period was waived; nothing is due."


class ReportNotComplete(Invalid):
    """A report names each open task of its unit once, with figures of that task's indicators only."""

    code = "report_not_complete"
    zh = "上报内容与本单位承办的任务不一致：每项任务应当且只能填报一次，指标须属于该任务。详见各项说明。"
    en = (
        "The report does not match the unit's tasks: name each task exactly once, "
        "and only indicators of that task. See the list of problems."
    )
