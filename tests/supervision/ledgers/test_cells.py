"""What may stand in a cell of a ledger's sheet, read or refused."""

from datetime import date
from decimal import Decimal

import pytest

from supervision.ledgers import cells
from supervision.ledgers.cells import Unfit

NUMBERS = [
    ("6.5", "6.5"),
    ("1100", "1100"),
    ("1,000", "1000"),
    ("1,234,567.5", "1234567.5"),
    ("-1.5", "-1.5"),
    ("+3", "3"),
    ("１１００", "1100"),
    ("１，０００．５", "1000.5"),
    ("－３", "-3"),
    ("　6.5　", "6.5"),
]
NO_NUMBERS = [
    *("1100①", "10²", "10₂", "1⁰", "⑩", "①", "㈠", "⒈", "1⒈", "➀", "❶", "½", "1½", "三", "〇", "1〇", "Ⅻ", "Ⅲ"),
    # Digits of other scripts, and the bold ones of mathematics.
    *("١٢", "1٣", "१", "１०", "𝟏𝟎", "𝟙", "🄁", "1\u20e3"),
    # What cannot be seen, or looks like a separator.
    *("1 000", "1　000", "1\u00a0000", "1\u200b000", "1\u2009000", "1'000", "1’000", "1，00", "1,00", "10,00", "1_000"),
    *(
        "−5",
        "–5",
        "1․5",
        "1。5",
        "1·5",
        "0x10",
        "1e3",
        "1E3",
        "NaN",
        "inf",
        "1000万",
        "1000万人",
        "约1000",
        "≥1000",
        "5‰",
    ),
    *("1000*", "1000[1]", "1000(注)", "1000ª", "1º", "1ˢᵗ", "1～2", "1-2", "1/2", ".5", "5."),
]
PERCENTS = [("6.5%", "6.5"), ("6.5 %", "6.5"), ("６．５％", "6.5"), ("6.5", "6.5")]
DATES = [
    *("2016-12-31", "2016/12/31", "2016.12.31", "2016年12月31日", "2016 年 12 月 31 日", "2016年12月31号"),
    *(
        "2016-12-31 00:00:00",
        "2016/12/31 0:00",
        "2016-12-31T00:00:00",
        "2016年12月31日 00:00",
        "2016-12-31 00:00:00.000",
    ),
    *(
        "２０１６－１２－３１",
        "２０１６年１２月３１日",
        "２０１６．１２．３１",
        "2016　年　12　月　31　日",
        "2016 - 12 - 31",
    ),
    *("2016. 12. 31", "2016 / 12 / 31"),
]
NO_DATES = [
    *(
        "12/31",
        "12-31",
        "12月31日",
        "2016.2",
        "2016-12",
        "2016年12月",
        "2016年",
        "2016",
        "16-12-31",
        "16.12.31",
        "31/12/2016",
    ),
    *("12/31/2016", "20161231", "2016-12/31", "2016/12-31", "2016.12-31", "2016-12-31-", "2016年12月31", "2016年12-31"),
    *(
        "2016-13-01",
        "2016-02-30",
        "2016-00-10",
        "2016-12-3①",
        "2016-1²-31",
        "2016-12-31①",
        "２０１６-12-3²",
        "٢٠١٦-12-31",
    ),
    *(
        "2016-12-31 08:30:00",
        "2016-12-31 23:59:59",
        "2016年12月31日前",
        "2016年12月底",
        "年底",
        "42735",
        "2016-12-31至2016-12-31",
    ),
    *("二〇一六年十二月三十一日", "2016\n-12-31", "2016-12-31Z", "2016-12-31 00:00:01"),
]


@pytest.mark.parametrize(("text", "read"), NUMBERS)
def test_a_figure_is_read(text: str, read: str) -> None:
    assert cells.read_number(text, unit_of_measure="万人") == Decimal(read)


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_only_looks_like_a_figure_is_none(text: str) -> None:
    with pytest.raises(Unfit, match="bad_number"):
        cells.read_number(text, unit_of_measure="万人")


@pytest.mark.parametrize(("text", "read"), PERCENTS)
@pytest.mark.parametrize("unit", ["%", "％"])
def test_percent_is_read_where_it_is_the_unit(text: str, read: str, unit: str) -> None:
    assert cells.read_number(text, unit_of_measure=unit) == Decimal(read)


@pytest.mark.parametrize("text", ["1", "12", "１２", " 7 ", "99999"])
def test_a_number_of_a_row_is_read(text: str) -> None:
    assert cells.read_no(text) == int(cells.half_width(text))


@pytest.mark.parametrize("text", ["1①", "①", "1²", "٣", "1٣", "Ⅰ", "⒈", "0", "100000", "1.0", "一"])
def test_what_only_looks_like_a_number_of_a_row_is_none(text: str) -> None:
    with pytest.raises(Unfit, match="bad_no"):
        cells.read_no(text)


@pytest.mark.parametrize("text", DATES)
def test_a_day_that_is_written_whole_is_read(text: str) -> None:
    assert cells.read_deadline(text, year=2016) == date(2016, 12, 31)


@pytest.mark.parametrize("text", NO_DATES)
def test_a_day_that_may_be_another_is_refused_with_how_to_write_it(text: str) -> None:
    with pytest.raises(Unfit, match="bad_date") as refused:
        cells.read_deadline(text, year=2016)
    zh, en = cells.WRONG_WITH_CELL[refused.value.code]
    assert "2016-12-31" in zh.format(**refused.value.facts)
    assert "2016-12-31" in en.format(**refused.value.facts)
