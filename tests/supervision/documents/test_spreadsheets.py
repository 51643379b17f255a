import io
import zipfile
from datetime import date, datetime, time
from decimal import Decimal

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from supervision.documents import errors
from supervision.documents.rules import Limits
from supervision.documents.spreadsheets import CellValue, read_table, write_xlsx
from tests.factories.spreadsheets import GOOD_SHEET, HEADER, container, places


def test_numbers_dates_and_percents_read_as_a_person_sees_them() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as workbook:
        sheet = workbook.add_worksheet("2016")
        percent, day, chinese, moment, literal = (
            workbook.add_format({"num_format": code})
            for code in ("0.0%", "yyyy-mm-dd", 'yyyy"年"m"月"d"日"', "yyyy-mm-dd hh:mm", '0.0"%"')
        )
        sheet.write_row(1, 1, ["a", "b", "c", "d", "e", "f", "g", "h", "i"])
        sheet.write_row(2, 1, [6.5, 1314.0, 0.1 + 0.2, 13800138000])
        sheet.write(2, 5, 0.065, percent)
        sheet.write(2, 6, date(2016, 12, 31), day)
        sheet.write(2, 7, date(2016, 12, 31), chinese)
        sheet.write(2, 8, datetime(2016, 12, 31, 8, 30), moment)  # noqa: DTZ001 - a sheet knows no offset
        sheet.write(2, 9, 4.5, literal)
        sheet.write_row(4, 1, [True, -0.0, 1e20, "  两端空格\r\n第二行 ", "'0123"])
        sheet.write(4, 6, time(8, 30), workbook.add_format({"num_format": "hh:mm"}))
    table = read_table(target.getvalue())
    assert table.sheet == "2016"
    assert table.header == tuple("abcdefghi")
    assert [row.number for row in table.rows] == [3, 5]
    assert list(table.rows[0].cells.values()) == [
        "6.5",
        "1314",
        "0.3",
        "13800138000",
        "6.5%",
        "2016-12-31",
        "2016-12-31",
        "2016-12-31T08:30:00",
        "4.5",
    ]
    expected = ["TRUE", "0", "100000000000000000000", "两端空格\n第二行", "'0123", "08:30:00", "", "", ""]
    assert list(table.rows[1].cells.values()) == expected
    assert table.problems == []


def test_what_is_written_is_read_again() -> None:
    rows: list[list[CellValue]] = [
        ["=1+1", Decimal("131.4"), date(2016, 12, 31)],
        ["http://example.com", 500, None],
        ["县直部门", True, 123456789012345678],
    ]
    raw = write_xlsx(HEADER, rows, title="2016年台账[草]/一")
    table = read_table(raw)
    assert table.sheet == "2016年台账 草  一"
    assert table.header == tuple(HEADER)
    assert [list(row.cells.values()) for row in table.rows] == [
        ["=1+1", "131.4", "2016-12-31"],
        ["http://example.com", "500", ""],
        ["县直部门", "TRUE", "123456789012345678"],
    ]
    assert table.problems == []
    assert write_xlsx(HEADER, rows, title="2016年台账[草]/一") == raw


def test_written_sheet_freezes_its_header_and_fits_chinese_text() -> None:
    raw = write_xlsx(["单位", "长"], [["住房城乡建设部", "字" * 100]], title="History")
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        workbook = archive.read("xl/workbook.xml").decode()
        properties = archive.read("docProps/core.xml").decode()
    assert '<pane ySplit="1"' in sheet
    assert '<col min="1" max="1" width="16.7' in sheet
    assert '<col min="2" max="2" width="60.7' in sheet
    assert 'name="Sheet1"' in workbook
    assert "2000-01-01T00:00:00Z" in properties


def test_moments_are_written_in_shanghai_time() -> None:
    moment = datetime.fromisoformat("2016-12-31T16:00:01Z")
    table = read_table(write_xlsx(["at"], [[moment]], title="t"))
    assert table.rows[0].cells == {"at": "2017-01-01T00:00:01"}


def test_a_text_that_no_cell_takes_is_an_error_and_not_cut() -> None:
    with pytest.raises(ValueError, match="32,767"):
        write_xlsx(["a"], [["字" * 32_768]], title="t")


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=30)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(words, words), max_size=5))
def test_any_text_survives_writing_and_reading(rows: list[tuple[str, str]]) -> None:
    table = read_table(write_xlsx(["a", "b"], rows, title="t"))
    read = [tuple(row.cells.values()) for row in table.rows]
    assert read == [(a.strip(), b.strip()) for a, b in rows if a.strip() or b.strip()]


def test_formulas_errors_and_merged_cells_are_told_with_their_place() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["编号", "目\n标", "目标值"])
        sheet.write_row(1, 0, [1, "甲"])
        sheet.write_formula(1, 2, "=1+1", None, 2)
        sheet.merge_range("A3:B4", "乙")
        sheet.write_formula(4, 2, "=NA()", None, "#N/A")
        sheet.write(5, 0, "x" * 2_001)
        sheet.write(6, 3, "无列名")
        sheet.write(7, 0, "a\x0bb")
    table = read_table(target.getvalue())
    assert table.header == ("编号", "目标", "目标值")
    assert table.rows[0].cells == {"编号": "1", "目标": "甲", "目标值": "2"}
    assert places(table.problems) == [
        (2, "目标值", "formula"),
        (3, "编号", "merged_cells"),
        (5, "目标值", "formula"),
        (5, "目标值", "error_value"),
        (6, "编号", "too_long"),
        (7, "D", "no_header"),
        (8, "编号", "control_character"),
    ]
    assert "A3:B4" in table.problems[1].detail_zh
    assert "A3:B4" in table.problems[1].detail_en


def test_problems_are_counted_out_at_their_limit() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write(0, 0, "编号")
        for number in range(1, 10):
            sheet.write_formula(number, 0, "=1", None, 1)
    assert len(read_table(target.getvalue(), limits=Limits(problems=3)).problems) == 3
    assert len(read_table(b"a\n" + b"=1\n" * 9, limits=Limits(problems=3)).problems) == 3


@pytest.mark.parametrize("merge", ["A1:C1", "B1:B2", "A1:B9"])
def test_a_merged_header_is_refused_by_its_range(merge: str) -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as workbook:
        sheet = workbook.add_worksheet()
        sheet.merge_range(merge, "2016年台账")
        sheet.write_row(9, 0, HEADER)
    with pytest.raises(errors.HeaderMerged) as refused:
        read_table(target.getvalue())
    assert merge in refused.value.detail("zh")


def test_a_merged_header_is_seen_behind_any_number_of_merges() -> None:
    merges = '<mergeCell ref="A5:A6"/><mergeCell ref="A7:A8"/><mergeCell ref="A1:B1"/>'
    raw = container(GOOD_SHEET.replace("</sheetData>", f"</sheetData>{merges}"))
    with pytest.raises(errors.HeaderMerged):
        read_table(raw, limits=Limits(problems=1))


def test_the_first_visible_sheet_with_content_is_read() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as workbook:
        hidden = workbook.add_worksheet("选项")
        hidden.write(0, 0, "下拉")
        workbook.add_worksheet("空").activate()
        workbook.add_worksheet("台账").write(0, 0, "编号")
        workbook.add_worksheet("说明").write(0, 0, "说明")
        hidden.hide()
    table = read_table(target.getvalue())
    assert (table.sheet, table.header, table.rows) == ("台账", ("编号",), [])


def test_days_of_a_workbook_that_counts_from_1904() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"date_1904": True}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write(0, 0, "日期")
        sheet.write(1, 0, date(2016, 2, 29), workbook.add_format({"num_format": "yyyy/m/d"}))
    assert read_table(target.getvalue()).rows[0].cells == {"日期": "2016-02-29"}


def test_a_container_made_by_hand_is_read() -> None:
    table = read_table(container())
    assert table.header == ("编号",)
    assert table.rows[0].cells == {"编号": "6.5"}


def test_what_a_binary_fraction_adds_behind_fifteen_digits_is_not_read() -> None:
    table = read_table(container(GOOD_SHEET.replace("6.5", "0.30000000000000004")))
    assert table.rows[0].cells == {"编号": "0.3"}
