from typing import Any

import pytest

from supervision.documents import number_formats
from supervision.documents.spreadsheets import read_table
from tests.factories.spreadsheets import make_workbook, places

# A format, and why what it shows is not what is stored; None where it is.
FORMATS = [
    ("General", None),
    ("G/通用格式", None),
    ("0", None),
    ("0.00", None),
    ("#,##0", None),
    ("#,##0.00_);(#,##0.00)", None),
    ("#,##0.00_ ;[Red]-#,##0.00 ", None),
    ('_-* #,##0.00_-;-* #,##0.00_-;_-* "-"??_-;_-@_-', None),
    ('_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ;_ ¥* "-"??_ ;_ @_ ', None),
    ("[$¥-804]#,##0.00", None),
    ("0.00E+00", None),
    ("# ?/?", None),
    ("0%", None),
    ("0.00%", None),
    ('0.0"%"', None),
    ('0"人"', None),
    ('0"百分点"', None),
    ('0" km"', None),
    ('0" kg"', None),
    ("[DBNum1][$-804]General", None),
    ('0;-0;;@"（文本）"', None),
    ("@", None),
    ("0,", "scaled_format"),
    ("#,##0,", "scaled_format"),
    ("#,##0,,", "scaled_format"),
    ("0.0,", "scaled_format"),
    ("0,.0", "scaled_format"),
    ("#, ", "scaled_format"),
    ("0!.0,", "scaled_format"),
    ("0!.0000", "scaled_format"),
    ('0"."0', "scaled_format"),
    ("0\\.0,", "scaled_format"),
    ('0!.0,"万"', "scaled_format"),
    ('0"万"', "scaled_format"),
    ("0万", "scaled_format"),
    ("0\\万", "scaled_format"),
    ("0!万", "scaled_format"),
    ('#,##0.00"亿元"', "scaled_format"),
    ('0"千"', "scaled_format"),
    ('0"百"', "scaled_format"),
    ('0"成"', "scaled_format"),
    ('0"‰"', "scaled_format"),
    ("0‰", "scaled_format"),
    ('General"万"', "scaled_format"),
    ('@"万"', "scaled_format"),
    ("[$万-804]0", "scaled_format"),
    ('0"K"', "scaled_format"),
    ('0.0,"k"', "scaled_format"),
    ('0" million"', "scaled_format"),
    ('[>=10000]0!.0,"万";0', "scaled_format"),
    ('0;-0"万"', "scaled_format"),
    ('0"00"', "scaled_format"),
    ('"1"0', "scaled_format"),
    ("0\\0", "scaled_format"),
    ("0*0", "scaled_format"),
    ("0-0", "scaled_format"),
    ('0%"万"', "scaled_format"),
    (";;;", "hiding_format"),
    ('"无"', "hiding_format"),
    ('"达标";0', "hiding_format"),
    (";0", "hiding_format"),
    ("yyyy-mm-dd", None),
    ('yyyy"年"m"月"d"日"', None),
    ("yyyy/m/d h:mm", None),
    ("yyyy-mm-dd hh:mm:ss.000", None),
    ('m"月"d"日"', None),
    ("[$-804]yyyy-mm-dd;@", None),
    ("hh:mm", None),
    ('yyyy"年"m"月"', "date_without_day"),
    ("yyyy-mm", "date_without_day"),
    ("mmm-yy", "date_without_day"),
    ("yyyy", "date_without_day"),
    ('"2016年"m"月"d"日"', "scaled_format"),
]


@pytest.mark.parametrize(("code", "wrong"), FORMATS)
def test_a_format_that_shows_another_number_is_known(code: str, wrong: str | None) -> None:
    assert number_formats.wrong_with(code) == wrong


@pytest.mark.parametrize(("code", "wrong"), [each for each in FORMATS if each[1]])
def test_a_cell_of_such_a_format_is_told_with_its_place(code: str, wrong: str) -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["目标值"])
        odd = workbook.add_format({"num_format": code})
        value: str | int = "1000" if "@" in code else 42735
        sheet.write(1, 0, value, odd)

    assert places(read_table(make_workbook(fill)).problems) == [(2, "目标值", wrong)]


def test_the_formats_that_a_program_has_by_itself() -> None:
    shown = {number: number_formats.wrong_with_builtin(str(number)) for number in range(60)}
    assert {number for number, wrong in shown.items() if wrong} == {17, 27, 36, 50, 52, 57}
    assert {number for number in range(60) if number_formats.is_builtin_percent(str(number))} == {9, 10}
