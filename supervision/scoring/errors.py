from supervision.foundation.errors import Conflict, Forbidden, Invalid


class NoPolicyInForce(Invalid):
    """No version of the scoring policy was in force on the day (annex art. 15)."""

    code = "no_policy_in_force"
    zh = "该日尚无生效的考核办法。请核对日期，或先采用考核办法。"
    en = "No scoring policy was in force on that day. Check the date, or adopt a policy first."


class PolicyDayTaken(Conflict):
    """Another version of the policy takes effect on the same day."""

    code = "policy_day_taken"
    zh = "已有考核办法自同一日起生效。"
    en = "Another scoring policy takes effect on the same day."


class UnknownRule(Invalid):
    """The policy in force on the fact's day has no such rule."""

    code = "unknown_rule"
    zh = "事实发生日生效的考核办法中没有此扣分规则。请查阅该版本的规则代码。"
    en = "The policy in force on the day of the fact has no such rule. Look up that version's rule codes."


class UnitNotScored(Invalid):
    """Units of kind other are supervised, not scored (annex art. 4)."""

    code = "unit_not_scored"
    zh = "考核只适用于乡镇和县直部门，该单位不计分。"
    en = "Only townships and departments are scored; this unit is not."


class ItemNeverLate(Conflict):
    """An item that waits, stands still, ended otherwise than by its close-out, or is standing work is never late."""

    code = "item_never_late"
    zh = "该事项待核准、已中止、终止、作废、合并，或者属于常态工作，不计逾期。"
    en = "The item awaits approval, is suspended, terminated, void, merged or standing work; it is never late."


class FactInFuture(Invalid):
    """A deduction rests on what has happened."""

    code = "fact_in_future"
    zh = "事实发生日晚于今天（{today}）。"
    en = "The day of the fact lies after today ({today})."


class DeductionItemUnknown(Invalid):
    """The item that the deduction names does not exist."""

    code = "deduction_item_unknown"
    zh = "没有找到扣分所依据的督查事项。请核对编号，或不填此项。"
    en = "The item that the deduction rests on was not found. Check the id, or leave it out."


class DeductionAlreadyProposed(Conflict):
    """The same event was proposed for this unit under this rule before."""

    code = "deduction_already_proposed"
    zh = "该单位的同一情形已按此规则提出过扣分。"
    en = "The same event was proposed for this unit under this rule before."


class DeductionNotProposed(Conflict):
    """Only a proposed deduction is confirmed or refused."""

    code = "deduction_not_proposed"
    zh = "只能确认或驳回待定的扣分，该扣分当前状态为 {state}。"
    en = "Only a proposed deduction can be confirmed or refused; this one is {state}."


class DeductionNotConfirmed(Conflict):
    """Only a confirmed deduction is reversed."""

    code = "deduction_not_confirmed"
    zh = "只能撤销已确认的扣分，该扣分当前状态为 {state}。"
    en = "Only a confirmed deduction can be reversed; this one is {state}."


class DeductionNotDisputed(Conflict):
    """Only a disputed deduction is upheld or, on its dispute, reversed."""

    code = "deduction_not_disputed"
    zh = "只能裁定有异议的扣分，该扣分当前状态为 {state}。"
    en = "Only a disputed deduction can be ruled on; this one is {state}."


class DisputeTooLate(Conflict):
    """A deduction is disputed within the days that the policy gives, counted from its confirmation."""

    code = "dispute_too_late"
    zh = "提出异议的期限已于 {until} 届满。"
    en = "The time to dispute this deduction ended on {until}."


class YearSettled(Conflict):
    """The year's settlement is confirmed: nothing is entered in it any more."""

    code = "year_settled"
    zh = "{year}年度已经结算，不再记入扣分或撤销。"
    en = "The year {year} is settled; no deduction or reversal is entered in it any more."


class YearNotOver(Conflict):
    """A year is settled when it is over."""

    code = "year_not_over"
    zh = "{year}年度尚未结束，不能结算。"
    en = "The year {year} is not over, so it cannot be settled."


class YearWithoutPolicy(Conflict):
    """No version of the policy is in force at the year's end (annex art. 15)."""

    code = "year_without_policy"
    zh = "{year}年年末没有生效的考核办法，不能结算。"
    en = "No scoring policy was in force at the end of {year}, so it cannot be settled."


class YearNotReady(Conflict):
    """Deductions of the year are undecided, disputed, or may still be disputed."""

    code = "year_not_ready"
    zh = "该年度尚有 {count} 项扣分待定、有异议或仍在异议期内，暂不能确认结算。"
    en = "{count} deductions of the year are undecided, disputed or open to dispute; it cannot be settled yet."


class SettlementNotPrepared(Conflict):
    """Only a settlement that is prepared is confirmed."""

    code = "settlement_not_prepared"
    zh = "该年度结算已经确认。"
    en = "The year's settlement is confirmed already."


class SettlementOutdated(Conflict):
    """What the settlement rests on changed after it was prepared."""

    code = "settlement_outdated"
    zh = "编制结算之后得分有变化，请重新编制。"
    en = "Scores changed after the settlement was prepared. Prepare it again."


class SettlementPreparedMeanwhile(Conflict):
    """Somebody else prepared the same year's settlement at the same time."""

    code = "settlement_prepared_meanwhile"
    zh = "他人正在编制同一年度的结算，请稍后查看。"
    en = "Somebody else prepared this year's settlement at the same time. Look at theirs."


class SamePersonConfirms(Forbidden):
    """Whoever prepared a settlement does not confirm it (annex art. 13, 14)."""

    code = "same_person_confirms"
    zh = "编制结算的人不能自行确认，请由另一人办理。"
    en = "Whoever prepared the settlement may not confirm it; another person must."


class QuarterNotOver(Conflict):
    """Warnings of a quarter are issued when it is over (annex art. 4)."""

    code = "quarter_not_over"
    zh = "该季度于 {last} 结束，届时方可发出预警。"
    en = "The quarter ends on {last}; its warnings are issued after that."


class RankingNotShown(Forbidden):
    """Only the county's principal leaders, the office, the group and the auditor see how units compare."""

    code = "ranking_not_shown"
    zh = "各单位得分只向县委、县政府主要领导和督查机构开放。请以主要领导身份调用。"
    en = "Units' scores are shown to the county's principal leaders and the inspectors only. Act for such a leader."


class SamePersonDecides(Forbidden):
    """Whoever proposed or confirmed a deduction does not decide on it again (annex art. 13, 14)."""

    code = "same_person_decides"
    zh = "提出或确认该扣分的人不能再作决定，请由另一人办理。"
    en = "Whoever proposed or confirmed the deduction may not decide on it; another person must."
