"""Ledgers as offices send them: titles, covers, several sheets, and columns that nobody reads."""

from typing import Any

import pytest

from supervision.documents import errors
from tests.factories.tasks import HEADER, ledger_row, to_csv
from tests.supervision.ledgers.test_ledger_sheet import check
from tests.supervision.ledgers.written_sheets import TITLE, codes, column_of, ledger, notes, numbers, read, row


def test_every_sheet_that_has_the_header_is_read() -> None:
    def fill(workbook: Any) -> None:
        ledger(workbook, "一季度", row(1), row(2))
        ledger(workbook, "二季度", row(3)[::-1], header=HEADER[::-1])

    sheet = read(fill)
    assert (codes(sheet), numbers(sheet), notes(sheet)) == ([], [1, 2, 3], [])


def test_a_sheet_that_is_not_filled_in_yet_is_named() -> None:
    def fill(workbook: Any) -> None:
        ledger(workbook, "一季度", row(1))
        ledger(workbook, "二季度")

    sheet = read(fill)
    assert (codes(sheet), numbers(sheet), notes(sheet)) == ([], [1], [("二季度", "sheet_without_rows", ())])


def test_problems_name_their_sheet() -> None:
    def fill(workbook: Any) -> None:
        ledger(workbook, "一季度", row(1), row(2, 目标值="很多"))
        ledger(workbook, "二季度", row(1), row(4, 时限="年底"))

    sheet = read(fill)
    assert codes(sheet) == [
        ("一季度", 3, "目标值", "bad_number"),
        ("二季度", 2, "序号", "duplicate_no"),
        ("二季度", 2, "目标", "duplicate_goal"),
        ("二季度", 3, "时限", "bad_date"),
    ]
    assert "工作表“一季度”第 2 行" in sheet.problems[1].detail_zh
    assert "row 2 of the sheet “一季度”" in sheet.problems[1].detail_en


def test_a_cover_is_passed_over_and_named() -> None:
    def fill(workbook: Any) -> None:
        cover = workbook.add_worksheet("封面")
        cover.merge_range("A1:F1", *TITLE)
        cover.write_row(2, 0, ["填报单位", "示例县政府办"])
        cover.write_row(3, 0, ["联系人", "示例"])
        cover.write_formula(4, 0, "=TODAY()", None, 42735)
        ledger(workbook, "台账", row(1))
        workbook.add_worksheet("空表")
        workbook.add_worksheet("说明").write(0, 0, "目标值填数字")

    sheet = read(fill)
    assert (codes(sheet), numbers(sheet)) == ([], [1])
    assert notes(sheet) == [("封面", "sheet_without_header", ()), ("说明", "sheet_without_header", ())]


def test_a_continuation_without_a_header_is_not_passed_over() -> None:
    def fill(workbook: Any) -> None:
        ledger(workbook, "台账", row(1))
        workbook.add_worksheet("续表").write_row(0, 0, row(2))

    with pytest.raises(errors.SheetWithoutHeader) as refused:
        read(fill)
    assert refused.value.sheet == "续表"


def test_where_no_sheet_has_the_header_the_first_with_data_is_told_what_it_lacks() -> None:
    def fill(workbook: Any) -> None:
        workbook.add_worksheet("封面").write_row(0, 0, TITLE)
        for name in ("一季度", "二季度"):
            ledger(workbook, name, row(1), header=[f"第{letter}项" for letter in "甲乙丙丁戊己庚辛壬癸子丑"])

    assert {(sheet, code) for sheet, _, _, code in codes(read(fill))} == {
        ("一季度", "missing_column"),
        ("一季度", "unknown_column"),
    }


def test_a_fault_of_one_sheet_as_a_whole_names_it() -> None:
    def fill(workbook: Any) -> None:
        ledger(workbook, "台账", row(1))
        ledger(workbook, "重复", row(2), header=[*HEADER[:-1], "序号"])

    with pytest.raises(errors.HeaderRepeated) as refused:
        read(fill)
    assert refused.value.sheet == "重复"


def test_more_rows_than_allowed_in_all_sheets_together_are_refused() -> None:
    def fill(workbook: Any) -> None:
        for start in (0, 1_001):
            ledger(workbook, f"{start}", *(row(no) for no in range(start + 1, start + 1_002)))

    with pytest.raises(errors.SpreadsheetHasTooManyRows):
        read(fill)


def test_more_sheets_than_allowed_are_refused() -> None:
    with pytest.raises(errors.SpreadsheetHasTooManySheets):
        read(lambda workbook: [ledger(workbook, str(number), row(number)) for number in range(1, 52)])


@pytest.mark.parametrize("titles", [1, 2, 20])
def test_a_title_above_the_header_is_passed_over_and_named(titles: int) -> None:
    def fill(workbook: Any) -> None:
        sheet = ledger(workbook, "台账", row(1), at=titles)
        sheet.merge_range(0, 0, 0, 11, *TITLE)
        for number in range(1, titles):
            sheet.write(number, 0, "填报单位：示例县政府办")

    sheet = read(fill)
    assert (codes(sheet), numbers(sheet)) == ([], [1])
    assert notes(sheet) == [("台账", "title_rows", tuple(range(1, titles + 1)))]


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("titles", [TITLE, [*TITLE, "填报单位：甲；乙；丙"], ["2016年度台账,,,,,,"]])
def test_a_title_above_the_header_of_a_text_is_passed_over(titles: list[str], delimiter: str) -> None:
    lines = [delimiter.join(HEADER), delimiter.join(row(1))]
    sheet = check("\n".join([*titles, *lines]).encode())
    assert (codes(sheet), numbers(sheet)) == ([], [1])
    assert notes(sheet) == [(None, "title_rows", tuple(range(1, len(titles) + 1)))]


def test_a_header_too_far_down_is_none() -> None:
    lines = ["说明"] * 21
    sheet = check("\n".join([*lines, ",".join(HEADER), ",".join(row(1))]).encode())
    assert "missing_column" in {code for *_, code in codes(sheet)}


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("padded", ["{}\t", "\t{}", "{} \t", '"{}\t"'])
def test_cells_that_end_in_tabs_are_read(padded: str, delimiter: str) -> None:
    lines = [delimiter.join(padded.format(cell) for cell in line) for line in (HEADER, row(1), row(2))]
    sheet = check("\n".join(lines).encode())
    assert (codes(sheet), numbers(sheet)) == ([], [1, 2])


def test_cells_of_a_workbook_that_end_in_tabs_are_read() -> None:
    sheet = read(lambda workbook: ledger(workbook, "台账", [f"{cell}\t" for cell in row(1)]))
    assert (codes(sheet), numbers(sheet)) == ([], [1])


def test_whatever_stands_in_a_column_that_is_not_read_refuses_nothing() -> None:
    def fill(workbook: Any) -> None:
        sheet = ledger(workbook, "台账", *(row(no) for no in range(1, 7)), header=[*HEADER, "备注", "联系电话"])
        at = len(HEADER)
        sheet.write_formula(1, at, "=1+1", None, 2)
        sheet.write(2, at, "长" * 2_001)
        sheet.write_formula(3, at, "=NA()", None, "#N/A")
        sheet.merge_range(4, at, 5, at + 1, "合并")
        sheet.write(6, at, 5, workbook.add_format({"num_format": '0"万"'}))
        sheet.write(6, at + 1, "a\x0bb")

    sheet = read(fill)
    assert (codes(sheet), numbers(sheet)) == ([], [1, 2, 3, 4, 5, 6])
    assert sheet.ignored_columns == ["备注", "联系电话"]


def test_whatever_stands_in_a_column_of_a_text_that_is_not_read_refuses_nothing() -> None:
    lines = [",".join([*HEADER, "备注"]), ",".join([*row(1), "=1+1"]), ",".join([*row(2), "长" * 2_001])]
    sheet = check("\n".join(lines).encode())
    assert (codes(sheet), numbers(sheet)) == ([], [1, 2])


def test_much_that_is_wrong_where_nobody_reads_hides_nothing() -> None:
    def fill(workbook: Any) -> None:
        sheet = ledger(workbook, "台账", *(row(no) for no in range(1, 401)), header=[*HEADER, "备注", "说明"])
        for number in range(1, 401):
            sheet.write_formula(number, len(HEADER), "=1", None, 1)
        for number in range(1, 400, 2):
            sheet.merge_range(number, len(HEADER) + 1, number + 1, len(HEADER) + 1, "注")
        sheet.write_formula(400, column_of("目标值"), "=1", None, 1)
        sheet.merge_range(397, column_of("来源"), 398, column_of("来源"), "县委文件")

    assert codes(read(fill)) == [("台账", 398, "来源", "merged_cells"), ("台账", 401, "目标值", "formula")]


def test_a_merge_that_reaches_into_a_column_that_is_read_is_refused() -> None:
    def fill(workbook: Any) -> None:
        sheet = ledger(workbook, "台账", row(1), header=["备注", *HEADER])
        sheet.write_row(1, 1, row(1))
        sheet.merge_range(1, 0, 1, 1, "1")

    assert ("台账", 2, "序号", "merged_cells") in codes(read(fill))


def test_text_without_a_header_is_told_what_it_lacks() -> None:
    sheet = check(to_csv([ledger_row()]).split(b"\n", 1)[1])
    assert {code for *_, code in codes(sheet)} >= {"missing_column"}
