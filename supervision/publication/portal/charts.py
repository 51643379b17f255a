"""Where the lines of a chart run: pure geometry; how it looks is the templates' and the style's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 360, 170
LEFT, RIGHT, TOP, BOTTOM = 40, 346, 16, 138
_WHOLE = 100


@dataclass(frozen=True, slots=True)
class Reading:
    """How far a task was by a day, as it was published."""

    on: date
    percent: int


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float
    reading: Reading


@dataclass(frozen=True, slots=True)
class ProgressChart:
    points: Sequence[Point]
    line: str
    area: str
    told: str


def draw_progress(readings: Sequence[Reading]) -> ProgressChart | None:
    """Draw progress over time; nothing of fewer than two readings, for those are no line."""
    latest = sorted({each.on: each for each in readings}.values(), key=lambda each: each.on)
    if len(latest) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    first, days = latest[0].on, (latest[-1].on - latest[0].on).days
    points = [Point(_x((each.on - first).days / days), _y(each.percent), each) for each in latest]
    line = " ".join(f"{each.x:g},{each.y:g}" for each in points)
    area = f"{points[0].x:g},{BOTTOM} {line} {points[-1].x:g},{BOTTOM}"
    told = "；".join(f"{each.on.year}年{each.on.month}月{each.on.day}日 {each.percent}%" for each in latest)
    return ProgressChart(points, line, area, told)


def _x(share: float) -> float:
    return round(LEFT + share * (RIGHT - LEFT), 1)


def _y(percent: int) -> float:
    return round(BOTTOM - percent / _WHOLE * (BOTTOM - TOP), 1)
