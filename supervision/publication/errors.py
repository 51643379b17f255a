from supervision.foundation.errors import Conflict, Forbidden, Invalid


class UnknownProgressEntry(Invalid):
    """No progress entry has this id."""

    zh = "没有找到所指的进展记录。请核对编号。"
    en = "No such progress entry. Check the id."


class WorkSecretNotPublished(Conflict):
    """What is a work secret is made public by no feed."""

    zh = "该事项属于工作秘密，不能公开。"
    en = "The item is a work secret and is not published."


class ReportReturnedSince(Conflict):
    """What a report said that was returned for supplement counts no longer, and is not published."""

    code = "report_returned"
    zh = "该进展所在的报告已退回补报，不能公开。请待补报后另行起草。"
    en = "The report was returned for supplement, so this is not published. Draft anew from the supplement."


class AlreadyDrafted(Conflict):
    """One progress entry gives one publication."""

    zh = "该进展已有公开稿。请使用已有的公开稿。"
    en = "This progress entry has a publication already. Use the one that exists."


class NotUnderReview(Conflict):
    """Only a draft is reviewed."""

    zh = "只能审查待审的公开稿，该稿当前状态为 {state}。"
    en = "Only a draft can be reviewed; this publication is {state}."


class NotApproved(Conflict):
    """Nothing unreviewed is made public, and what was published is not published again."""

    zh = "只能发布审查通过且尚未发布的公开稿，该稿当前状态为 {state}。"
    en = "Only an approved publication that is not out yet can be published; this one is {state}."


class DrafterReviews(Forbidden):
    """Review is by another person than the drafter."""

    zh = "起草人不能审查自己的公开稿，请由另一人审查。"
    en = "The drafter may not review their own publication; another person must."


class ApprovalNeedsBasis(Invalid):
    """An approval names the legal basis of the publication."""

    zh = "审查通过须写明公开依据（legal_basis）。"
    en = "An approval must name its legal_basis."


class RefusalNeedsReason(Invalid):
    """A refused draft stays, with the reason."""

    zh = "审查不通过须写明理由（reason）。"
    en = "A refusal must give its reason."
