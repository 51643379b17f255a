from supervision.foundation.errors import AnotherPersonNeeded, Conflict, Invalid
from supervision.items.errors import UnknownItem


class PlanNotDrafted(Conflict):
    """A plan is amended and decided on while it is a draft; its scope is frozen from then on."""

    code = "inspection_plan_not_drafted"
    zh = "督查方案当前状态为 {state}，已不是草案，范围不得再改，也不能再次决定。"
    en = "The inspection plan is {state}, no longer a draft: its scope is frozen and it was decided on."


class PlanNotApproved(Conflict):
    """Only an approved plan is carried out, once."""

    code = "inspection_plan_not_approved"
    zh = "只能实施已批准且尚未实施完毕的督查方案，该方案当前状态为 {state}。"
    en = "Only an approved plan that was not carried out yet can be; this one is {state}."


class PlanNotUnderWay(Conflict):
    """Findings come from an inspection that was approved."""

    code = "inspection_plan_not_under_way"
    zh = "督查方案批准后方可登记发现的问题，该方案当前状态为 {state}。"
    en = "Findings are recorded once a plan is approved; this one is {state}."


class PlanNotCarriedOut(Conflict):
    """Conclusions are drawn from an inspection that was carried out."""

    code = "inspection_plan_not_carried_out"
    zh = "督查实施完毕后方可送达结论，该方案当前状态为 {state}。"
    en = "Conclusions are sent once the plan is carried out; this one is {state}."


class PlanNotBegun(Conflict):
    """An inspection is not carried out before its first day."""

    code = "inspection_plan_not_begun"
    zh = "督查尚未到开始日期（{first_on}）。"
    en = "The inspection does not begin before {first_on}."


class DrafterMayNotDecide(AnotherPersonNeeded):
    """A plan is decided on by another than the one who wrote it."""

    code = "inspection_drafter_may_not_decide"
    zh = "督查方案须由拟定人以外的人决定。"
    en = "A plan is decided on by another person than the one who wrote it."


class InspectionEndsBeforeStart(Invalid):
    """A plan's last day lies before its first."""

    zh = "结束日期早于开始日期。请核对两个日期。"
    en = "The last day lies before the first. Check both dates."


class RefusedPlanNeedsReason(Invalid):
    """A refused plan stays, with the reason."""

    zh = "不批准督查方案须写明理由（reason）。"
    en = "A refusal must give its reason."


class InspectedItemUnknown(UnknownItem):
    """No item of the jurisdiction has one of these ids."""

    zh = "没有找到所指的督查事项。请核对编号。"
    en = "No such item. Check the ids."


class UnitNotInScope(Invalid):
    """Findings and conclusions are about units that the plan covers."""

    zh = "该单位不在督查方案的范围内。"
    en = "The plan does not cover this unit."


class FoundOutsideInspection(Invalid):
    """A finding is made between the inspection's first day and today."""

    zh = "发现日期须在督查开始日期（{first_on}）与今日（{today}）之间。"
    en = "A finding is made between the inspection's first day ({first_on}) and today ({today})."


class ConclusionAlreadySent(Conflict):
    """A unit gets one conclusion of an inspection, and no findings after it."""

    zh = "该次督查的结论已送达该单位。"
    en = "The conclusion of this inspection was sent to the unit before."


class ConclusionAlreadyAcknowledged(Conflict):
    """A conclusion is acknowledged once."""

    zh = "该督查结论已签收。"
    en = "The conclusion was acknowledged before."
