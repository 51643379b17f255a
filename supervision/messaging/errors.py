from supervision.foundation.errors import Conflict, Forbidden, Invalid, Unauthenticated


class UnknownTemplate(Invalid):
    """No template of the jurisdiction has this name."""

    zh = "没有此名称的短信模板。请核对名称，或先建立模板。"
    en = "There is no template of this name. Check the name, or write the template first."


class TemplateNotFilled(Invalid):
    """The variables are not those that the template asks for."""

    zh = "模板变量与所给内容不一致，详见各项说明。"
    en = "The variables are not those that the template asks for; see the list of problems."


class TemplateNotSendable(Invalid):
    """The body of a template breaks the rules of what a gateway sends."""

    zh = "模板正文不符合发送要求，详见各项说明。"
    en = "The body cannot be sent as it is; see the list of problems."


class TemplateWrittenMeanwhile(Conflict):
    """Somebody else wrote the next version of the template at the same moment."""

    zh = "他人刚刚保存了该模板的新版本。请重新读取后再保存。"
    en = "Somebody else wrote the next version just now. Read it, then write yours."


class TextTooLong(Invalid):
    """The filled text is longer than a gateway takes."""

    zh = "填入变量后短信共 {parts} 条，超过上限 {most} 条。请缩短内容。"
    en = "Filled in, the text takes {parts} parts; {most} are the most. Shorten it."


class EmptyAudience(Invalid):
    """The audience names neither criteria nor officials."""

    zh = "未指定接收范围。请至少给出一个条件或一名人员。"
    en = "The audience is not described. Give at least one criterion or one official."


class UnknownRecipientGroup(Invalid):
    """No group of the jurisdiction has this id."""

    zh = "没有找到所指的接收组。请先建组，或核对编号。"
    en = "No such group. Keep the group first, or check the id."


class RecipientGroupExists(Conflict):
    """Another group has this name."""

    zh = "已有同名的接收组。请修改该组的成员，或换一个名称。"
    en = "There is a group of this name. Change its members, or choose another name."


class NobodyToTell(Conflict):
    """Nobody of the audience can be reached, so there is nothing to send."""

    zh = "接收范围内没有可发送的人员。请查看预览中未列入的原因。"
    en = "Nobody of the audience can be reached. See in the preview why they are left out."


class ShownDiffers(Conflict):
    """What would be sent is not what the preview showed."""

    zh = "将要发送的内容或人员与预览时不同。请重新预览后再确认。"
    en = "What would be sent is no longer what was shown. Preview it again, then confirm."


class SendTimeNotAhead(Invalid):
    """The moment at which a broadcast is to leave has passed, or is too far away."""

    zh = "发送时间须晚于现在，且在{days}天之内。请另选时间；不填则立即发送。"
    en = "It can only leave after now and within {days} days. Choose another moment, or none to send it at once."


class DayQuotaPassed(Conflict):
    """The broadcast would pass what the county may send in a day."""

    zh = "{day}限额{most}条，已用{used}条，本次需{wanted}条，仅余{left}条。请缩小范围、改期，或请管理员调整限额。"
    en = (
        "{day} may use {most} parts; {used} are used, this needs {wanted}, {left} are left. Tell fewer, or another day."
    )


class MonthQuotaPassed(Conflict):
    """The broadcast would pass what the county may send in a month."""

    zh = "当月短信限额为{most}条，已用{used}条，本次需{wanted}条，仅余{left}条。请缩小范围，或请管理员调整限额。"
    en = (
        "The month may use {most} parts; {used} are used, this needs {wanted}, {left} are left. Tell fewer, or have "
        "the administrator change the quota."
    )


class BroadcastOver(Conflict):
    """Nothing of the broadcast is queued any more, or it is paused or cancelled already."""

    zh = "该群发已全部发出、已暂停或已取消（当前状态：{state}），无可暂停或取消的短信。请重新读取其状态。"
    en = "All of it has left, or it was paused or cancelled (now: {state}): nothing to keep back. Read it again."


class BroadcastNotPaused(Conflict):
    """Only what is paused goes on."""

    zh = "该群发未处于暂停状态，不能恢复。请重新读取其状态。"
    en = "The broadcast is not paused, so it cannot go on. Read it again."


class BroadcastStoodStill(Conflict):
    """The broadcast was paused for so long that its text may be wrong by now."""

    zh = "该群发暂停已超过{days}天，内容可能已过时，不能恢复。请取消该群发，核对内容后重新群发。"
    en = "It was paused for more than {days} days and may no longer be true. Cancel it, and broadcast what is true now."


class MatterAlreadyBroadcast(Conflict):
    """Another text or audience was broadcast under this matter."""

    zh = "该事由已用于另一次群发。请为新的群发换一个事由。"
    en = "Another broadcast has this matter. Choose a new matter for a new broadcast."


class MalformedReceipt(Invalid):
    """The receipt is not what this gateway's protocol says."""

    zh = "状态报告的格式不符合网关协议，整批未接收，详见各项说明。"
    en = "The receipts are not what the gateway's protocol says, and none was taken; see the list of problems."


class UnsignedReceipt(Unauthenticated):
    """The receipt bears no valid and recent signature."""

    zh = "状态报告没有有效的签名，或签名时间相差超过五分钟。"
    en = "The receipt bears no valid signature, or its time is off by more than five minutes."


class MessageNotToDecide(Conflict):
    """The message reached its official, is under way, or was cancelled."""

    zh = "该短信已送达、仍在发送或已取消，无需处理。请重新读取其状态。"
    en = "The message arrived, is under way or was cancelled: there is nothing to decide. Read its state again."


class MessageAlreadyDecided(Conflict):
    """Somebody has decided about the message."""

    zh = "他人已对该短信作出处理。请重新读取。"
    en = "Somebody has decided about this message. Read it again."


class MessageNotToResend(Conflict):
    """The official has left or has no number, or the message's text was erased after its time."""

    zh = "该人员已离任或没有手机号码，或短信正文已按期清除，不能重发。请先补录号码，或改用电话告知。"
    en = "The official left or has no number, or the text was erased. Enter a number first, or tell them by telephone."


class ReplyAlreadyHandled(Conflict):
    """Somebody has handled the reply."""

    zh = "他人已处理该条回复。请重新读取。"
    en = "Somebody has handled this reply. Read it again."


class BroadcastNeedsApproval(Forbidden):
    """What goes to everybody, or is critical, is sent once another person has approved it."""

    zh = "面向全体人员或标为紧急的短信须由另一人批准。请先提请（/v1/broadcasts/proposals），批准后即发送。"
    en = "What goes to everybody or is critical needs another person. Propose it (/v1/broadcasts/proposals)."
