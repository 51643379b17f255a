from supervision.foundation.errors import AnotherPersonNeeded, Conflict, DayInFuture, Forbidden, Invalid


class ItemAlreadyDecomposed(Conflict):
    """The item was broken down into tasks before."""

    zh = "该事项已分解任务，不能重复分解。"
    en = "The item was broken down into tasks before."


class DecompositionRefused(Invalid):
    """Some responsibilities or indicators of the tasks cannot be right."""

    zh = "任务分解有误，未保存任何内容，详见各项说明。"
    en = "The decomposition is not right and nothing of it was stored; see the list of problems."


class TargetNotDecomposed(Conflict):
    """What takes up another item's tasks was broken down itself."""

    zh = "并入的事项尚未分解任务。请先分解该事项，或者将其并入另一事项。"
    en = "The item that would take up the tasks was not broken down itself. Decompose it first, or merge it instead."


class SplitTasksUnknown(Invalid):
    """What is split off are tasks of the item, each in one portion."""

    zh = "拆出的任务须属于该事项，且每项任务只能归入一个新事项。"
    en = "What is split off must be tasks of the item, each of them in one part only."


class NothingLeftBySplit(Conflict):
    """A split leaves the item at least one of its tasks."""

    zh = "拆分后原事项至少须保留一项任务。"
    en = "A split leaves the item at least one of its tasks."


class ExtensionTooLate(Conflict):
    """An extension is asked for before the deadline."""

    zh = "时限（{deadline_on}）已过，延期须在时限届满前提出。"
    en = "The deadline ({deadline_on}) has passed; an extension must be asked for before it."


class ExtensionAlreadyAsked(Conflict):
    """An extension of the item is asked for already and not decided."""

    zh = "该事项已有一项延期申请待决定。"
    en = "An extension of this item is asked for already and waits for a decision."


class ExtensionAlreadyDecided(Conflict):
    """The extension was decided before."""

    zh = "该延期申请已作出决定。"
    en = "This extension was decided before."


class ExtensionNotLater(Invalid):
    """An extension's date must lie after the deadline that stands."""

    zh = "延期后的日期须晚于现时限（{deadline_on}）。"
    en = "The new date must be later than the deadline that stands ({deadline_on})."


class RefusalTakesNoDate(Invalid):
    """Who refuses an extension names no new date."""

    zh = "不予延期时不得填写新的日期。"
    en = "A refusal takes no new date; leave it out."


class AskerMayNotDecide(AnotherPersonNeeded):
    """An extension is decided by another than the one who asked for it."""

    zh = "延期申请须由申请人以外的人决定。"
    en = "An extension is decided by another person than the one who asked for it."


class LeaderNotOfCounty(Invalid):
    """Lead and liaison leaders are leaders of the county."""

    zh = "牵头领导、联系领导须为县领导。请改填县领导。"
    en = "Lead and liaison leaders are county leaders. Name one."


class PersonOfAnotherUnit(Invalid):
    """Who answers for a task is of its responsible unit."""

    zh = "此人员不属于责任单位。请改填该单位的在职人员。"
    en = "This official is of another unit. Name an official of the responsible unit."


class AlreadyAssigned(Conflict):
    """The responsibility is this unit's or official's already."""

    zh = "该任务此项责任已由所填单位或人员承担。"
    en = "This part of the task is theirs already."


class UnitSupportsItself(Invalid):
    """The responsible unit is not one of those that support it."""

    zh = "配合单位不能是责任单位本身。请改填其他单位。"
    en = "The responsible unit cannot support itself. Name another unit."


class SuccessorNeeded(Conflict):
    """Nobody leaves open tasks behind without a successor who takes them all (§5(1))."""

    zh = "该人员在 {count} 项未办结任务中承担责任，须指定接任人员一并接办。"
    en = "This official answers for {count} open tasks; name a successor who takes them all."


class SuccessorIsSelf(Invalid):
    """A successor is somebody else."""

    zh = "接任人员不能是离任人员本人。"
    en = "Who leaves cannot be the successor too."


class MilestoneNameTaken(Conflict):
    """A task has one milestone of a name."""

    zh = "该任务已有同名时间节点（空格、全半角、大小写不同视为同名）。请换一个名称，或使用已有节点。"
    en = "The task has a milestone of this name (blanks, width and capitals make no difference). Choose another name."


class MilestoneAlreadyReached(Conflict):
    """The milestone was reached before."""

    zh = "该时间节点已于{reached_on}完成。"
    en = "This milestone was reached on {reached_on}."


class MilestoneNotYet(DayInFuture):
    """A milestone is reported when it has been reached."""

    zh = "完成日期晚于今天（{today}）。"
    en = "The day on which it was reached lies after today ({today})."


class NotResponsibleForTask(Forbidden):
    """Only the responsible unit, or the office, reports a task's milestones."""

    zh = "只有该任务的责任单位或督查室可以报告时间节点完成情况。"
    en = "Only the task's responsible unit, or the office, reports that a milestone was reached."
