from supervision.foundation.errors import Invalid


class DeadlineBeforeReceipt(Invalid):
    """An item's deadline lies before the day on which it was received."""

    code = "deadline_before_receipt"
    zh = "时限早于收到日期。请核对两个日期。"
    en = "The deadline lies before the day of receipt. Check both dates."
