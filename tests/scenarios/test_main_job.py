"""The main job and the procedure, as `make demo` lives through them (§2(1), §3(2), §4(1), §4(2), §5(2))."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy.demo.wanted import shortfalls

ROOT = Path(__file__).parents[2]
FIRST, SECOND, THIRD = "示例甲局（虚构）", "示例乙局（虚构）", "示例丙镇（虚构）"


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Run the demonstration as a user would, on servers of its own, and read the facts of its summary."""
    folder = tmp_path_factory.mktemp("demo")
    told = folder / "facts.json"
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DUCHA_")}
    ended = subprocess.run(
        [sys.executable, "-m", "deploy.demo", "--once", "--folder", str(folder / "data"), "--facts", str(told)],
        cwd=ROOT,
        env=inherited,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-4000:] + ended.stderr[-4000:]
    read: dict[str, Any] = json.loads(told.read_text(encoding="utf-8"))
    return read


def test_the_ledger_is_opened_from_the_workbook(facts: dict[str, Any]) -> None:
    assert (facts["ledger_entries"], facts["items"], facts["tasks"]) == (23, 28, 28)


def test_completion_comes_out_as_published(facts: dict[str, Any]) -> None:
    by_number = {row["no"]: row for row in facts["completion"]}
    assert len(by_number) == 23
    assert facts["indicators"] == {"met": 16, "not_met": 0, "no_figure": 7}
    assert by_number[3]["percent"] == "131.4"
    assert (by_number[1]["comparator"], by_number[1]["verdict"]) == ("between", "met")
    assert (by_number[2]["comparator"], by_number[2]["figure"], by_number[2]["verdict"]) == ("at_most", "2", "met")
    assert {by_number[number]["verdict"] for number in range(7, 14)} == {"no_figure"}


def test_only_invented_units_are_ever_late(facts: dict[str, Any]) -> None:
    assert facts["late_units"] == [FIRST]
    assert facts["missing_units"] == [SECOND]
    assert (facts["reports"]["late"], facts["reports"]["missing"]) == (2, 1)
    assert facts["reports"]["on_time"] == 24 * 12 - 3 + 6


def test_a_late_report_costs_nothing_and_a_late_instruction_two_points(facts: dict[str, Any]) -> None:
    late, criticised = next(row for row in facts["score_rows"] if row["unit"] == FIRST)["parts"]
    assert (late["article"], late["points"], late["rule_code"]) == (7, "2", "instruction_late")
    assert (criticised["article"], criticised["points"], criticised["rule_code"]) == (12, "3", "circular_criticism")
    assert facts["scores"][SECOND] == "100"
    assert facts["deductions"] == {"confirmed": 2, "refused": 1, "reversed": 1}
    assert (facts["third_before_reversal"], facts["scores"][THIRD]) == ("97", "100")


def test_completion_reports_are_passed_or_returned_and_items_closed_out(facts: dict[str, Any]) -> None:
    assert facts["completion_reviews"] == {"passed": 19, "returned": 4}
    assert facts["waivers"] == {"granted": 1, "refused": 1}
    assert facts["closed"] == 20
    told = [(story["unit"], story["reviews"], story["waivers"], story["closed_on"]) for story in facts["stories"]]
    assert told == [
        (FIRST, ["returned", "returned", "passed"], [], "2017-01-13"),
        (SECOND, ["passed"], [], "2016-05-16"),
        (THIRD, ["returned", "passed"], [], "2016-09-26"),
        (THIRD, [], ["refused", "granted"], "2017-01-13"),
        (SECOND, ["returned"], [], None),
    ]
    extended = facts["stories"][2]
    assert (extended["first_deadline_on"], extended["deadline_on"]) == ("2016-06-30", "2016-09-30")


def test_notices_are_issued_acknowledged_and_urged(facts: dict[str, Any]) -> None:
    assert facts["notices"] == {"issued": 2, "acknowledged": 3, "urged": 2}


def test_a_problem_rises_to_the_conference_and_is_resolved(facts: dict[str, Any]) -> None:
    problem = facts["problem"]
    assert (problem["state"], problem["level"], problem["decided_at_levels"]) == (
        "resolved",
        "conference",
        ["leaders", "conference"],
    )
    assert len(problem["unit_ids"]) == 2
    # Plan, two escalations, two decisions, two follow-ups, resolution.
    assert problem["steps"] == 8


def test_the_circular_counts_what_is_on_record_and_is_issued_by_another(facts: dict[str, Any]) -> None:
    circular = facts["circular"]
    assert circular["number"] == "督查通报〔2016〕1号"
    assert (circular["criticised"], circular["commended"]) == ([FIRST], [THIRD])
    assert circular["laggards"] == ["整治示例路段占道经营"]
    assert circular["is_issued_by_another"] is True
    counts = circular["counts"]
    assert (counts["items_open"], counts["items_overdue"], counts["overdue_percent"]) == (27, 1, "3.7")
    assert (counts["reports_due"], counts["reports_on_time"], counts["on_time_percent"]) == (24, 23, "95.8")


def test_one_unit_is_warned_of_the_quarter_in_which_it_lost_five_points(facts: dict[str, Any]) -> None:
    assert facts["warnings"] == [{"quarter": 2, "unit": FIRST, "points": "5", "level": "attention"}]


def test_the_year_is_settled_and_exported(facts: dict[str, Any]) -> None:
    settlement = facts["settlement"]
    assert (settlement["state"], settlement["is_confirmed_by_another"]) == ("confirmed", True)
    # 4 percent of 95, of 100 for ten departments, and 2 percent of a township's 100.
    assert sorted(settlement["converted"].values()) == ["2", "3.8", *["4"] * 10]
    assert (settlement["exported_rows"], settlement["exported_points"]) == (12, "45.8")
    assert {row["mean_of_kind"] for row in facts["score_rows"]} == {"99.55", "100"}


def test_what_goes_wrong_belongs_to_invented_units(facts: dict[str, Any]) -> None:
    went_wrong = {
        *facts["deducted_units"],
        *facts["late_units"],
        *facts["missing_units"],
        *facts["circular"]["criticised"],
        *(each["unit"] for each in facts["warnings"]),
        *facts["returned_units"],
    }
    assert went_wrong == {FIRST, SECOND, THIRD}
    assert {facts["scores"][unit] for unit in facts["scores"].keys() - {FIRST, SECOND, THIRD}} == {"100"}


def test_every_message_is_delivered_with_its_receipt(facts: dict[str, Any]) -> None:
    assert set(facts["messages"]) <= {"delivered", "cancelled"}
    officials_of_deputy_section_and_above = 3 + 12 * 2
    digests = 24 * (1 + officials_of_deputy_section_and_above)
    reminders, urgings = 24 * 6, 3 * 2
    assert facts["messages"]["delivered"] >= digests + reminders + urgings


def test_the_feed_holds_what_was_published(facts: dict[str, Any]) -> None:
    assert facts["published"] == 75 + 3
    assert facts["feed_entries"] == 50


def test_the_pages_that_a_visitor_is_led_to_are_there(facts: dict[str, Any]) -> None:
    assert len(facts["portal_pages"]) == 5
    assert set(facts["portal_pages"].values()) == {200}


def test_the_audit_verifies(facts: dict[str, Any]) -> None:
    assert facts["audit_rows"] > 1000
    assert facts["audit_damages"] == 0


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("reports", {"on_time": 291, "late": 3, "missing": 1}),
        ("late_units", ["财政部"]),
        ("closed", 19),
        ("completion_reviews", {"passed": 19, "returned": 3}),
        ("waivers", {"granted": 2}),
        ("warnings", []),
        ("deductions", {"confirmed": 3, "refused": 1}),
        ("returned_units", ["财政部"]),
        ("messages", {"delivered": 842, "unknown": 1}),
        ("messages", {"delivered": 800}),
    ],
)
def test_whatever_falls_short_is_named(facts: dict[str, Any], name: str, wrong: Any) -> None:
    assert shortfalls(facts) == []
    assert len(shortfalls({**facts, name: wrong})) >= 1
