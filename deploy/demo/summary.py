import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from lxml import etree
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from deploy.demo.county import FIRST, SECOND, THIRD, County
from deploy.demo.desk import Desk
from deploy.demo.year import YEAR, Year

ATOM = "{http://www.w3.org/2005/Atom}"


@dataclass(frozen=True)
class Result:
    base_url: str
    code: str
    county: County
    year: Year
    audited: int
    damages: int
    seconds: dict[str, float]

    def keys(self) -> dict[str, Desk]:
        """Name the desks whose keys a visitor may try; they die with the demonstration's data."""
        county = self.county
        return {
            "administrator": self.year.administrator,
            "office       ": county.office,
            "group        ": county.group,
            "publisher    ": county.publisher,
            "auditor      ": county.auditor,
            "unit         ": county.units[FIRST],
        }


def count_messages(county: County) -> dict[str, int]:
    counts: dict[str, int] = county.office.get("/v1/messages/counts")
    return {state: count for state, count in counts.items() if count}


def gather(result: Result) -> dict[str, Any]:
    """Read everything that the summary tells back through the API, as the office and the public would."""
    office = result.county.office
    obligations = office.all_of("/v1/obligations")
    reports = office.all_of("/v1/progress_reports")
    completion = office.get(f"/v1/ledgers/{YEAR}/completion")
    scores = office.get("/v1/scores", year=YEAR)
    before_reversal = office.get("/v1/scores", year=YEAR, as_of="2016-07-20T00:00:00+08:00")
    states = Counter(deduction["state"] for deduction in office.all_of("/v1/deductions"))
    late = sum(report["is_late"] for report in reports)
    return {
        "items": len(office.all_of("/v1/items")),
        "tasks": len(office.all_of("/v1/tasks")),
        "ledger_entries": len(office.all_of(f"/v1/ledgers/{YEAR}/entries")),
        "reports": {
            "on_time": len(reports) - late,
            "late": late,
            "missing": sum(each["state"] == "open" for each in obligations),
        },
        "late_units": _names(result, {report["unit_id"] for report in reports if report["is_late"]}),
        "missing_units": _names(result, {each["unit_id"] for each in obligations if each["state"] == "open"}),
        "indicators": {name: completion[name] for name in ("met", "not_met", "no_figure")},
        "new_urban_employment": next(row["percent"] for row in completion["data"] if row["no"] == 3),  # noqa: PLR2004 - the row that was published with its rate
        "completion": completion["data"],
        "digests": len(office.all_of("/v1/digests")),
        "messages": count_messages(result.county),
        "published": result.year.published,
        "feed_entries": _feed_entries(result),
        "deductions": dict(states),
        "scores": {row["unit"]: row["score"] for row in scores["data"]},
        "score_rows": scores["data"],
        "third_before_reversal": _score_of(before_reversal, THIRD),
        "audit_rows": result.audited,
        "audit_damages": result.damages,
        "seconds": {name: round(seconds, 1) for name, seconds in result.seconds.items()},
    }


def shortfalls(facts: dict[str, Any]) -> list[str]:
    """Compare what came out with what the year must show; every line is something that fell short."""
    states = facts["messages"]
    undelivered = sum(count for state, count in states.items() if state not in {"delivered", "cancelled"})
    wanted: dict[str, tuple[Any, Any]] = {
        "ledger entries": (facts["ledger_entries"], 23),
        "items": (facts["items"], 28),
        "tasks": (facts["tasks"], 28),
        "late and missing reports": ((facts["reports"]["late"], facts["reports"]["missing"]), (2, 1)),
        "late units": (facts["late_units"], [FIRST]),
        "missing units": (facts["missing_units"], [SECOND]),
        "indicators": (facts["indicators"], {"met": 16, "not_met": 0, "no_figure": 7}),
        "new urban employment": (facts["new_urban_employment"], "131.4"),
        "digests": (facts["digests"], 24),
        "undelivered messages": (undelivered, 0),
        "feed entries": (facts["feed_entries"], min(50, facts["published"])),
        "deductions": (facts["deductions"], {"confirmed": 1, "refused": 1, "reversed": 1}),
        "invented units' scores": ([facts["scores"][unit] for unit in (FIRST, SECOND, THIRD)], ["98", "100", "100"]),
        "score before the reversal": (facts["third_before_reversal"], "97"),
        "real departments' scores": (
            {score for unit, score in facts["scores"].items() if unit not in {FIRST, SECOND, THIRD}},
            {"100"},
        ),
        "audit damage": (facts["audit_damages"], 0),
    }
    return [f"{name}: {got}, wanted {right}" for name, (got, right) in wanted.items() if got != right]


def show(console: Console, result: Result, facts_file: Path | None) -> bool:
    """Print what a person wants to see, and say whether the year came out whole."""
    facts = gather(result)
    if facts_file:
        facts_file.write_text(json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8")
    reports, indicators, messages = facts["reports"], facts["indicators"], facts["messages"]
    lines = Table.grid(padding=(0, 2))
    for name, told in (
        ("督查事项 / 任务  items / tasks", f"{facts['items']} / {facts['tasks']}"),
        (
            "上报  reports",
            f"按时 on time {reports['on_time']}   迟报 late {reports['late']}   漏报 missing {reports['missing']}",
        ),
        (
            "指标  indicators",
            "   ".join(
                f"{told} {indicators[name]}"
                for name, told in (
                    ("met", "达到 met"),
                    ("not_met", "未达到 not met"),
                    ("no_figure", "无数字 no figure"),
                )
            ),
        ),
        ("城镇新增就业  new urban employment", f"{facts['new_urban_employment']} %（公布 published 131.4 %）"),
        ("短信  messages", "   ".join(f"{state} {count}" for state, count in sorted(messages.items()))),
        ("汇总 / 信息流  digests / feed entries", f"{facts['digests']} / {facts['feed_entries']}"),
        ("扣分  deductions", "   ".join(f"{state} {count}" for state, count in sorted(facts["deductions"].items()))),
        ("审计  audit rows verified", f"{facts['audit_rows']}，异常 damaged {facts['audit_damages']}"),
    ):
        lines.add_row(name, told)
    console.print("\n2016 年督查小结 Summary of the year", style="bold")
    console.print(lines, _score_table(facts), _seconds_table(facts), sep="\n")
    missed = shortfalls(facts)
    for line in missed:
        console.print(f"未达到 fell short: {line}", style="bold red")
    console.print(f"信息流 feed {result.base_url}/feeds/{result.code}/progress.atom")
    return not missed


def _score_table(facts: dict[str, Any]) -> Table:
    table = Table("单位 unit", "得分 score", "同类均分 mean", "扣分 deducted", box=SIMPLE, title="得分 Scores")
    for row in sorted(facts["score_rows"], key=lambda row: (row["kind"], row["unit"])):
        parts = "、".join(f"第{part['article']}条 art. {part['article']}: {part['points']}" for part in row["parts"])
        table.add_row(row["unit"], row["score"], row["mean_of_kind"], parts or "—")
    return table


def _seconds_table(facts: dict[str, Any]) -> Table:
    table = Table("步骤 step", "秒 s", box=SIMPLE, title="用时 Time")
    for name, seconds in facts["seconds"].items():
        table.add_row(name, f"{seconds:.1f}")
    table.add_row("合计 total", f"{sum(facts['seconds'].values()):.1f}")
    return table


def _feed_entries(result: Result) -> int:
    answer = httpx.get(f"{result.base_url}/feeds/{result.code}/progress.atom", trust_env=False)
    answer.raise_for_status()
    return len(etree.fromstring(answer.content).findall(f"{ATOM}entry"))


def _score_of(scores: Any, unit: str) -> str:
    return str(next(row["score"] for row in scores["data"] if row["unit"] == unit))


def _names(result: Result, unit_ids: set[str]) -> list[str]:
    return sorted(name for name, unit_id in result.county.unit_ids.items() if unit_id in unit_ids)
