import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


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
        timeout=300,
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
    assert facts["late_units"] == ["示例甲局（虚构）"]
    assert facts["missing_units"] == ["示例乙局（虚构）"]
    assert (facts["reports"]["late"], facts["reports"]["missing"]) == (2, 1)
    assert facts["reports"]["on_time"] == 24 * 12 - 3


def test_a_late_report_costs_nothing_and_a_late_instruction_two_points(facts: dict[str, Any]) -> None:
    (part,) = next(row for row in facts["score_rows"] if row["unit"] == "示例甲局（虚构）")["parts"]
    assert (part["article"], part["points"], part["rule_code"]) == (7, "2", "instruction_late")
    assert facts["scores"]["示例乙局（虚构）"] == "100"
    assert facts["deductions"] == {"confirmed": 1, "refused": 1, "reversed": 1}
    assert (facts["third_before_reversal"], facts["scores"]["示例丙镇（虚构）"]) == ("97", "100")


def test_every_message_is_delivered_with_its_receipt(facts: dict[str, Any]) -> None:
    assert set(facts["messages"]) <= {"delivered", "cancelled"}
    officials_of_deputy_section_and_above = 3 + 12 * 2
    assert facts["messages"]["delivered"] >= 24 * (1 + officials_of_deputy_section_and_above)


def test_the_feed_holds_what_was_published(facts: dict[str, Any]) -> None:
    assert facts["published"] == 72
    assert facts["feed_entries"] == 50


def test_the_audit_verifies(facts: dict[str, Any]) -> None:
    assert facts["audit_rows"] > 1000
    assert facts["audit_damages"] == 0
