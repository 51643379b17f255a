from supervision.foundation.errors import AnotherPersonNeeded, Conflict, Forbidden, Gone, Invalid, NotFound


class UnknownProgressEntry(Invalid):
    """No progress entry has this id."""

    zh = "没有找到所指的进展记录。请核对编号。"
    en = "No such progress entry. Check the id."


class UnknownCircular(Invalid):
    """No circular has this id."""

    zh = "没有找到所指的督查通报。请核对编号。"
    en = "No such circular. Check the id."


class UnknownRectificationOrder(Invalid):
    """No rectification order has this id."""

    zh = "没有找到所指的限时整改单。请核对编号。"
    en = "No such rectification order. Check the id."


class OneSourceNeeded(Invalid):
    """A draft comes from one thing of the record."""

    zh = "请只填一项来源：progress_entry_id（进展）、circular_id（通报）或 rectification_order_id（限时整改）。"
    en = "Name exactly one source: progress_entry_id, circular_id or rectification_order_id."


class WorkSecretNotPublished(Conflict):
    """What is a work secret is made public by no feed."""

    zh = "该事项属于工作秘密，不能公开；如正文提到这类事项，请删去。"
    en = "The item is a work secret and is not published; where the text tells of such an item, take that out."


class ReportReturnedSince(Conflict):
    """What a report said that was returned for supplement counts no longer, and is not published."""

    code = "report_returned"
    zh = "该进展所在的报告已退回补报，不能公开。请待补报后另行起草。"
    en = "The report was returned for supplement, so this is not published. Draft anew from the supplement."


class CircularNotIssued(Conflict):
    """A circular is published once it is issued."""

    zh = "该督查通报尚未印发，不能公开。请在印发后起草。"
    en = "The circular is not issued yet. Draft from it once it is."


class NobodyMentioned(Conflict):
    """A circular that names nobody whom the public may read of gives no publication."""

    zh = "该督查通报没有可以公开的表扬或批评，不能起草公开稿。"
    en = "The circular holds no commendation or criticism that may be published, so there is nothing to draft."


class AlreadyDrafted(Conflict):
    """One thing of the record gives one publication."""

    zh = "该内容已有公开稿。请使用已有的公开稿。"
    en = "This has a publication already. Use the one that exists."


class CorrectionWaits(Conflict):
    """One correction at a time."""

    zh = "该公开内容已有一份更正稿待审或待发。请先处理该稿。"
    en = "A correction of this publication waits already. Finish that one first."


class OnlyDrafterEdits(Forbidden):
    """A draft is changed by whoever wrote it, so that its reviewer is another person."""

    zh = "只有起草人可以修改公开稿。请将意见告知起草人。"
    en = "Only its drafter may change a draft. Tell the drafter what should change."


class NoLongerDraft(Conflict):
    """What was reviewed is changed no more."""

    zh = "只能修改尚未审查的公开稿，该稿当前状态为 {state}；已公开的请另行更正。"
    en = "Only a draft that is not reviewed can be changed; this one is {state}. Correct what is out by a correction."


class NotUnderReview(Conflict):
    """Only a draft is reviewed."""

    zh = "只能审查待审的公开稿，该稿当前状态为 {state}。"
    en = "Only a draft can be reviewed; this publication is {state}."


class NotApproved(Conflict):
    """Nothing unreviewed is made public, and what was published is not published again."""

    zh = "只能发布审查通过且尚未发布的公开稿，该稿当前状态为 {state}。"
    en = "Only an approved publication that is not out yet can be published; this one is {state}."


class NotPublished(Conflict):
    """Only what is out can be corrected or withdrawn."""

    zh = "只能更正或撤回已公开的内容，该稿当前状态为 {state}。"
    en = "Only what is published can be corrected or withdrawn; this publication is {state}."


class DrafterReviews(AnotherPersonNeeded):
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


class RedactionNotFound(Invalid):
    """A passage that is to be left out must stand in the text, and is left out of what is approved."""

    zh = "第 {place} 处拟隐去的文字在标题和正文中均未出现，或审查未予通过。请逐字核对。"
    en = "Redaction {place} stands neither in the title nor in the body, or nothing was approved. Copy it exactly."


class NameNeedsBasis(Conflict):
    """A post is shown by default, a person's name where a basis is recorded."""

    zh = "标题、正文或更正说明中含有人员姓名。请删去，或在 name_basis 中写明公开姓名的依据。"
    en = "A person's name stands in the title, body or note. Take it out, or record in name_basis why it may be shown."


class PersonalNumberNotPublished(Conflict):
    """Nobody's mobile telephone or identity card number is published."""

    zh = "标题、正文或更正说明中含有手机号码或身份证号码，不能公开。请删去，或在审查时隐去（redactions）。"
    en = "A mobile telephone or identity card number stands in the text. Take it out, or leave it out by `redactions`."


class PublicationWithdrawn(Gone):
    """What was published here was withdrawn."""

    zh = "该公开内容已撤回。"
    en = "What was published here was withdrawn."


class CommentBlank(Invalid):
    """A comment holds something."""

    zh = "留言内容为空。请写下您的意见后再提交。"
    en = "The comment is empty. Write what you want to say."


class CommentTooLong(Invalid):
    """A comment and a contact have their limits."""

    zh = "留言最多{longest}字，联系方式最多{longest_contact}字。请缩短后再提交。"
    en = "A comment has {longest} characters at most, a contact {longest_contact}. Shorten it."


class QuestionNotAnswered(Invalid):
    """Whoever comments answers a question within an hour."""

    zh = "验证题答案不对或已过期。请回答新的题目后再提交。"
    en = "The answer is wrong or came too late. Answer the new question."


class TooManyComments(Conflict):
    """One address sends so many comments an hour at most."""

    zh = "您所在的网络一小时内留言已达{most}条。请稍后再提交。"
    en = "{most} comments have come from your network within an hour. Send yours later."


class CommentDecided(Conflict):
    """What is refused stays so, and what is public is not approved again."""

    zh = "该留言当前状态为 {state}，不能再作此处理。"
    en = "The comment is {state}; this cannot be done any more."


class CommentTellsSecret(Conflict):
    """No comment tells the public of a work secret."""

    zh = "该留言提到属于工作秘密的事项，不能公开。请不予公开，并按需转为线索。"
    en = "The comment tells of a work secret and cannot be shown. Refuse it, and take it up if it matters."


class CommentNamesPerson(Conflict):
    """No comment names an official in public."""

    zh = "该留言含有干部姓名，不能公开。请不予公开，并按需转为线索。"
    en = "The comment names an official and cannot be shown. Refuse it, and take it up if it matters."


class CommentTellsNumber(Conflict):
    """No comment tells somebody's mobile telephone or identity card number in public."""

    zh = "该留言含有手机号码或身份证号码，不能公开。请不予公开，并按需转为线索。"
    en = "The comment tells a mobile telephone or identity card number. Refuse it, and take it up if it matters."


class CommentTakenUp(Conflict):
    """A comment is taken up once."""

    zh = "该留言已转办，不能重复转办。"
    en = "The comment was taken up already."


class OpinionNeedsItem(Invalid):
    """An opinion is on an item."""

    zh = "作为意见转办须指明督查事项（item_id）。"
    en = "An opinion must name its item_id."


class NoContact(NotFound):
    """The author of a comment gave no contact, or its time is over."""

    zh = "留言人未留联系方式，或已到期删除。"
    en = "No contact was given, or it was erased after its time."


class ColourNotReadable(Invalid):
    """A county's colour can be read on the portal's pages."""

    zh = "颜色须写作 #rrggbb（小写），与浅色页面的对比度不低于 {least}:1。请选用更深的颜色。"
    en = "A colour is #rrggbb in small letters, with a contrast of {least}:1 to a light page. Choose a darker one."


class NotAnEmblem(Invalid):
    """An emblem is a small PNG."""

    zh = "徽标须为 PNG 文件，不超过 {kib} KiB，长宽不超过 {pixels} 像素。"
    en = "An emblem is a PNG of {kib} KiB and {pixels} pixels at most."


class PressRoundNotOver(Conflict):
    """The press is given whole periods of two months."""

    zh = "这两个月尚未结束，期满后再送媒体（{due_on}前）。"
    en = "These two months are not over. Send them to the press afterwards, until {due_on}."


class PressRoundSent(Conflict):
    """What two months brought is sent once."""

    zh = "这两个月的内容已送过媒体。其后的更正随下一期送出。"
    en = "These two months were sent already. Later corrections go with the next ones."


class NothingForThePress(Conflict):
    """Nothing was published in these two months that the press could be given."""

    zh = "这两个月没有可送媒体的公开内容，无须报送。"
    en = "Nothing that stands was published in these two months, so nothing is to be sent."
