from supervision.foundation.errors import AnotherPersonNeeded, Conflict, DayTooEarly, Invalid


class TaskSettled(Conflict):
    """The task was passed or waived before."""

    zh = "该任务已审查通过或免于办理，不必再办。"
    en = "The task was passed or waived; nothing more is due."


class CompletionUnderReview(Conflict):
    """A completion report of the task waits for its review."""

    zh = "该任务已有办结报告待审查。请等待审查结论。"
    en = "A completion report of this task waits for its review. Wait for the verdict."


class WaiverUndecided(Conflict):
    """A waiver of the task waits for its decision."""

    zh = "该任务已有免办申请待决定。请等待决定。"
    en = "A waiver of this task waits for its decision. Wait for it."


class UnknownEvidence(Invalid):
    """A piece of evidence is none of the attachments that were sent."""

    zh = "有{count}件佐证材料没有找到。请先上传附件，再填写其编号。"
    en = "{count} pieces of evidence were not found. Send the attachments first, then name their ids."


class CompletionAlreadyReviewed(Conflict):
    """A round is reviewed once."""

    zh = "只能审查待审查的办结报告，该报告当前状态为 {state}。"
    en = "Only a completion report that waits can be reviewed; this one is {state}."


class ReporterReviews(AnotherPersonNeeded):
    """A completion report is reviewed by another person than who sent it."""

    zh = "办结报告须由报告人以外的人审查。"
    en = "A completion report is reviewed by another person than the one who sent it."


class VerdictAgainstCriteria(Invalid):
    """A report passes when every criterion is met, and only then."""

    zh = "审查结论与逐条标准不符：各条均达到方可通过，退回须写明未达到的标准。"
    en = "The verdict does not follow from the criteria: pass when all are met, return when one is not."


class PassNeedsFeedback(Invalid):
    """Who passes a report writes the feedback opinion, and sets no limit for rework."""

    zh = "审查通过须写明督查反馈意见及其报送对象，且不得填写重办时限。"
    en = "A pass needs feedback_opinion and feedback_to, and takes no rework_until_on."


class ReturnNeedsLimit(Invalid):
    """Who returns a report sets a new limit, and writes no feedback opinion."""

    zh = "退回重办须写明新的时限，且不得填写督查反馈意见。"
    en = "A return needs rework_until_on, and takes no feedback opinion."


class ReworkLimitPast(DayTooEarly):
    """The limit for rework lies before today."""

    zh = "重办时限早于今天（{today}）。"
    en = "The limit for rework lies before today ({today})."


class WaiverAlreadyDecided(Conflict):
    """A waiver is decided once."""

    zh = "只能决定待定的免办申请，该申请当前状态为 {state}。"
    en = "Only a waiver that waits can be decided; this one is {state}."


class AskerDecidesWaiver(AnotherPersonNeeded):
    """Who asked for a waiver neither decides on it nor approves it."""

    zh = "免办申请人不得自行决定或批准，须由另一人办理。"
    en = "Who asked for the waiver may neither decide nor approve it; another person must."


class WaiverWithoutAuthority(Invalid):
    """Without the setting body's written opinion or a principal county leader's approval nothing is waived."""

    zh = "免于办理须有原工作安排机构的书面意见（附文号），或者县委、县政府主要领导的批准。"
    en = (
        "A waiver needs the setting body's written opinion with its reference, or a principal county leader's approval."
    )


class OpinionWithoutReference(Invalid):
    """A written opinion comes with its reference, and a reference with its opinion."""

    zh = "书面意见及其文号须同时填写。"
    en = "The written opinion and its reference come together."


class RefusalTakesNoApproval(Invalid):
    """Who refuses a waiver names nobody who approved it."""

    zh = "不予免办时不得填写批准人。"
    en = "A refusal takes no approved_by_id; leave it out."


class NotAPrincipalCountyLeader(Invalid):
    """Only a principal county leader in post approves a waiver."""

    zh = "批准人须为在职的县委、县政府主要领导。"
    en = "The waiver must be approved by a principal county leader who is in post."


class ItemWithoutTasks(Conflict):
    """An item that was never broken down has no verdict by which it could close."""

    zh = "该事项尚未分解任务，没有可据以销号的审查结论。"
    en = "The item was not broken down into tasks, so there is no verdict by which it could close."


class TasksUnsettled(Conflict):
    """An item closes only when each of its tasks is passed or waived."""

    zh = "还有{count}项任务未审查通过或免于办理，不能销号。"
    en = "{count} tasks are neither passed nor waived, so the item cannot be closed."


class NothingToTransfer(Conflict):
    """Only what a unit still has to do is transferred."""

    zh = "该单位在此事项中没有未办结的任务，无可移交。"
    en = "The unit has nothing left to do for this item, so there is nothing to transfer."
