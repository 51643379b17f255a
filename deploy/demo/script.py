from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from deploy.demo.county import FIRST, SECOND, THIRD
from deploy.demo.ledger import Goal
from supervision.foundation.clock import SHANGHAI

YEAR = 2016
# What somebody does at a moment of the story; a story is told in the order of the moments.
Act = tuple[datetime, Callable[[], object]]


def on(month: int, day: int, hour: int = 10, *, year: int = YEAR) -> datetime:
    return datetime(year, month, day, hour, tzinfo=SHANGHAI)


@dataclass(frozen=True, slots=True)
class ScriptedItem:
    """An invented item for an invented unit, which reports 100 percent from `done_on` and at most `most` before."""

    kind: str
    title: str
    unit: str
    deadline: date
    done_on: date
    most: int = 90


# After the last half-month's digest: what follows is the year's end.
YEAR_ENDS = on(1, 11, year=YEAR + 1)


# Four instructions and one notice of the two general offices: what goes wrong in this year, and what does not.
LATE_INSTRUCTION = ScriptedItem("instruction", "整治示例路段占道经营", FIRST, date(2016, 3, 31), date(2016, 12, 10))
DONE_INSTRUCTION = ScriptedItem("instruction", "答复示例企业用地诉求", SECOND, date(2016, 5, 31), date(2016, 5, 10))
EXTENDED_INSTRUCTION = ScriptedItem("instruction", "修复示例村水毁道路", THIRD, date(2016, 6, 30), date(2016, 9, 10))
WAIVED_INSTRUCTION = ScriptedItem(
    "instruction", "改造示例小区供水管网", THIRD, date(2016, 12, 31), date(2017, 12, 31), most=30
)
LATE_NOTICE = ScriptedItem("office_notice", "报送示例专项自查情况", SECOND, date(2016, 8, 31), date(2016, 9, 20))
SCRIPTED = (LATE_INSTRUCTION, DONE_INSTRUCTION, EXTENDED_INSTRUCTION, WAIVED_INSTRUCTION, LATE_NOTICE)

# After the last quarter it is waived.
QUARTERS_END = (3, 6, 9)
EXTENDED_UNTIL = date(2016, 9, 30)
# Periods by their first day: one unit reports after the deadline, another not at all.
LATE_REPORTS = {FIRST: {date(2016, 3, 1), date(2016, 7, 16)}}
MISSED_REPORTS = {SECOND: {date(2016, 5, 16)}}


@dataclass(frozen=True, slots=True)
class ScriptedCompletion:
    """One round: a unit reports an item as done, and the office passes it, or returns it for what it `lacks`."""

    item: ScriptedItem
    text: str
    reported: datetime
    reviewed: datetime
    lacks: str | None = None
    until: date | None = None


COMPLETIONS = (
    ScriptedCompletion(DONE_INSTRUCTION, "已书面答复企业（示例）。", on(5, 12), on(5, 16)),
    ScriptedCompletion(
        *(LATE_INSTRUCTION, "已集中清理（示例）。", on(5, 18), on(5, 24)), "现场仍有摊点占道", date(2016, 6, 15)
    ),
    ScriptedCompletion(
        *(LATE_INSTRUCTION, "已再次清理（示例）。", on(6, 15), on(6, 20)), "没有长效管理措施", date(2016, 12, 15)
    ),
    ScriptedCompletion(
        *(EXTENDED_INSTRUCTION, "道路已通车（示例）。", on(9, 12), on(9, 14)), "护栏尚未安装", date(2016, 9, 25)
    ),
    ScriptedCompletion(
        *(LATE_NOTICE, "自查情况已报（示例）。", on(9, 22), on(9, 27)), "自查表缺少整改清单", date(2016, 10, 31)
    ),
    ScriptedCompletion(EXTENDED_INSTRUCTION, "护栏已安装（示例）。", on(9, 23), on(9, 26)),
    ScriptedCompletion(LATE_INSTRUCTION, "摊点已迁入示例市场，专人值守（示例）。", on(12, 12), on(12, 16)),
)


@dataclass(frozen=True, slots=True)
class ScriptedWaiver:
    """One request to waive what cannot be done, and how it is decided; without an authority none is granted."""

    grounds: str
    asked: datetime
    decided: datetime
    verdict: str
    decision: str


WAIVERS = (
    ScriptedWaiver(
        *("管网将并入整体改造（示例）。", on(11, 8), on(11, 10)),
        *("refused", "既无原工作安排机构书面意见，也未经县委主要领导批准（示例）。"),
    ),
    ScriptedWaiver(
        *("联席会已定并入整体改造，不再单独施工（示例）。", on(12, 20), on(12, 22)),
        *("granted", "经县委主要领导批准，不再单独办理（示例）。"),
    ),
)


def percent_of(item: ScriptedItem, day: date) -> int:
    return 100 if day >= item.done_on else min(item.most, (day.timetuple().tm_yday * 100) // 366)


def elapsed_percent(day: date) -> int:
    """Give the share of the year that has passed: the real departments published no percentages in the year."""
    return min(100, (day - date(2016, 1, 1)).days * 100 // 365)


def text_of(goal: Goal, *, is_last: bool) -> str:
    if not is_last:
        return "按时间进度推进（演示文字），全年数据以公布为准。"
    if goal.actual:
        return f"据公布结果，{goal.indicator}为{goal.actual}{goal.unit}。"
    return "全年工作已汇总（演示文字），本表未见公布数据。"
