import csv
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.foundation.ids import new_id
from supervision.progress.rules import (
    Completion,
    CompletionVerdict,
    ReportedEntry,
    ReportedFigure,
    Standing,
    TaskDuty,
    check_entries,
    completion,
    standing,
)

# What was published of the State Council's goals for 2016, and what each comes to: the columns are the row's number,
# comparator, target, upper target, published figure, verdict, percentage.
GOLDEN = """
 1  between    6.5    7  6.7     met        100.0
 2  at_most    3      -  2.0     met        100.0
 3  at_least   1000   -  1314    met        131.4
 4  at_most    4.5    -  4.02    met        100.0
 5  at_least   3.4    -  5       met        147.1
 6  at_most    21800  -  21800   met        100.0
 7  at_least   4000   -  -       no_figure  -
 8  at_least   500    -  -       no_figure  -
 9  at_least   50000  -  -       no_figure  -
10  at_least   8000   -  -       no_figure  -
11  at_least   16500  -  -       no_figure  -
12  at_least   20     -  -       no_figure  -
13  at_least   5000   -  -       no_figure  -
14  at_least   600    -  606     met        101.0
15  at_least   314    -  387     met        123.2
16  at_least   2000   -  2005    met        100.3
17  at_least   1500   -  1510    met        100.7
18  at_least   15000  -  15759   met        105.1
19  at_least   2000   -  2182    met        109.1
20  at_least   20     -  29.256  met        146.3
21  at_least   43.4   -  43.4    met        100.0
22  at_least   1000   -  1240    met        124.0
23  at_least   200    -  249     met        124.5
"""
ROWS = [line.split() for line in GOLDEN.strip().splitlines()]
LEDGER = Path(__file__).parents[3] / "deploy" / "demo" / "data" / "state_council_2016.csv"


def number(text: str) -> Decimal | None:
    return None if text in ("", "-") else Decimal(text)


def decimal(text: str) -> Decimal:
    return Decimal(text)


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_goals_of_2016(row: list[str]) -> None:
    _, comparator, target, high, figure, verdict, percent = row
    expected = Completion(CompletionVerdict(verdict), number(percent))
    assert completion(comparator, decimal(target), number(high), number(figure)) == expected


def test_the_golden_table_is_the_published_ledger() -> None:
    with LEDGER.open(encoding="utf-8-sig", newline="") as file:
        published = list(csv.DictReader(file))
    columns = ("target", "target_high", "actual")
    assert [(row["comparator"], *(number(row[column]) for column in columns)) for row in published] == [
        (row[1], *map(number, row[2:5])) for row in ROWS
    ]
    printed = {row["no"]: row["published_completion"] for row in published if row["published_completion"]}
    assert printed == {row[0]: f"{row[6]}%" for row in ROWS if row[0] == "3"}
    assert [row[5] for row in ROWS].count("met") == 16


@pytest.mark.parametrize(
    ("comparator", "target", "high", "figure", "verdict", "percent"),
    [
        ("at_least", "1000", None, "999.9", "not_met", "100.0"),  # almost is not met, whatever the rounding shows
        ("at_least", "1000", None, "0", "not_met", "0.0"),
        ("at_least", "8", None, "0.02", "not_met", "0.3"),  # 0.25 is rounded half up
        ("at_least", "3", None, "-1", "not_met", "-33.3"),
        ("at_least", "0", None, "5", "met", None),
        ("at_least", "0", None, "-5", "not_met", None),
        ("at_least", "-2", None, "-1", "met", None),
        ("at_least", "-2", None, "-3", "not_met", None),
        ("at_most", "3", None, "3", "met", "100.0"),
        ("at_most", "3", None, "4", "not_met", "75.0"),
        ("at_most", "3", None, "-1", "met", "100.0"),
        ("at_most", "0", None, "0", "met", None),
        ("at_most", "0", None, "1", "not_met", None),
        ("at_most", "-2", None, "-1", "not_met", None),
        ("between", "6.5", "7", "6.5", "met", "100.0"),
        ("between", "6.5", "7", "7", "met", "100.0"),
        ("between", "6.5", "7", "5.2", "not_met", "80.0"),
        ("between", "6.5", "7", "8.75", "not_met", "80.0"),
        ("between", "0", "7", "-1", "not_met", None),
        ("between", "0", "7", "14", "not_met", "50.0"),
        ("between", "-2", "0", "-1", "met", None),
        ("between", "-2", "0", "1", "not_met", None),
        ("between", "6.5", "7", None, "no_figure", None),
    ],
)
def test_completion_at_the_edges(
    comparator: str, target: str, high: str | None, figure: str | None, verdict: str, percent: str | None
) -> None:
    found = completion(comparator, decimal(target), number(high or "-"), number(figure or "-"))
    assert found == Completion(CompletionVerdict(verdict), number(percent or "-"))


def test_another_comparator_is_a_bug() -> None:
    with pytest.raises(ValueError, match="about"):
        completion("about", Decimal(1), None, Decimal(1))
    with pytest.raises(ValueError, match="between"):
        completion("between", Decimal(1), None, Decimal(1))


numbers = st.decimals(min_value=-(10**13), max_value=10**13, places=4)


@given(st.sampled_from(["at_least", "at_most", "between"]), numbers, numbers, numbers)
def test_what_is_met_is_whole(comparator: str, one: Decimal, other: Decimal, figure: Decimal) -> None:
    target, high = sorted([one, other])
    found = completion(comparator, target, high if comparator == "between" else None, figure)
    if found.percent is not None:
        assert found.percent == found.percent.quantize(Decimal("0.1"))
        assert (found.percent >= 100) if found.verdict is CompletionVerdict.MET else (found.percent <= 100)


DUE = datetime(2016, 3, 18, 16, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("fulfilled_at", "now", "expected"),
    [
        (None, DUE - INSTANT, Standing.DUE),
        (None, DUE, Standing.MISSING),
        (DUE - INSTANT, DUE + timedelta(days=9), Standing.ON_TIME),
        (DUE, DUE, Standing.LATE),
        (DUE + timedelta(days=1), DUE + timedelta(days=9), Standing.LATE),
    ],
)
def test_standing(fulfilled_at: datetime | None, now: datetime, expected: Standing) -> None:
    assert standing(DUE, fulfilled_at, now) is expected


BRIDGE, ROAD, METRES, COST = (new_id() for _ in range(4))
DUTIES = {BRIDGE: TaskDuty("修桥", frozenset({METRES, COST})), ROAD: TaskDuty("修路", frozenset())}


def said(task_id: UUID, *indicators: UUID) -> ReportedEntry:
    figures = [ReportedFigure(indicator_id=indicator, value=Decimal(1)) for indicator in indicators]
    return {"task_id": task_id, "percent": 10, "text": "进展", "figures": figures, "attachment_ids": []}


def test_a_report_on_every_task_is_right_in_any_order() -> None:
    assert check_entries(DUTIES, [said(ROAD), said(BRIDGE, COST, METRES)]) == []


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([said(BRIDGE)], [("/entries", "task_missing")]),
        ([], [("/entries", "task_missing"), ("/entries", "task_missing")]),
        ([said(BRIDGE), said(ROAD), said(BRIDGE)], [("/entries/2/task_id", "task_repeated")]),
        ([said(BRIDGE), said(ROAD), said(new_id())], [("/entries/2/task_id", "not_your_task")]),
        ([said(BRIDGE), said(ROAD, COST)], [("/entries/1/figures/0/indicator_id", "not_of_this_task")]),
        ([said(BRIDGE, COST, COST), said(ROAD)], [("/entries/0/figures/1/indicator_id", "indicator_repeated")]),
    ],
)
def test_every_fault_of_a_report_is_named_by_its_place(
    entries: list[ReportedEntry], expected: list[tuple[str, str]]
) -> None:
    assert [(problem.pointer, problem.code) for problem in check_entries(DUTIES, entries)] == expected


def test_a_missing_task_is_named() -> None:
    (problem,) = check_entries(DUTIES, [said(BRIDGE)])
    assert "修路" in problem.zh
    assert str(ROAD) in problem.en
