from supervision.foundation.errors import AnotherPersonNeeded, Conflict, DayTooEarly, Forbidden, Invalid


class ChainMalformed(Invalid):
    """A sign-off chain keeps the order of check, countersignature and issue, and ends with the issue."""

    zh = "签发流程须按核稿、审签、签发的顺序，每步至多一次，并以签发结束。"
    en = "A chain keeps the order checked, countersigned, issued, has each step once at most, and ends with issued."


class NoticeStepOutOfTurn(Conflict):
    """Only the next step of its chain is taken on a notice."""

    zh = "该文稿当前状态为 {state}，按签发流程不能执行此步骤。"
    en = "This notice is {state}; by its chain another step comes next."


class NoticeSignedByDrafter(AnotherPersonNeeded):
    """Every step of the chain is taken by another person than the drafter."""

    zh = "起草人不能核稿、审签或签发自己的文稿，请由另一人办理。"
    en = "The drafter may not check, countersign or issue their own draft; another person must."


class OnlyDrafterAmendsNotice(Forbidden):
    """The drafter alone writes the draft, so that whoever signs it off sees it with other eyes."""

    zh = "只有起草人可以修改文稿。请退回起草人修改。"
    en = "Only the drafter may change the draft. Return it to the drafter."


class NoticeLimitPassed(DayTooEarly):
    """A notice sets a limit that can still be kept."""

    zh = "办理时限早于今天（{today}）。"
    en = "The time limit lies before today ({today})."


class NoticeLimitRunOut(Conflict):
    """The limit passed while the notice was being signed off."""

    zh = "签发前办理时限（{limit_on}）已过，请重新起草。"
    en = "The time limit ({limit_on}) passed before the issue; draft the notice anew."


class NotToBeAcknowledged(Conflict):
    """Only what was delivered and not acknowledged yet is acknowledged, or urged."""

    zh = "只有已送达且尚未签收的文书可以签收或催签，当前状态为 {state}。"
    en = "Only what was delivered and waits for acknowledgement is acknowledged or urged; this is {state}."
