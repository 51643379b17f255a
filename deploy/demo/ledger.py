import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from supervision.documents.spreadsheets import write_xlsx

HEADER = (
    "序号",
    "目标",
    "指标",
    "比较",
    "目标值",
    "目标上限",
    "单位",
    "责任单位",
    "牵头领导",
    "责任人",
    "时限",
    "来源",
)


@dataclass(frozen=True, slots=True)
class Goal:
    """A row of the real ledger; `actual` is empty where no published figure was at hand."""

    no: str
    goal: str
    indicator: str
    comparator: str
    target: str
    target_high: str
    unit: str
    responsible_unit: str
    actual: str


def read_goals() -> list[Goal]:
    text = files("deploy.demo").joinpath("data/state_council_2016.csv").read_text(encoding="utf-8")
    names = Goal.__dataclass_fields__
    return [Goal(**{name: row[name] for name in names}) for row in csv.DictReader(text.splitlines())]


def as_workbook(goals: Sequence[Goal], *, leaders: Mapping[str, str], persons: Mapping[str, str]) -> bytes:
    """Write the xlsx that an office would send: the goals, with the lead leader and the person of each unit."""
    rows = [
        (
            *(goal.no, goal.goal, goal.indicator, goal.comparator, goal.target, goal.target_high, goal.unit),
            *(goal.responsible_unit, leaders[goal.responsible_unit], persons[goal.responsible_unit]),
            *("2016-12-31", "国办函〔2016〕38号"),
        )
        for goal in goals
    ]
    return write_xlsx(HEADER, rows, title="2016年量化指标任务")
