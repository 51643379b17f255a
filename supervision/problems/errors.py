from supervision.foundation.errors import Conflict, Forbidden, Invalid
from supervision.items.errors import UnknownItem


class ProblemPlanFiled(Conflict):
    """A plan is filed once, while it is waited for."""

    zh = "该问题当前状态为 {state}，不在等待解决方案。"
    en = "The problem is {state}; no plan is waited for."


class ProblemNotEscalable(Conflict):
    """A problem is brought higher after its unit's plan and before it is resolved."""

    zh = "该问题当前状态为 {state}：责任单位提出方案后、化解之前方可提级。"
    en = "The problem is {state}: it is escalated after its unit's plan and before it is resolved."


class ProblemNotAwaitingDecision(Conflict):
    """A decision is made where one is waited for."""

    zh = "该问题当前状态为 {state}，不在等待决定。"
    en = "The problem is {state}; no decision is waited for."


class ProblemNotDecided(Conflict):
    """A problem is followed up and resolved after the decision at its level."""

    zh = "该问题当前状态为 {state}：作出决定后方可报告落实情况和认定化解。"
    en = "The problem is {state}: it is followed up and resolved after a decision."


class NoHigherLevel(Conflict):
    """Nothing stands above the joint conference."""

    zh = "该问题已提交联席会，没有更高层级。"
    en = "The problem stands before the joint conference; there is no higher level."


class NotYoursToSolve(Forbidden):
    """Plan, escalation and decision at a unit's level are the responsible unit's."""

    zh = "该步骤由责任单位（或督查室）办理。"
    en = "This step is the responsible unit's, or the inspection office's."


class NotYoursToDecide(Forbidden):
    """Each level decides for itself."""

    zh = "该问题在 {level} 层级：单位层级由责任单位决定，领导层级由牵头或联系领导决定，联席会的决定由督查室记录。"
    en = "The problem is at the level {level}: there the unit, its lead or liaison leader, or the conference decides."


class OnlyMajorStartsAtConference(Invalid):
    """Only a major problem goes straight to the top."""

    zh = "只有重大问题可以直接提交联席会。"
    en = "Only a major problem may start at the joint conference."


class OnlyOfficeStartsAtConference(Forbidden):
    """A unit cannot call the conference."""

    zh = "直接提交联席会由督查室办理。"
    en = "It is the inspection office that brings a problem straight to the joint conference."


class ResponsibleUnitMissing(Invalid):
    """The responsible unit is one of those that the problem concerns, and a unit opens its own problems."""

    zh = "涉及单位须包括责任单位；单位提出问题的，涉及单位须包括本单位。"
    en = "The units must include the responsible one and, where a unit opens the problem, that unit."


class UnknownFinding(Invalid):
    """No finding that the actor may see has this id."""

    zh = "没有找到所指的发现问题。请核对编号。"
    en = "No such finding. Check the id."


class FindingOfOtherUnit(Invalid):
    """A problem from a finding concerns the unit that it was found at."""

    zh = "涉及单位须包括发现问题的单位。"
    en = "The units must include the one that the finding is about."


class ProblemItemUnknown(UnknownItem):
    """No item that the actor may see has this id."""

    zh = "没有找到所指的督查事项。请核对编号。"
    en = "No such item. Check the id."


class LeadersMissing(Invalid):
    """A problem is brought to a lead leader by name."""

    zh = "提交领导协调须指明牵头领导（lead_leader_id）；提交联席会不填领导。"
    en = "Escalation to the leaders names a lead_leader_id; escalation to the conference names no leaders."


class NotCountyLeaders(Invalid):
    """Problems are coordinated by county leaders in post."""

    zh = "牵头领导和联系领导须为在职县领导，且不得重复。"
    en = "Lead and liaison leaders are county leaders in post, each named once."


class DecisionDatesWrong(Invalid):
    """A decision was made by today and is to be met no earlier than it was made."""

    zh = "决定日期不得晚于今日（{today}），完成期限不得早于决定日期。"
    en = "A decision is dated today ({today}) or before, and is due no earlier than it was made."
