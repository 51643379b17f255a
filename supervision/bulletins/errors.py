from supervision.foundation.errors import AnotherPersonNeeded, Conflict, DayInFuture, DayTooEarly, Forbidden, Invalid
from supervision.items.errors import UnknownItem


class NotFirstOfMonth(Invalid):
    """A circular's month is named by its first day."""

    zh = "通报月份须填写当月第一天。"
    en = "Name the month of a circular by its first day."


class CutOffOutOfRange(DayInFuture):
    """The figures are cut off on a day of the month or after it, and not in the future."""

    zh = "截止日不得早于当月第一天，也不得晚于今天（{today}）。"
    en = "The cut-off day may lie neither before the month nor after today ({today})."


class MonthAlreadyDrafted(Conflict):
    """A month or quarter has one circular, but for those that were discarded."""

    zh = "该月（季）已有督查通报。请使用已有的通报，或先作废。"
    en = "The month or quarter has its circular. Use the one that exists, or discard it first."


class CircularStateForbids(Conflict):
    """The circular's state does not allow this; once issued it is frozen."""

    zh = "该通报当前状态为 {state}，不能办理此操作；印发后不得更改。"
    en = "The circular is {state}, which does not allow this; once issued it is never changed."


class OnlyDrafterAmends(Forbidden):
    """The drafter alone writes the draft, so that whoever checks or issues it sees it with other eyes."""

    zh = "只有起草人可以修改通报稿。请退回起草人，或作废后重新起草。"
    en = "Only the drafter may change the draft. Return it to the drafter, or discard it and draft anew."


class DrafterSignsOff(AnotherPersonNeeded):
    """A circular is checked and issued by another person than its drafter."""

    zh = "起草人不能核稿或签发自己起草的通报，请由另一人办理。"
    en = "The drafter may neither check nor issue the circular; another person must."


class AlreadyNamed(Conflict):
    """The circular says this of the unit or official already."""

    zh = "该通报已就同一事项列入该单位或人员。"
    en = "The circular names this unit or official for the same matter already."


class UnitOrOfficial(Invalid):
    """A criticism names a unit or an official, and not both."""

    zh = "通报批评须指明单位或人员之一，不得同时填写。"
    en = "A criticism names either a unit or an official."


class MatterItemUnknown(UnknownItem):
    """The item that is named does not exist."""

    zh = "没有找到所涉的督查事项。请核对编号，或不填此项。"
    en = "The item was not found. Check the id, or leave it out."


class LimitInPast(DayTooEarly):
    """A rectification's limit lies on a day that is not over."""

    zh = "整改期限早于今天（{today}）。"
    en = "The limit lies before today ({today})."


class RectificationStateForbids(Conflict):
    """The order's state does not allow this."""

    zh = "该整改通知当前状态为 {state}，不能办理此操作。"
    en = "The rectification order is {state}, which does not allow this."


class OrdererVerifies(AnotherPersonNeeded):
    """Rectification is verified by another person than the one who ordered it."""

    zh = "整改须由下达人以外的人核验。"
    en = "Rectification is verified by another person than the one who ordered it."


class DayOutOfOrder(Invalid):
    """An answer or an outcome does not come before what it answers."""

    zh = "所填日期早于前一步骤的日期（{before}）。"
    en = "The day lies before that of the step before it ({before})."


class FollowUpConcluded(Conflict):
    """The outcome was noted before."""

    zh = "该媒体跟踪已登记结果。"
    en = "The outcome of this follow-up was noted before."


class ProposalStateForbids(Conflict):
    """The proposal's state does not allow this."""

    zh = "该问责建议当前状态为 {state}，不能办理此操作。"
    en = "The accountability proposal is {state}, which does not allow this."


class OfficialOfAnotherUnit(Invalid):
    """The official whom a proposal names belongs to the unit that it names."""

    zh = "所指人员不属于所指单位。"
    en = "The official does not belong to the unit."


class TaskOfAnotherUnit(Invalid):
    """The task to which a proposal traces back is one that the named unit is responsible for."""

    zh = "没有找到由所指单位承办的该任务。"
    en = "No such task for which the unit is responsible."
