from typing import Any

from deploy.demo.county import FIRST, SECOND, THIRD
from deploy.demo.result import real_units

# By hand. 示例甲局 let an instruction run past 31 March (annex art. 7: 2 points, a fact of 1 April) and was criticised
# in the circular of 8 June (art. 12: 3): 100 - 5 = 95, of which 4 percent are 3.8. Both facts are of the second
# quarter: 5 points, and from 3 on a unit is told to take care. 示例丙镇 lost 3 in July (art. 10) and got them back in
# August; 2 percent of its 100 are 2. The ten other departments have 100, of which 4 percent are 4.
MEAN_OF_DEPARTMENTS = "99.55"  # (10 * 100 + 95) / 11
EXPORTED_POINTS = "45.8"  # 10 * 4 + 3.8 + 2
# 24 half-months of 12 units, and one after the year of those whose items are still open.
REPORTS_ON_TIME = 24 * 12 - 3 + 6
# 24 digests to 1 + 27 officials; 24 times 6 reminders, 3 urgings to 2 people each; the notice to 3 people, the slip
# to 5; 3 deductions, 2 units named in the circular and 1 warning, to 2 leaders each.
# What the system urges and reminds of by itself comes on top.
MESSAGES = 24 * 28 + 24 * 6 + 3 * 2 + 3 + 5 + (3 + 2 + 1) * 2
# One of the 28 items was closed out in May. Of May's 2 * 12 reports, counted on 7 June, one is missing.
CIRCULAR_COUNTS = {
    "items_open": 27,
    "items_overdue": 1,
    "overdue_percent": "3.7",
    "tasks": 27,
    "reports_due": 24,
    "reports_on_time": 23,
    "reports_late": 0,
    "reports_missing": 1,
    "on_time_percent": "95.8",
}


def shortfalls(facts: dict[str, Any]) -> list[str]:
    """Compare what came out with what the year must show; every line is something that fell short."""
    wanted = _of_the_cadence(facts) | _of_the_procedure(facts) | _of_the_judgement(facts)
    return [f"{name}: {got}, wanted {right}" for name, (got, right) in wanted.items() if got != right]


def _of_the_cadence(facts: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    undelivered = sum(count for state, count in facts["messages"].items() if state not in {"delivered", "cancelled"})
    return {
        "ledger entries": (facts["ledger_entries"], 23),
        "items": (facts["items"], 28),
        "tasks": (facts["tasks"], 28),
        # Items are closed out in mid-year, but until the year's end no unit is ever without an open one.
        "reports": (facts["reports"], {"on_time": REPORTS_ON_TIME, "late": 2, "missing": 1}),
        "late units": (facts["late_units"], [FIRST]),
        "missing units": (facts["missing_units"], [SECOND]),
        "indicators": (facts["indicators"], {"met": 16, "not_met": 0, "no_figure": 7}),
        "new urban employment": (facts["new_urban_employment"], "131.4"),
        "digests": (facts["digests"], 24 + 1),
        "undelivered messages": (undelivered, 0),
        "delivered messages, at least": (min(facts["messages"].get("delivered", 0), MESSAGES), MESSAGES),
        "feed entries": (facts["feed_entries"], min(50, facts["published"])),
        "portal's pages": (facts["portal_pages"], dict.fromkeys(facts["portal_pages"], 200)),
        "audit damage": (facts["audit_damages"], 0),
    }


def _of_the_procedure(facts: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    problem, circular = facts["problem"], facts["circular"]
    return {
        "notices": (facts["notices"], {"issued": 2, "acknowledged": 3, "urged": 2}),
        # The 16 indicators that were met, and three instructions.
        "completion reviews": (facts["completion_reviews"], {"passed": 16 + 3, "returned": 4}),
        "waivers": (facts["waivers"], {"granted": 1, "refused": 1}),
        # What passed or was waived; seven indicators without a figure and the returned notice stay open.
        "closed items": (facts["closed"], 16 + 3 + 1),
        "problem": ((problem["state"], problem["level"]), ("resolved", "conference")),
        "problem's decisions": (problem["decided_at_levels"], ["leaders", "conference"]),
        "circular's counts": (circular["counts"], CIRCULAR_COUNTS),
        "criticised": (circular["criticised"], [FIRST]),
        "circular issued by another": (circular["is_issued_by_another"], True),
    }


def _of_the_judgement(facts: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    settlement = facts["settlement"]
    means = {row["mean_of_kind"] for row in facts["score_rows"] if row["kind"] == "department"}
    named = [each["unit"] for each in facts["warnings"]] + facts["circular"]["criticised"]
    named += [unit for what in ("deducted", "late", "missing", "returned") for unit in facts[f"{what}_units"]]
    return {
        "deductions": (facts["deductions"], {"confirmed": 2, "refused": 1, "reversed": 1}),
        "warnings": (facts["warnings"], [{"quarter": 2, "unit": FIRST, "points": "5", "level": "attention"}]),
        "invented units' scores": ([facts["scores"][unit] for unit in (FIRST, SECOND, THIRD)], ["95", "100", "100"]),
        "score before the reversal": (facts["third_before_reversal"], "97"),
        "real departments' scores": ({facts["scores"][unit] for unit in real_units(list(facts["scores"]))}, {"100"}),
        "real departments named": (real_units(named), []),
        "mean of the departments": (means, {MEAN_OF_DEPARTMENTS}),
        "settlement": (settlement["state"], "confirmed"),
        "settlement confirmed by another": (settlement["is_confirmed_by_another"], True),
        "converted": ([settlement["converted"][unit] for unit in (FIRST, SECOND, THIRD)], ["3.8", "4", "2"]),
        "exported": ((settlement["exported_rows"], settlement["exported_points"]), (12, EXPORTED_POINTS)),
    }
