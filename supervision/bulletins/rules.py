from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from supervision.bulletins.errors import CutOffOutOfRange, DayOutOfOrder, NotFirstOfMonth

_HUNDRED, _ONE_DECIMAL = Decimal(100), Decimal("0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How the work stood at the end of the cut-off day; reports are those that the month's periods owed by then."""

    items_open: int
    items_overdue: int
    tasks: int
    reports_on_time: int
    reports_late: int
    reports_missing: int

    @property
    def reports_due(self) -> int:
        return self.reports_on_time + self.reports_late + self.reports_missing

    def as_json(self) -> dict[str, Any]:
        return {
            "items_open": self.items_open,
            "items_overdue": self.items_overdue,
            "overdue_percent": _plain(share(self.items_overdue, self.items_open)),
            "tasks": self.tasks,
            "reports_due": self.reports_due,
            "reports_on_time": self.reports_on_time,
            "reports_late": self.reports_late,
            "reports_missing": self.reports_missing,
            "on_time_percent": _plain(share(self.reports_on_time, self.reports_due)),
        }


@dataclass(frozen=True, slots=True)
class Laggard:
    """An item past its deadline and not finished, and the units that still have to finish it."""

    number: str
    title: str
    deadline_on: date
    units: Sequence[str]


@dataclass(frozen=True, slots=True)
class Warned:
    """A unit that a quarter's circular lists as warned, and the level in both languages; no points are told."""

    unit_id: UUID
    unit: str
    level: str
    level_zh: str

    def as_json(self) -> dict[str, str]:
        return {"unit_id": str(self.unit_id), "unit": self.unit, "level": self.level}


@dataclass(frozen=True, slots=True)
class Mention:
    """Whom a circular commends or criticises, and why."""

    name: str
    number: str | None
    reason: str


def share(part: int, whole: int) -> Decimal | None:
    """Return a share in percent with 1 decimal, rounded half up; none of nothing."""
    return (Decimal(part) / whole * _HUNDRED).quantize(_ONE_DECIMAL, ROUND_HALF_UP) if whole else None


def cut_off(first: date, wanted: date | None, *, last: date, today: date) -> date:
    """Return the cut-off day: the one wanted, or the last day of the month or quarter as far as it has come.

    Refuses a month that is not named by its first day, and a day before the period or in the future.
    """
    if first.day != 1:
        raise NotFirstOfMonth
    day = wanted or min(last, today)
    if not first <= day <= today:
        raise CutOffOutOfRange(today=today)
    return day


def check_order(day: date, *, not_before: date | None) -> None:
    """Refuse a day before the step that comes first."""
    if not_before is not None and day < not_before:
        raise DayOutOfOrder(before=not_before)


def compose(period: str, cut_off_on: date, counts: Counts, laggards: Sequence[Laggard]) -> str:
    """Write in Chinese what the record says of a period (§4(1))."""
    rate = share(counts.reports_on_time, counts.reports_due)
    stands = (
        f"截至{_chinese(cut_off_on)}，在办督查事项{counts.items_open}项（任务{counts.tasks}项），"
        f"其中超过时限未办结{counts.items_overdue}项。"
    )
    came = (
        f"{period}应报进展{counts.reports_due}份，按时{counts.reports_on_time}份，"
        f"逾期{counts.reports_late}份，未报{counts.reports_missing}份"
    )
    lines = [stands, f"{came}。" if rate is None else f"{came}，按时率{rate}%。"]
    if laggards:
        lines.append("超过时限未办结事项：")
        lines += [_laggard(each) for each in laggards]
    return "\n".join(lines)


def warn(text: str, warned: Sequence[Warned]) -> str:
    """Add to a quarter's draft whom it warns, by level and without points: the list is no criticism (annex art. 4)."""
    if not warned:
        return f"{text}\n本季度没有达到预警界限的单位。"
    units: dict[str, list[str]] = {}
    for each in warned:
        units.setdefault(each.level_zh, []).append(each.unit)
    lines = [f"{level_zh}：{'、'.join(names)}" for level_zh, names in units.items()]
    return "\n".join([text, "季度预警（不属于通报批评，不扣分）：", *lines])


def conclude(text: str, commended: Sequence[Mention], criticised: Sequence[Mention]) -> str:
    """Add to a draft, as it is issued, whom it commends and whom it criticises (§4(4))."""
    paragraphs = [text]
    for heading, named in (("通报表扬", commended), ("通报批评", criticised)):
        if named:
            paragraphs.append("\n".join([f"{heading}：", *map(_mention, named)]))
    return "\n".join(paragraphs)


def _laggard(item: Laggard) -> str:
    units = f"，责任单位：{'、'.join(item.units)}" if item.units else ""
    # What is withheld of a work secret is told once.
    name = item.title if item.title == item.number else f"{item.number}　{item.title}"
    return f"{name}（时限{_chinese(item.deadline_on)}{units}）"


def _mention(named: Mention) -> str:
    number = f"（{named.number}）" if named.number else ""
    return f"{named.name}{number}：{named.reason}"


def _chinese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
