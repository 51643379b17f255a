from supervision.foundation.errors import AnotherPersonNeeded, Conflict, DayInFuture, Invalid


class DeadlineBeforeReceipt(Invalid):
    """An item's deadline lies before the day on which it was received."""

    zh = "时限早于收到日期。请核对两个日期。"
    en = "The deadline lies before the day of receipt. Check both dates."


class ItemClosed(Conflict):
    """The item was closed out (销号)."""

    zh = "该事项已于{closed_on}销号。确需继续办理的，请先回头看并重新打开。"
    en = "The item was closed on {closed_on}. To go on with it, reopen it after a look back."


class ItemNotOpen(Conflict):
    """The item's state does not allow this."""

    zh = "该事项当前状态为 {state}，不能执行此操作。"
    en = "The item is {state}; this cannot be done with it."


class ItemNeverLate(Conflict):
    """An item that waits, stands still, ended otherwise than by its close-out, or is standing work is never late."""

    zh = "该事项待核准、已中止、终止、作废、合并，或者属于常态工作，不计逾期。"
    en = "The item awaits approval, is suspended, terminated, void, merged or standing work; it is never late."


class StandingWork(Conflict):
    """Standing work has no end but its termination."""

    zh = "常态工作不销号；确需结束的，请终止该事项。"
    en = "Standing work is not closed out. To end it, terminate the item."


class RegistrarActsAlone(AnotherPersonNeeded):
    """Who registered an item neither confirms its registration nor takes it back."""

    zh = "立项的核准、不予立项和作废须由登记人以外的人办理。"
    en = "Another person than the one who registered the item approves, refuses or voids it."


class DeadlineNeeded(Invalid):
    """Only standing work is registered without a deadline."""

    zh = "非常态工作须填写时限。"
    en = "What is not standing work needs a deadline."


class StandingTakesNoDeadline(Invalid):
    """Standing work has no deadline."""

    zh = "常态工作不设时限，请删去。"
    en = "Standing work takes no deadline; leave it out."


class MergeIntoItself(Invalid):
    """An item is merged into another one."""

    zh = "事项不能并入其自身。"
    en = "An item cannot be merged into itself."


class UnknownPerson(Invalid):
    """Items are handed over to somebody who is there: an official in post, or a client."""

    zh = "没有找到接手人。请填写在职人员或接入方的编号。"
    en = "The person who takes over was not found. Name an official in post, or a client."


class StagesAlreadyPlanned(Conflict):
    """The stages of an item are planned once."""

    zh = "该事项已分阶段，不能重复设定。"
    en = "The item's stages were planned before."


class StagesOutOfOrder(Invalid):
    """Each stage ends no earlier than the one before, and the last within the item's deadline."""

    zh = "各阶段的时限须依次不早于前一阶段，且不晚于事项时限。"
    en = "Each stage's limit follows the one before, and none lies beyond the item's deadline."


class StageNotNext(Conflict):
    """Stages are finished in their order, each once."""

    zh = "各阶段须依次完成，每个阶段只完成一次。"
    en = "Stages are finished in their order, each of them once."


class ItemNotClosed(Conflict):
    """Only a closed item is opened again."""

    zh = "该事项尚未销号，不必重新打开。"
    en = "The item is not closed, so it need not be opened again."


class ClassifiedMatter(Invalid):
    """What is marked as a state secret has no place here."""

    zh = "内容带有密级标志（绝密、机密或秘密），本系统不得处理国家秘密，未保存任何内容。请按保密规定办理。"
    en = "The matter is marked as classified. State secrets have no place here and nothing was stored."


class UnknownItem(Invalid):
    """No item that the caller may see has this id."""

    zh = "没有找到所指的督查事项。请先立项，或核对编号。"
    en = "No such item. Register it first, or check the id."


class NotYetHappened(DayInFuture):
    """What is entered on a register has happened."""

    zh = "日期晚于今天（{today}）。"
    en = "The day lies after today ({today})."
