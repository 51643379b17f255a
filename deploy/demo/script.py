from dataclasses import dataclass
from datetime import date

from deploy.demo.county import FIRST, SECOND, THIRD
from deploy.demo.ledger import Goal


@dataclass(frozen=True, slots=True)
class ScriptedItem:
    """An invented item for an invented unit; `done_on` is the day from which its unit reports 100 percent."""

    kind: str
    title: str
    unit: str
    deadline: date
    done_on: date


# Four instructions and one notice of the two general offices: what goes wrong in this year, and what does not.
LATE_INSTRUCTION = ScriptedItem("instruction", "整治示例路段占道经营", FIRST, date(2016, 3, 31), date(2016, 6, 1))
DONE_INSTRUCTION = ScriptedItem("instruction", "答复示例企业用地诉求", SECOND, date(2016, 5, 31), date(2016, 5, 10))
EXTENDED_INSTRUCTION = ScriptedItem("instruction", "修复示例村水毁道路", THIRD, date(2016, 6, 30), date(2016, 9, 10))
LAST_INSTRUCTION = ScriptedItem("instruction", "办结示例小区供水投诉", FIRST, date(2016, 10, 31), date(2016, 10, 10))
LATE_NOTICE = ScriptedItem("office_notice", "报送示例专项自查情况", SECOND, date(2016, 8, 31), date(2016, 9, 20))
SCRIPTED = (LATE_INSTRUCTION, DONE_INSTRUCTION, EXTENDED_INSTRUCTION, LAST_INSTRUCTION, LATE_NOTICE)

EXTENSION_ASKED_IN, EXTENDED_UNTIL = date(2016, 6, 15), date(2016, 9, 30)
# Periods by their first day: one unit reports after the deadline, another not at all.
LATE_REPORTS = {FIRST: {date(2016, 3, 1), date(2016, 7, 16)}}
MISSED_REPORTS = {SECOND: {date(2016, 5, 16)}}
CRITICISED_IN, REVERSED_IN = date(2016, 7, 1), date(2016, 8, 1)


def percent_of(item: ScriptedItem, day: date) -> int:
    return 100 if day >= item.done_on else min(90, (day.timetuple().tm_yday * 100) // 366)


def elapsed_percent(day: date) -> int:
    """Give the share of the year that has passed: the real departments published no percentages in the year."""
    return min(100, (day - date(2016, 1, 1)).days * 100 // 365)


def text_of(goal: Goal, *, is_last: bool) -> str:
    if not is_last:
        return "按时间进度推进（演示文字），全年数据以公布为准。"
    if goal.actual:
        return f"据公布结果，{goal.indicator}为{goal.actual}{goal.unit}。"
    return "全年工作已汇总（演示文字），本表未见公布数据。"
