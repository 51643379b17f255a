from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import pytest

from supervision.documents.rules import CellProblem
from supervision.documents.spreadsheets import write_xlsx
from supervision.foundation.ids import new_id
from supervision.ledgers.cells import WRONG_WITH_CELL
from supervision.ledgers.columns import COLUMNS, Column
from supervision.ledgers.ledger_import import read_book
from supervision.ledgers.ledger_sheet import LedgerSheet
from supervision.ledgers.queries import Directory, LedgerContents, PersonInPost
from tests.factories.tasks import HEADER, ledger_row, to_csv

LABOUR, FINANCE, COUNTY = new_id(), new_id(), new_id()
DIRECTORY = Directory(
    {"人力资源社会保障局": LABOUR, "财政局": FINANCE, "县政府": COUNTY},
    (
        PersonInPost(new_id(), COUNTY, "示例县领导甲", "常务副县长", is_county_leader=True),
        PersonInPost(new_id(), COUNTY, "示例县领导乙", "副县长", is_county_leader=True),
        PersonInPost(new_id(), COUNTY, "示例县领导乙", "县委常委", is_county_leader=True),
        PersonInPost(new_id(), LABOUR, "示例经办甲", "科长", is_county_leader=False),
        PersonInPost(new_id(), LABOUR, "示例经办乙", "科长", is_county_leader=False),
        PersonInPost(new_id(), LABOUR, "示例经办乙", "副科长", is_county_leader=False),
        PersonInPost(new_id(), FINANCE, "示例经办丙", "科长", is_county_leader=False),
    ),
)
NOTHING = LedgerContents(set(), set())


def check(raw: bytes, taken: LedgerContents = NOTHING) -> LedgerSheet:
    sheet = LedgerSheet(read_book(raw), year=2016, directory=DIRECTORY, taken=taken)
    sheet.check(sheet.rows)
    return sheet


# Every kind of mistake that a row can hold: what is written, the column that is named, and the code.
MISTAKES: Sequence[tuple[Mapping[str, str], str, str]] = [
    ({"序号": ""}, "序号", "missing_value"),
    ({"序号": "一"}, "序号", "bad_no"),
    ({"序号": "0"}, "序号", "bad_no"),
    ({"序号": "1.5"}, "序号", "bad_no"),
    ({"序号": "7"}, "序号", "duplicate_no"),
    ({"序号": "8"}, "序号", "no_taken"),
    ({"目标": ""}, "目标", "missing_value"),
    ({"目标": "已有目标"}, "目标", "goal_taken"),
    ({"目标": "第七 目标"}, "目标", "duplicate_goal"),
    ({"指标": ""}, "指标", "missing_value"),
    ({"指标": "长" * 201}, "指标", "too_long"),
    ({"比较": ""}, "比较", "missing_value"),
    ({"比较": "大约"}, "比较", "bad_comparator"),
    ({"目标值": ""}, "目标值", "comparator_without_target"),
    ({"目标值": "很多"}, "目标值", "bad_number"),
    ({"目标值": "1.23456"}, "目标值", "bad_number"),
    ({"目标值": "12345678901234"}, "目标值", "bad_number"),
    ({"目标值": "NaN"}, "目标值", "bad_number"),
    ({"目标值": "10%"}, "目标值", "bad_number"),
    ({"目标值": "1e3"}, "目标值", "bad_number"),
    ({"比较": "between"}, "目标上限", "between_without_two_ends"),
    ({"比较": "介于", "目标上限": "999"}, "目标上限", "target_high_below_target"),
    ({"目标上限": "2000"}, "目标上限", "target_high_without_between"),
    ({"比较": "介于", "目标上限": "高"}, "目标上限", "bad_number"),
    ({"单位": ""}, "单位", "missing_value"),
    ({"责任单位": ""}, "责任单位", "missing_value"),
    ({"责任单位": "人力资源和社会保障局"}, "责任单位", "unknown_unit"),
    ({"责任单位": "XYZ"}, "责任单位", "unknown_unit"),
    ({"牵头领导": ""}, "牵头领导", "missing_value"),
    ({"牵头领导": "示例县领导丁"}, "牵头领导", "unknown_leader"),
    ({"牵头领导": "示例经办甲"}, "牵头领导", "not_a_county_leader"),
    ({"牵头领导": "示例县领导乙"}, "牵头领导", "ambiguous_name"),
    ({"责任人": ""}, "责任人", "missing_value"),
    ({"责任人": "示例经办丁"}, "责任人", "unknown_person"),
    ({"责任人": "示例经办乙"}, "责任人", "ambiguous_name"),
    ({"责任人": "示例经办丙"}, "责任人", "person_of_another_unit"),
    ({"时限": "年底"}, "时限", "bad_date"),
    ({"时限": "2016-02-30"}, "时限", "bad_date"),
    ({"时限": "20161231"}, "时限", "bad_date"),
    ({"时限": "2017-01-01"}, "时限", "date_outside_year"),
    ({"时限": "2015-12-31"}, "时限", "date_outside_year"),
    ({"来源": "长" * 201}, "来源", "too_long"),
    ({"目标值": "=500+500"}, "目标值", "formula"),
]
SEVENTH = ledger_row(序号="7", 目标="第七目标")
ENTERED = LedgerContents({8}, {"已有目标"})


@pytest.mark.parametrize(("written", "column", "code"), MISTAKES)
def test_each_mistake_is_named_with_row_column_and_what_would_be_right(
    written: Mapping[str, str], column: str, code: str
) -> None:
    (problem,) = check(to_csv([SEVENTH, ledger_row(**written)]), ENTERED).problems
    assert (problem.row, problem.column, problem.code) == (3, column, code)
    assert problem.detail_zh.endswith("。")
    assert problem.detail_en.endswith(".")
    assert "{" not in problem.detail_zh + problem.detail_en
    # What was written is never told back.
    assert all(not text or text not in problem.detail_zh for text in written.values() if len(text) > 2)


def test_the_table_above_holds_every_code() -> None:
    assert {code for *_, code in MISTAKES} == {*WRONG_WITH_CELL, "formula"} - {"no_rows"}


@pytest.mark.parametrize(
    ("written", "suggestion"),
    [
        ({"责任单位": "人力资源和社会保障局"}, "最接近的是“人力资源社会保障局”。"),
        ({"责任人": "示例经办丁"}, "最接近的是“示例经办甲”。"),
        ({"牵头领导": "示例县领导丁"}, "最接近的是“示例县领导甲”。"),
    ],
)
def test_the_nearest_name_is_offered(written: Mapping[str, str], suggestion: str) -> None:
    (problem,) = check(to_csv([ledger_row(**written)])).problems
    assert suggestion in problem.detail_zh


def test_all_mistakes_of_all_rows_are_told_at_once_in_reading_order() -> None:
    rows = [ledger_row(序号="x", 目标="", 责任单位="无此局", 责任人=""), ledger_row(), ledger_row(目标值="", 时限="?")]
    found = [(each.row, each.column, each.code) for each in check(to_csv(rows)).problems]
    assert found == [
        (2, "序号", "bad_no"),
        (2, "目标", "missing_value"),
        (2, "责任单位", "unknown_unit"),
        (2, "责任人", "missing_value"),
        (4, "序号", "duplicate_no"),
        (4, "目标", "duplicate_goal"),
        (4, "目标值", "comparator_without_target"),
        (4, "时限", "bad_date"),
    ]


@pytest.mark.parametrize("column", [column for column in COLUMNS if column.is_required])
def test_a_missing_column_is_named(column: Column) -> None:
    name = column.headers[0]
    raw = to_csv([ledger_row()]).decode().replace(name, "备注", 1).encode()
    assert ("missing_column", name) in [(each.code, each.column) for each in check(raw).problems]


def test_a_column_in_two_languages_is_one_too_many() -> None:
    raw = to_csv([ledger_row()]).decode().replace("来源", "goal", 1).encode()
    (problem,) = check(raw).problems
    assert (problem.column, problem.code) == ("goal", "repeated_column")


def test_a_header_alone_is_no_ledger() -> None:
    assert [each.code for each in check(to_csv([])).problems] == ["no_rows"]


def test_reads_what_people_write() -> None:
    rows = [
        ledger_row(比较="介于", 目标值="１，０００", 目标上限="1000.5", 时限="2016/6/30", 责任人="副科长 示例经办乙"),
        ledger_row(序号="2", 目标="二", 单位="%", 目标值="6.5%", 比较="不高于", 时限="2016年6月3日"),
        ledger_row(序号="3", 目标="三", 时限="", 牵头领导="县委常委示例县领导乙", 来源="县委文件"),
        ledger_row(序号="4", 目标="四", 目标值="-1.5"),
    ]
    sheet = check(to_csv(rows))
    assert sheet.problems == []
    first, second, third, fourth = sheet.entries
    indicator = first.task["indicators"][0]
    assert (indicator["target"], indicator["target_high"]) == (Decimal(1000), Decimal("1000.5"))
    assert (first.deadline_on, second.deadline_on, third.deadline_on) == (
        date(2016, 6, 30),
        date(2016, 6, 3),
        date(2016, 12, 31),
    )
    assert second.task["indicators"][0]["comparator"] == "at_most"
    assert second.task["indicators"][0]["target"] == Decimal("6.5")
    assert (second.source, third.source) == ("2016年度台账", "县委文件")
    assert third.task["lead_leader_id"] == DIRECTORY.people[2].id
    assert fourth.task["indicators"][0]["target"] == Decimal("-1.5")


def test_xlsx_with_english_headers_and_other_columns() -> None:
    header = [column.headers[-1] for column in COLUMNS]
    names = [HEADER[place] for place in range(len(COLUMNS))]
    row = ledger_row(目标值="6.5", 比较="between", 目标上限="7")
    values = [Decimal(row[name]) if name in {"目标值", "目标上限"} else row[name] for name in names]
    sheet = check(write_xlsx([*header, "remarks"], [[*values, "无"]], title="2016"))
    assert sheet.problems == []
    assert sheet.ignored_columns == ["remarks"]
    assert sheet.entries[0].task["indicators"][0]["target_high"] == Decimal(7)


def test_what_the_file_says_of_a_cell_comes_first() -> None:
    (problem,) = check(to_csv([ledger_row(目标值='=CONCAT("a")')])).problems
    assert problem == CellProblem(2, "目标值", "formula", problem.detail_zh, problem.detail_en)
