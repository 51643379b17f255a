from supervision.foundation.errors import AnotherPersonNeeded, Conflict, DayInFuture, DayTooEarly, Forbidden, Invalid
from supervision.items.errors import UnknownItem


class NoPolicyInForce(Invalid):
    """No version of the scoring policy was in force on the day (annex art. 15)."""

    zh = "该日尚无生效的考核办法。请核对日期，或先采用考核办法。"
    en = "No scoring policy was in force on that day. Check the date, or adopt a policy first."


class PolicyDayTaken(Conflict):
    """Another version of the policy takes effect on the same day."""

    zh = "已有考核办法自同一日起生效。"
    en = "Another scoring policy takes effect on the same day."


class PolicyInPast(DayTooEarly):
    """A version takes effect on its day of issue or later, never on what is past (annex art. 15)."""

    zh = "考核办法不得自今天（{today}）以前生效。"
    en = "A scoring policy takes effect today ({today}) or later."


class PolicyOutOfOrder(Invalid):
    """The floor lies under the base, each warning's threshold above the one before, and every rule costs points."""

    zh = "最低分须低于基本分值，三级预警界限须依次递增且大于0，各规则分值须大于0，计入比例不得超过100%。"
    en = (
        "The floor must lie below the base, thresholds must rise from above 0, points be above 0, shares at most 100 %."
    )


class UnknownRule(Invalid):
    """The policy in force on the fact's day has no such rule."""

    zh = "事实发生日生效的考核办法中没有此扣分规则。请查阅该版本的规则代码。"
    en = "The policy in force on the day of the fact has no such rule. Look up that version's rule codes."


class UnitNotScored(Invalid):
    """Units of kind other are supervised, not scored (annex art. 4)."""

    zh = "考核只适用于乡镇和县直部门，该单位不计分。"
    en = "Only townships and departments are scored; this unit is not."


class FactInFuture(DayInFuture):
    """A deduction rests on what has happened."""

    zh = "事实发生日晚于今天（{today}）。"
    en = "The day of the fact lies after today ({today})."


class DeductionItemUnknown(UnknownItem):
    """The item that the deduction names does not exist."""

    zh = "没有找到扣分所依据的督查事项。请核对编号，或不填此项。"
    en = "The item that the deduction rests on was not found. Check the id, or leave it out."


class UnknownDeduction(Invalid):
    """A correction names a deduction of the county."""

    zh = "没有找到所指的扣分。请核对扣分编号。"
    en = "The deduction was not found. Check its id."


class DeductionAlreadyProposed(Conflict):
    """The same event was proposed for this unit under this rule before."""

    zh = "该单位的同一情形已按此规则提出过扣分。"
    en = "The same event was proposed for this unit under this rule before."


class DeductionNotProposed(Conflict):
    """Only a proposed deduction is confirmed or refused."""

    zh = "只能确认或驳回待定的扣分，该扣分当前状态为 {state}。"
    en = "Only a proposed deduction can be confirmed or refused; this one is {state}."


class DeductionNotConfirmed(Conflict):
    """Only a confirmed deduction is reversed."""

    zh = "只能撤销已确认的扣分，该扣分当前状态为 {state}。"
    en = "Only a confirmed deduction can be reversed; this one is {state}."


class DeductionNotDisputed(Conflict):
    """Only a disputed deduction is upheld or, on its dispute, reversed."""

    zh = "只能裁定有异议的扣分，该扣分当前状态为 {state}。"
    en = "Only a disputed deduction can be ruled on; this one is {state}."


class DocumentMissing(Invalid):
    """The rule rests on a document, whose number or name the proposal must give (annex art. 6, 9, 10)."""

    zh = "该规则以文件为依据，请填写通报、批示件的文号或名称。"
    en = "The rule rests on a document. Give the number or name of the circular or paper."


class DeductionNotVerified(Conflict):
    """What the media report is confirmed after somebody has verified it (annex art. 12)."""

    zh = "媒体点名批评须经查属实方可确认。请先登记核实情况。"
    en = "What the media report must be verified before it is confirmed. Record the verification first."


class DeductionAlreadyVerified(Conflict):
    """The fact was verified before; its record stays."""

    zh = "该扣分的核实情况已经登记。"
    en = "The fact of this deduction was verified before."


class SameFactUnknown(Conflict):
    """The deduction with which another is to count as one fact was not confirmed for this unit and year."""

    zh = "所指的同一事实不是该单位本年度已确认的扣分。请核对编号。"
    en = "No confirmed deduction of this unit and year has that id, so it is not the same fact. Check the id."


class DeductionCorrected(Conflict):
    """The points were given back in the year after; a reversal would give them back twice."""

    zh = "该扣分已在次年更正，不能再撤销。"
    en = "The points of this deduction were given back in the year after; it cannot be reversed as well."


class DisputeTooLate(Conflict):
    """A deduction is disputed within the days that the policy gives, counted from its confirmation."""

    zh = "提出异议的期限已于 {until} 届满。"
    en = "The time to dispute this deduction ended on {until}."


class YearSettled(Conflict):
    """The year's settlement is confirmed: nothing is entered in it any more."""

    zh = "{year}年度已经结算，不再记入扣分或撤销。可提出更正记入次年，或申请重新结算。"
    en = "The year {year} is settled and takes no entry. Propose a correction in the next year, or to reopen it."


class YearNotOver(Conflict):
    """A year is settled when it is over."""

    zh = "{year}年度尚未结束，不能结算。"
    en = "The year {year} is not over, so it cannot be settled."


class YearWithoutPolicy(Conflict):
    """No version of the policy is in force at the year's end (annex art. 15)."""

    zh = "{year}年年末没有生效的考核办法，不能结算。"
    en = "No scoring policy was in force at the end of {year}, so it cannot be settled."


class YearNotReady(Conflict):
    """Deductions of the year are undecided, disputed, or may still be disputed, or corrections are undecided."""

    zh = "该年度尚有 {count} 项扣分或更正待定、有异议或仍在异议期内，暂不能确认结算。"
    en = "{count} entries of the year are undecided, disputed or open to dispute; it cannot be settled yet."


class SettlementNotPrepared(Conflict):
    """Only a settlement that is prepared is confirmed."""

    zh = "该年度结算已经确认。"
    en = "The year's settlement is confirmed already."


class YearNotSettled(Conflict):
    """Only a year whose settlement is confirmed is reopened, or corrected in the year after."""

    zh = "{year}年度没有已确认的结算，不能重新结算或在次年更正。"
    en = "The year {year} has no confirmed settlement, so it is neither reopened nor corrected in the year after."


class ReopeningAlreadyProposed(Conflict):
    """A proposal to reopen this settlement waits for its approvals."""

    zh = "该年度已有待批准的重新结算申请。"
    en = "A proposal to reopen this year waits for its approvals already."


class ProposalDecided(Conflict):
    """A reopening or a correction is decided once."""

    zh = "该申请当前状态为 {state}，不能再作决定。"
    en = "The proposal is {state}; nothing more is decided on it."


class SamePersonApproves(AnotherPersonNeeded):
    """A reopening is approved by two persons who did not propose it."""

    zh = "重新结算须由提出人以外的两人分别批准。"
    en = "Two persons other than the proposer approve a reopening, each once."


class CorrectionAlreadyProposed(Conflict):
    """The deduction is corrected, or its correction waits for a decision."""

    zh = "该扣分已提出更正。"
    en = "A correction of this deduction was proposed before."


class CorrectionChangesNothing(Conflict):
    """Without the deduction the year's score would be the same: another covers it, or the floor does."""

    zh = "没有该项扣分，当年得分也不变（另有扣分涵盖，或已到最低分），无分可还。"
    en = "Without this deduction the year's score would be the same, so there is nothing to give back."


class SettlementOutdated(Conflict):
    """What the settlement rests on changed after it was prepared."""

    zh = "编制结算之后得分有变化，请重新编制。"
    en = "Scores changed after the settlement was prepared. Prepare it again."


class SettlementPreparedMeanwhile(Conflict):
    """Somebody else prepared the same year's settlement at the same time."""

    zh = "他人正在编制同一年度的结算，请稍后查看。"
    en = "Somebody else prepared this year's settlement at the same time. Look at theirs."


class SamePersonConfirms(AnotherPersonNeeded):
    """Whoever prepared a settlement does not confirm it (annex art. 13, 14)."""

    zh = "编制结算的人不能自行确认，请由另一人办理。"
    en = "Whoever prepared the settlement may not confirm it; another person must."


class QuarterNotOver(Conflict):
    """Warnings of a quarter are issued when it is over (annex art. 4)."""

    zh = "该季度于 {last} 结束，届时方可发出预警。"
    en = "The quarter ends on {last}; its warnings are issued after that."


class RankingNotShown(Forbidden):
    """Only the county's principal leaders, the office, the group and the auditor see how units compare."""

    zh = "各单位得分只向县委、县政府主要领导和督查机构开放。请以主要领导身份调用。"
    en = "Units' scores are shown to the county's principal leaders and the inspectors only. Act for such a leader."


class SamePersonDecides(AnotherPersonNeeded):
    """Whoever proposed or confirmed a deduction, or proposed its correction, decides no more (annex art. 13, 14)."""

    zh = "提出或确认该扣分、提出其更正的人不能再作决定，请由另一人办理。"
    en = "Whoever proposed or confirmed the deduction, or its correction, may not decide on it; another person must."
