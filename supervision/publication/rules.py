from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from supervision.publication.errors import ApprovalNeedsBasis, RefusalNeedsReason
from supervision.publication.states import ReviewVerdict

# A title is one line; a goal may be a paragraph.
GOAL_IN_TITLE = 60


@dataclass(frozen=True, slots=True)
class Measured:
    indicator: str
    value: Decimal
    unit_of_measure: str


@dataclass(frozen=True, slots=True)
class Progress:
    """What is shown of a progress entry: who by post, never by name, and nothing of the report's own words."""

    goal: str
    unit: str
    post: str
    percent: int
    first: date
    last: date
    figures: Sequence[Measured] = ()


def compose(progress: Progress) -> tuple[str, str]:
    """Write title and body of a publication in Chinese."""
    goal = progress.goal if len(progress.goal) <= GOAL_IN_TITLE else f"{progress.goal[: GOAL_IN_TITLE - 1]}…"
    period = f"{_chinese(progress.first)}至{_chinese(progress.last)}"
    lines = [
        f"目标任务：{progress.goal}",
        f"责任单位：{progress.unit}",
        f"责任人：{progress.post}",
        f"报告期：{period}",
        f"完成进度：{progress.percent}%",
        *(f"{figure.indicator}：{_plain(figure.value)}{figure.unit_of_measure}" for figure in progress.figures),
    ]
    return f"{goal}：完成进度{progress.percent}%（{period}）", "\n".join(lines)


def check_verdict(verdict: ReviewVerdict, legal_basis: str | None, reason: str | None) -> None:
    """Refuse an approval without its legal basis, and a refusal without its reason."""
    if verdict is ReviewVerdict.APPROVED and not legal_basis:
        raise ApprovalNeedsBasis
    if verdict is ReviewVerdict.REFUSED and not reason:
        raise RefusalNeedsReason


def _chinese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
