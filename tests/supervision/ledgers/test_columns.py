"""Which header means which field, and that none is passed over without a word."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervision.documents.errors import SpreadsheetRefused
from supervision.documents.spreadsheets import write_xlsx
from supervision.ledgers.columns import CHINESE, COLUMNS, IGNORABLE, field_of, header_key
from supervision.ledgers.ledger_sheet import LedgerSheet
from tests.factories.tasks import HEADER, ledger_row
from tests.supervision.ledgers.test_ledger_sheet import check

OPTIONAL = [column for column in COLUMNS if not column.is_required]
# What nobody can know the meaning of.
UNKNOWN = ["完工期", "限", "期", "deadlne", "到什么时候", "出自", "重要程度", "甲"]


def as_csv(header: Sequence[str], *rows: Sequence[str]) -> bytes:
    return "\n".join(",".join(line) for line in [header, *rows]).encode()


def as_xlsx(header: Sequence[str], *rows: Sequence[str]) -> bytes:
    return write_xlsx(header, rows, title="台账")


def renamed(
    names: Mapping[str, str], extra: Mapping[str, str] | None = None, *, kind: Any = as_csv, **over: str
) -> bytes:
    """Write a ledger of one row whose headers are renamed, "" leaving the column out, with further columns behind."""
    kept = {names.get(name, name): text for name, text in ledger_row(**over).items() if names.get(name) != ""}
    cells = {**kept, **(extra or {})}
    return bytes(kind(list(cells), list(cells.values())))


def codes(sheet: LedgerSheet) -> list[tuple[str, str]]:
    return [(problem.column, problem.code) for problem in sheet.problems]


def notes(sheet: LedgerSheet) -> dict[str, tuple[str, ...]]:
    return {note.code: note.columns for note in sheet.notes}


def test_a_header_means_one_field_only() -> None:
    counted = Counter(header_key(header) for column in COLUMNS for header in column.headers)
    counted.update(map(header_key, IGNORABLE))
    assert [header for header, times in counted.items() if times > 1] == []


@pytest.mark.parametrize("kind", [as_csv, as_xlsx])
@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.field)
def test_each_column_is_read_under_each_of_its_names(column: Any, kind: Any) -> None:
    usual = check(renamed({}, kind=kind, 时限="2016-06-30", 来源="县委文件")).entries
    assert len(usual) == 1
    for header in column.headers:
        for written in (header, f"*{header}", f"{header}：", f" {header}\u200b", header.upper()):
            sheet = check(renamed({column.zh: written}, kind=kind, 时限="2016-06-30", 来源="县委文件"))
            assert (sheet.problems, sheet.entries, sheet.notes) == ([], usual, []), written


@pytest.mark.parametrize(
    "header", ["完成时间", "办结时限", "截止时间", "完成时限", "办理期限", "时间节点", "完成期限", "截止日期"]
)
def test_a_deadline_under_another_header_is_no_end_of_year(header: str) -> None:
    (entry,) = check(renamed({"时限": header}, 时限="2016-06-30")).entries
    assert entry.deadline_on.isoformat() == "2016-06-30"


@pytest.mark.parametrize("kind", [as_csv, as_xlsx])
@pytest.mark.parametrize("header", UNKNOWN)
@pytest.mark.parametrize("column", OPTIONAL, ids=lambda column: column.field)
def test_an_unknown_header_is_refused_where_an_optional_column_is_absent(column: Any, header: str, kind: Any) -> None:
    sheet = check(renamed({column.zh: header}, kind=kind))
    assert (codes(sheet), sheet.entries) == ([(header, "unknown_column")], [])
    assert f"“{column.zh}”" in sheet.problems[0].detail_zh
    assert column.en in sheet.problems[0].detail_en


@pytest.mark.parametrize(
    ("column", "header", "nearest"),
    [
        ("时限", "完工时间", "时限"),
        ("时限", "deadlne", "时限"),
        ("来源", "来源文号", "来源"),
        ("目标上限", "上限数", "目标上限"),
    ],
)
def test_the_field_that_comes_nearest_is_named(column: str, header: str, nearest: str) -> None:
    (problem,) = check(renamed({column: header})).problems
    assert f"最接近的是“{nearest}”" in problem.detail_zh


def test_a_missing_column_is_told_with_those_that_may_be_it() -> None:
    problems = check(renamed({"责任单位": "负责单位", "指标": ""}, {"甲": ""})).problems
    told = {problem.column: problem.detail_zh for problem in problems if problem.code == "missing_column"}
    assert "如 G 列即是" in told["责任单位"]
    assert "列即是" not in told["指标"]


@pytest.mark.parametrize("header", UNKNOWN)
def test_an_unknown_header_is_ignored_and_named_where_nothing_is_absent(header: str) -> None:
    sheet = check(renamed({}, {header: "甲"}))
    assert (sheet.problems, len(sheet.entries)) == ([], 1)
    assert notes(sheet)["ignored_columns"] == (header,)


@pytest.mark.parametrize("header", IGNORABLE)
def test_what_stands_beside_every_ledger_is_ignored_and_named(header: str) -> None:
    sheet = check(renamed({"时限": "", "来源": "", "目标上限": ""}, {header: "甲"}))
    assert (sheet.problems, len(sheet.entries)) == ([], 1)
    assert notes(sheet) == {"ignored_columns": (header,), "absent_columns": ("目标上限", "时限", "来源")}


@pytest.mark.parametrize(
    ("extra", "letters"),
    [
        ("完成时间", "K 列与 M 列"),
        ("截止日期", "K 列与 M 列"),
        ("承办单位", "H 列与 M 列"),
        ("编号", "A 列与 M 列"),
        ("文号", "L 列与 M 列"),
    ],
)
def test_two_headers_of_one_meaning_are_both_named(extra: str, letters: str) -> None:
    (problem,) = check(renamed({}, {extra: "甲"})).problems
    assert (problem.column, problem.code) == (extra, "repeated_column")
    assert letters in problem.detail_zh


def test_cells_that_are_left_empty_are_told() -> None:
    raw = as_csv(
        HEADER, list(ledger_row().values()), list(ledger_row(序号="2", 目标="二", 时限="", 来源="县委").values())
    )
    told = {(note.columns, note.rows) for note in check(raw).notes if note.code == "left_open"}
    assert told == {(("时限",), (3,)), (("来源",), (2,))}


words = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters=',;"'), min_size=1, max_size=8
)
headers = st.one_of(
    words,
    st.sampled_from([header for column in COLUMNS for header in column.headers]),
    st.sampled_from([*IGNORABLE, *UNKNOWN]),
    st.builds("{}{}".format, st.sampled_from(list(HEADER)), words),
    st.builds("{}{}".format, words, st.sampled_from(list(HEADER))),
)
rows = st.fixed_dictionaries(
    {
        "比较": st.sampled_from(["不低于", "不高于", "介于"]),
        "目标上限": st.sampled_from(["", "2000"]),
        "时限": st.sampled_from(["", "2016-06-30", "2016年12月31日"]),
        "来源": st.sampled_from(["", "县委文件"]),
    }
)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(list(HEADER)),
    headers,
    rows,
    st.sampled_from([as_csv, as_xlsx]),
    st.sampled_from([{}, {"备注": "无"}]),
)
def test_renaming_a_header_changes_nothing_unless_the_result_says_so(
    old: str, new: str, row: dict[str, str], kind: Any, extra: dict[str, str]
) -> None:
    before = check(renamed({}, extra, kind=kind, **row))
    if new in {*HEADER, *extra} or not new.strip():
        return
    try:
        after = check(renamed({old: new}, extra, kind=kind, **row))
    except SpreadsheetRefused:
        return
    if field_of(new) == field_of(old):
        assert (after.entries, len(after.problems)) == (before.entries, len(before.problems))
    elif not after.problems:
        ignored, absent = notes(after)["ignored_columns"], notes(after)["absent_columns"]
        assert header_key(new) in map(header_key, ignored)
        assert CHINESE[field_of(old) or ""] in absent
