"""What a sheet says of its cells beside their values: hidden, struck out, raised."""

from typing import Any

import pytest

from tests.factories.spreadsheets import make_workbook, with_cell
from tests.factories.tasks import HEADER
from tests.supervision.ledgers.test_ledger_sheet import check
from tests.supervision.ledgers.written_sheets import codes, column_of, ledger, notes, numbers, read, row


@pytest.mark.parametrize("is_very_hidden", [False, True])
def test_hidden_sheets_are_named_and_not_read(is_very_hidden: bool) -> None:  # noqa: FBT001 - a parameter of the test
    def fill(workbook: Any) -> None:
        ledger(workbook, "台账", row(1)).activate()
        old = ledger(workbook, "去年", row(2))
        old.very_hidden() if is_very_hidden else old.hide()

    sheet = read(fill)
    assert (codes(sheet), numbers(sheet), notes(sheet)) == ([], [1], [("去年", "hidden_sheet", ())])


def test_hidden_rows_and_columns_are_read_and_named() -> None:
    def fill(workbook: Any) -> None:
        sheet = ledger(workbook, "台账", row(1), row(2), row(3), row(4))
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_row(4, 0)
        sheet.set_column(column_of("目标值"), column_of("目标值"), None, None, {"hidden": True})

    sheet = read(fill)
    assert (codes(sheet), numbers(sheet)) == ([], [1, 2, 3, 4])
    assert notes(sheet) == [("台账", "hidden_rows", (3, 5)), ("台账", "hidden_columns", ())]
    assert sheet.notes[1].columns == ("目标值",)


def test_rows_that_are_filtered_out_are_read_and_named() -> None:
    def fill(workbook: Any) -> None:
        sheet = ledger(workbook, "台账", row(1), row(2))
        sheet.autofilter(0, 0, 2, len(HEADER) - 1)
        sheet.filter_column(0, "x == 1")
        sheet.set_row(2, None, None, {"hidden": True})

    sheet = read(fill)
    assert (numbers(sheet), notes(sheet)) == ([1, 2], [("台账", "hidden_rows", (3,))])


def test_rows_that_are_struck_through_are_named_and_not_read() -> None:
    def fill(workbook: Any) -> None:
        struck = workbook.add_format({"font_strikeout": True})
        sheet = ledger(workbook, "台账", row(1), row(2), row(3), header=[*HEADER, "备注"])
        sheet.write_row(2, 0, row(2, 目标值="不定"), struck)
        sheet.write(2, len(HEADER), "已取消")
        sheet.write_formula(2, column_of("指标"), "=1", struck, 1)

    sheet = read(fill)
    assert (codes(sheet), numbers(sheet)) == ([], [1, 3])
    assert ("台账", "struck_rows", (3,)) in notes(sheet)


def test_a_cell_that_is_struck_through_alone_is_refused() -> None:
    def fill(workbook: Any) -> None:
        struck = workbook.add_format({"font_strikeout": True})
        usual = workbook.add_format()
        sheet = ledger(workbook, "台账", row(1), row(2), row(3), row(4), header=[*HEADER, "备注"])
        sheet.write(1, column_of("目标值"), "1000", struck)
        sheet.write_rich_string(2, column_of("目标值"), struck, "1000", usual, "1100")
        sheet.write_rich_string(3, column_of("责任人"), struck, "示例经办", struck, "甲")
        sheet.write(4, len(HEADER), "旧注", struck)
        sheet.write(0, column_of("来源"), "来源", struck)

    assert codes(read(fill)) == [
        ("台账", 1, "L", "struck_cell"),
        ("台账", 2, "目标值", "struck_cell"),
        ("台账", 3, "目标值", "struck_text"),
        ("台账", 4, "责任人", "struck_cell"),
    ]


@pytest.mark.parametrize("script", [1, 2])
@pytest.mark.parametrize(
    ("column", "text"),
    [("目标值", "1000"), ("序号", "2"), ("时限", "2016-12-3"), ("目标上限", "9"), ("目标值", "1000%")],
)
def test_raised_and_lowered_characters_never_join_a_figure(column: str, text: str, script: int) -> None:
    def fill(workbook: Any) -> None:
        raised = workbook.add_format({"font_script": script})
        sheet = ledger(workbook, "台账", row(2))
        sheet.write_rich_string(1, column_of(column), text, raised, "1")

    assert codes(read(fill)) == [("台账", 2, column, "raised_text")]


def test_raised_characters_in_a_text_are_read() -> None:
    def fill(workbook: Any) -> None:
        sheet = ledger(workbook, "台账", row(1))
        sheet.write_rich_string(1, column_of("单位"), "万m", workbook.add_format({"font_script": 1}), "2")

    sheet = read(fill)
    assert codes(sheet) == []
    assert sheet.entries[0].task["indicators"][0]["unit_of_measure"] == "万m2"


def test_a_raised_run_in_the_cell_itself_is_seen() -> None:
    runs = "<is><r><t>10</t></r><r><rPr><vertAlign val='superscript'/></rPr><t>2</t></r></is>"

    def fill(workbook: Any) -> None:
        ledger(workbook, "台账", row(1))

    raw = make_workbook(fill)
    assert codes(check(with_cell(raw, "E2", f'<c r="E2" t="inlineStr">{runs}</c>'))) == [
        ("台账", 2, "目标值", "raised_text")
    ]
