from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import TypedDict
from uuid import UUID

from supervision.foundation.errors import FieldError
from supervision.progress.errors import ReceiptNotYet, ReceiptTooEarly

_HUNDRED = Decimal(100)
_WHOLE = 100
_ONE_DECIMAL = Decimal("0.1")


class CompletionVerdict(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    NO_FIGURE = "no_figure"


@dataclass(frozen=True, slots=True)
class Completion:
    """Whether a goal is met, and by how many percent, with one decimal, rounded half up."""

    verdict: CompletionVerdict
    percent: Decimal | None


def completion(comparator: str, target: Decimal, target_high: Decimal | None, value: Decimal | None) -> Completion:
    """Compare the latest figure of an indicator with its target (§2(1)); raises ValueError for another comparator.

    A bound that is not positive has no percentage: its verdict stands alone. No figure is not a missed goal.
    """
    if value is None:
        return Completion(CompletionVerdict.NO_FIGURE, None)
    match comparator:
        case "at_least":
            return Completion(_verdict(is_met=value >= target), _share(value, target))
        case "at_most":
            is_met = value <= target
            return Completion(_verdict(is_met=is_met), _whole_or(target, value, is_met=is_met, bound=target))
        case "between" if target_high is not None:
            is_met = target <= value <= target_high
            # Outside, the nearer end is the goal: what falls short is measured as at_least, what exceeds as at_most.
            part, whole = (value, target) if value < target else (target_high, value)
            bound = target if value < target else target_high
            return Completion(_verdict(is_met=is_met), _whole_or(part, whole, is_met=is_met, bound=bound))
        case _:
            raise ValueError(comparator)


def _verdict(*, is_met: bool) -> CompletionVerdict:
    return CompletionVerdict.MET if is_met else CompletionVerdict.NOT_MET


def _whole_or(part: Decimal, whole: Decimal, *, is_met: bool, bound: Decimal) -> Decimal | None:
    if bound <= 0:
        return None
    return _HUNDRED.quantize(_ONE_DECIMAL) if is_met else _share(part, whole)


def _share(part: Decimal, whole: Decimal) -> Decimal | None:
    if whole <= 0:
        return None
    return (part / whole * _HUNDRED).quantize(_ONE_DECIMAL, ROUND_HALF_UP)


class Covers(StrEnum):
    """Of which tasks a progress report speaks: of all, or, where instructions are reported weekly, of one kind."""

    ALL = "all"
    KEY_WORK = "key_work"
    INSTRUCTIONS = "instructions"


class DigestKind(StrEnum):
    HALF_MONTH = "half_month"
    INSTRUCTION_MONTH = "instruction_month"


class Light(StrEnum):
    """How a task stands at a quarterly look (§4(1))."""

    ON_TRACK = "on_track"
    BEHIND = "behind"
    OVERDUE = "overdue"


def light(percent: int | None, *, received_on: date, deadline_on: date, on: date, behind_percent: int) -> Light:
    """Tell how a task stands on a day by the last percentage reported; none counts as 0.

    Behind is what lacks `behind_percent` points or more of the share of its days that have passed.
    """
    done = percent or 0
    if done == _WHOLE:
        return Light.ON_TRACK
    if on > deadline_on:
        return Light.OVERDUE
    days = (deadline_on - received_on).days + 1
    passed = max((on - received_on).days + 1, 0)
    return Light.BEHIND if passed * _WHOLE - done * days >= behind_percent * days else Light.ON_TRACK


class Standing(StrEnum):
    """How an obligation stands at a moment; `late` was reported after the deadline, `missing` has not been."""

    DUE = "due"
    ON_TIME = "on_time"
    LATE = "late"
    MISSING = "missing"


def standing(due_at: datetime, fulfilled_at: datetime | None, now: datetime) -> Standing:
    """Tell how an obligation stands; what happens at `due_at` itself is already late."""
    if fulfilled_at is None:
        return Standing.MISSING if now >= due_at else Standing.DUE
    return Standing.LATE if fulfilled_at >= due_at else Standing.ON_TIME


def check_receipt(received_at: datetime, *, now: datetime, opened_at: datetime) -> None:
    """Refuse a moment of receipt that lies in the future, or before there was anything to report on."""
    if received_at > now:
        raise ReceiptNotYet
    if received_at < opened_at:
        raise ReceiptTooEarly(opened_at=opened_at.isoformat())


def supplement_due(due_at: datetime, supplement_due_at: datetime, *, is_late: bool) -> datetime:
    """Return when a supplement is late: by its own limit, or by the report's if that is later or was missed."""
    return due_at if is_late else max(due_at, supplement_due_at)


class ReportedFigure(TypedDict):
    indicator_id: UUID
    value: Decimal


class ReportedEntry(TypedDict):
    task_id: UUID
    percent: int
    text: str
    figures: Sequence[ReportedFigure]
    attachment_ids: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class TaskDuty:
    """What a report has to say of one task, and which indicators it may give figures of."""

    goal: str
    indicators: frozenset[UUID]


def check_entries(duties: Mapping[UUID, TaskDuty], entries: Sequence[ReportedEntry]) -> list[FieldError]:
    """Return what is wrong with a report that has to name each task of the unit exactly once."""
    problems: list[FieldError] = []
    named: set[UUID] = set()
    for place, entry in enumerate(entries):
        task_id, pointer = entry["task_id"], f"/entries/{place}/task_id"
        if task_id not in duties:
            problems.append(FieldError(pointer, "not_your_task", "不是本单位承办的任务。", "Not a task of your unit."))
        elif task_id in named:
            problems.append(FieldError(pointer, "task_repeated", "同一任务重复填报。", "This task was named before."))
        else:
            problems += _check_figures(duties[task_id].indicators, entry["figures"], place)
        named.add(task_id)
    for task_id, duty in duties.items():
        if task_id not in named:
            zh, en = (
                f"缺少任务“{duty.goal}”（{task_id}）的进展。",
                f"Nothing is said of the task {task_id}: {duty.goal}",
            )
            problems.append(FieldError("/entries", "task_missing", zh, en))
    return problems


def _check_figures(allowed: frozenset[UUID], figures: Sequence[ReportedFigure], entry: int) -> Iterator[FieldError]:
    named: set[UUID] = set()
    for place, figure in enumerate(figures):
        indicator_id, pointer = figure["indicator_id"], f"/entries/{entry}/figures/{place}/indicator_id"
        if indicator_id not in allowed:
            yield FieldError(pointer, "not_of_this_task", "该指标不属于此任务。", "Not an indicator of this task.")
        elif indicator_id in named:
            yield FieldError(pointer, "indicator_repeated", "同一指标重复填报。", "This indicator was given before.")
        named.add(indicator_id)
