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


class SamePersonDecides(Forbidden):
    """Whoever proposed or confirmed a deduction does not decide on it again (annex art. 13, 14)."""

    code = "same_person_decides"
    zh = "提出或确认该扣分的人不能再作决定，请由另一人办理。"
    en = "Whoever proposed or confirmed the deduction may not decide on it; another person must."
