import json
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from deploy.demo.facts import gather
from deploy.demo.result import Result
from deploy.demo.wanted import shortfalls

TOLD = {
    "met": "达到 met",
    "not_met": "未达到 not met",
    "no_figure": "无数字 no figure",
    "issued": "印发 issued",
    "acknowledged": "签收 acknowledged",
    "urged": "催签 urged",
    "on_time": "按时 on time",
    "late": "迟报 late",
    "missing": "漏报 missing",
    "passed": "通过 passed",
    "returned": "退回 returned",
    "granted": "批准 granted",
    "refused": "不同意 refused",
    "confirmed": "确认 confirmed",
    "reversed": "撤销 reversed",
    "attention": "提示 attention",
    "warning": "预警 warning",
    "severe": "严重预警 severe",
    "unit": "单位 unit",
    "leaders": "领导 leaders",
    "conference": "联席会 conference",
}


def show(console: Console, result: Result, facts_file: Path | None) -> bool:
    """Print what a person wants to see, and say whether the year came out whole."""
    facts = gather(result)
    if facts_file:
        facts_file.write_text(json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8")
    console.print("\n2016 年督查小结 Summary of the year", style="bold")
    console.print(_overview(facts), _stories_table(facts), _score_table(facts), _seconds_table(facts), sep="\n")
    missed = shortfalls(facts)
    for line in missed:
        console.print(f"未达到 fell short: {line}", style="bold red")
    for name, path in result.year.publicity.pages.items():
        console.print(f"{name} {result.base_url}{path}", soft_wrap=True)
    console.print(f"信息流 feed {result.base_url}/feeds/{result.code}/progress.atom", soft_wrap=True)
    console.print(f"结算表 settlement {result.workbook}", soft_wrap=True)
    return not missed


def _overview(facts: dict[str, Any]) -> Table:
    problem, circular, settlement = facts["problem"], facts["circular"], facts["settlement"]
    levels = " → ".join(TOLD[level] for level in ("unit", *problem["decided_at_levels"]))
    warnings = "；".join(
        f"第 {each['quarter']} 季度 Q{each['quarter']} {each['unit']} {each['points']} 分 {TOLD[each['level']]}"
        for each in facts["warnings"]
    )
    lines = Table.grid(padding=(0, 2))
    for name, told in (
        ("督查事项 / 任务  items / tasks", f"{facts['items']} / {facts['tasks']}"),
        ("上报  progress reports", _counts(facts["reports"])),
        ("指标  indicators", _counts(facts["indicators"])),
        ("城镇新增就业  new urban employment", f"{facts['new_urban_employment']} %（公布 published 131.4 %）"),
        ("通知书、抄告单  notices and slips", _counts(facts["notices"])),
        ("办结审查  completion reviews", _counts(facts["completion_reviews"])),
        ("确不能办理  waivers", _counts(facts["waivers"])),
        ("销号 / 在办  closed out / open", f"{facts['closed']} / {facts['items'] - facts['closed']}"),
        ("问题化解  problem", f"{levels}，{'已解决' if problem['resolved_at'] else '未解决'}"),
        ("督查通报  circular", f"{circular['number']} 批评 criticised {'、'.join(circular['criticised'])}"),
        ("扣分  deductions", _counts(facts["deductions"])),
        ("季度预警  quarterly warning", warnings),
        ("年度结算  settlement", f"{TOLD[settlement['state']]}   {settlement['exported_rows']} 家 units"),
        ("短信  messages", "   ".join(f"{state} {count}" for state, count in sorted(facts["messages"].items()))),
        ("汇总 / 信息流  digests / feed entries", f"{facts['digests']} / {facts['feed_entries']}"),
        ("审计  audit rows verified", f"{facts['audit_rows']}，异常 damaged {facts['audit_damages']}"),
    ):
        lines.add_row(name, told)
    return lines


def _counts(counts: dict[str, int]) -> str:
    return "   ".join(f"{TOLD[name]} {count}" for name, count in counts.items())


def _stories_table(facts: dict[str, Any]) -> Table:
    table = Table("事项 item", "单位 unit", "时限 due", "审查 / 不能办理 reviews / waivers", "销号 closed", box=SIMPLE)
    table.title = "虚构单位的五件事项 Five items of the invented units"
    for story in facts["stories"]:
        runs = [(TOLD[state], len(list(run))) for state, run in groupby([*story["reviews"], *story["waivers"]])]
        steps = "、".join(f"{told} × {times}" if times > 1 else told for told, times in runs)
        unit = story["unit"].removesuffix("（虚构）")
        table.add_row(story["title"], unit, story["deadline_on"], steps, story["closed_on"] or "—")
    return table


def _score_table(facts: dict[str, Any]) -> Table:
    table = Table(
        "单位 unit", "得分 score", "同类均分 mean", "折算 converted", "扣分 deducted", box=SIMPLE, title="得分 Scores"
    )
    converted = facts["settlement"]["converted"]
    for row in sorted(facts["score_rows"], key=lambda row: (row["kind"], row["unit"])):
        parts = "、".join(f"art. {part['article']}: {part['points']}" for part in row["parts"])
        table.add_row(row["unit"], row["score"], row["mean_of_kind"], converted[row["unit"]], parts or "—")
    return table


def _seconds_table(facts: dict[str, Any]) -> Table:
    table = Table("步骤 step", "秒 s", box=SIMPLE, title="用时 Time")
    for name, seconds in facts["seconds"].items():
        table.add_row(name, f"{seconds:.1f}")
    table.add_row("合计 total", f"{sum(facts['seconds'].values()):.1f}")
    return table
