"""The page about spreadsheets as it is committed; `make docs` runs this file and writes it anew."""

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from supervision.documents import number_formats, sheet_texts
from supervision.documents.errors import SpreadsheetRefused
from supervision.documents.rules import Limits
from supervision.ledgers import cells
from supervision.ledgers.cells import COMPARATORS, Unfit
from supervision.ledgers.columns import COLUMNS, IGNORABLE, name_columns
from supervision.ledgers.ledger_import import read_book

PATH = Path(__file__).parents[2] / "docs" / "spreadsheets.md"
YEAR = 2016
# What people write, column by column: the readers themselves say what becomes of it.
_NUMBERS = (
    "1100",
    "1,000",
    "１１００",
    "-1.5",
    "1100①",
    "10²",
    "十",
    "1 000",
    "约1000",
    "≥1000",
    "1000万",
    "1e3",
    "6.5%",
)
_DAYS = (
    *("", "2016-12-31", "2016/12/31", "2016.12.31", "2016年12月31日", "2016 年 12 月 31 日", "2016-12-31 00:00:00"),
    *("２０１６－１２－３１", "12/31", "12月31日", "2016.2", "2016年12月", "16-12-31", "20161231", "31/12/2016"),
    *("2016-12-31 08:30", "年底", "2016-02-30", "2017-01-01"),
)
Reader = Callable[[str], object]
WRITTEN: Sequence[tuple[str, Reader, Sequence[str]]] = (
    ("序号", cells.read_no, ("7", "１２", "①", "1①", "一")),
    ("目标值", lambda text: cells.read_number(text, unit_of_measure="万人"), _NUMBERS),
    (
        "目标值（单位为 %）",
        lambda text: cells.read_number(text, unit_of_measure="%"),
        ("6.5%", "６．５％", "6.5", "5‰"),
    ),
    ("比较", cells.read_comparator, (*COMPARATORS, "大约")),
    ("时限", lambda text: cells.read_deadline(text, year=YEAR), _DAYS),
)
FORMATS = (
    *("General", "0.00", "#,##0", "0%", '0"人"', "yyyy-mm-dd", 'm"月"d"日"', 'yyyy"年"m"月"', "0,", "0!.0,"),
    *('0"万"', '0!.0,"万"', '0"‰"', '"1"0', ";;;"),
)
# Headers that are refused, each as a line of its own.
_USUAL = ",".join(column.zh for column in COLUMNS)
HEADERS = (
    ("此列不能识别，又缺可选列 / unknown, and an optional one absent", _USUAL.replace("时限", "完工期")),
    ("缺必填列 / a required one absent", _USUAL.replace("责任单位", "负责单位")),
    ("两列同义 / two of one meaning", f"{_USUAL},截止日期"),
)


def rendered() -> bytes:
    return "\n".join(_lines()).encode() + b"\n"


def _lines() -> Iterable[str]:
    yield from (*_about_columns(), *_about_cells(), *_about_messages(), *_about_limits())


def _about_columns() -> Iterable[str]:
    yield "# 台账表格怎样读取 / How a ledger's spreadsheet is read"
    yield ""
    yield "本页由读取程序自己的表格生成，请勿手改：改动程序后运行 `make docs`。"
    yield ""
    yield "This page is made from the readers' own tables. Do not edit it: change those and run `make docs`."
    yield from _headed("列 / Columns")
    yield from _table(
        ("列名 / header", "字段 / field", "必填 / required", "单元格 / cell", "也可写作 / also called"),
        (
            (
                each.zh,
                f"`{each.en}`",
                "是 / yes" if each.is_required else "否 / no",
                "<br>".join(each.holds),
                _listed(each.others),
            )
            for each in COLUMNS
        ),
    )
    yield from _headed("可以并列而不读取的列 / Columns that may stand beside them, and are not read")
    yield _listed(IGNORABLE)
    yield ""
    yield "可选列齐全时，其他不能识别的列也不读取；不读取的列都在结果的 `notes` 中列明。"
    yield ""
    yield "Where no optional column is absent, other unknown ones are not read either. The result names all in `notes`."
    yield from _headed("表头的问题 / What is wrong with headers")
    yield from _table(("情形 / case", "`code`", "说明", "what is said"), map(_header_line, HEADERS))


def _about_cells() -> Iterable[str]:
    yield from _headed("单元格写法举例 / What may be written in a cell")
    yield f"以 {YEAR} 年度台账为例。 / For the ledger of {YEAR}."
    yield ""
    yield from _table(
        ("列 / column", "写法 / written", "读作 / read as"),
        (
            (name, f"`{text}`" if text else "（空 / empty）", _read(read, text))
            for name, read, texts in WRITTEN
            for text in texts
        ),
    )
    yield from _headed("数字格式举例 / Number formats")
    yield from _table(("格式 / format", "结果 / outcome"), ((f"`{code}`", _format_line(code)) for code in FORMATS))


def _about_messages() -> Iterable[str]:
    yield from _headed("单元格的问题 / What is wrong with cells")
    told = {**sheet_texts.WRONG_WITH_CELL, **cells.WRONG_WITH_CELL}
    yield from _table(("`code`", "说明", "what is said"), ((f"`{code}`", *texts) for code, texts in told.items()))
    yield from _headed("照常读取但应当知道的 / What is told although nothing is wrong")
    known = {**sheet_texts.WORTH_KNOWING, **cells.WORTH_KNOWING}
    yield from _table(("`code`", "说明", "what is said"), ((f"`{code}`", *texts) for code, texts in known.items()))
    yield from _headed("文件的问题 / What is wrong with files")
    refusals = sorted(SpreadsheetRefused.__subclasses__(), key=lambda each: each.code)
    yield from _table(("`code`", "说明", "what is said"), ((f"`{each.code}`", each.zh, each.en) for each in refusals))


def _about_limits() -> Iterable[str]:
    yield from _headed("上限 / Limits")
    limits = Limits()
    yield from _table(
        ("上限 / limit", "数 / number"),
        (
            ("文件字节 / bytes of a file", f"{limits.file_bytes:,}"),
            ("未隐藏且有内容的工作表 / visible sheets that hold anything", str(limits.sheets)),
            ("各表数据行合计 / rows of data in all sheets together", f"{limits.rows:,}"),
            ("列 / columns", str(limits.columns)),
            ("表头之上的行 / rows above the header", str(limits.title_rows)),
            ("单元格字符 / characters of a cell", f"{limits.cell_characters:,}"),
        ),
    )


def _headed(title: str) -> Iterable[str]:
    yield from ("", f"## {title}", "")


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    yield _row(header)
    yield _row(["---"] * len(header))
    yield from map(_row, rows)


def _row(texts: Sequence[str]) -> str:
    # Where a sentence says which cell, name or number is meant, the page says it of any.
    said = [re.sub(r"\{\w+\}", "…", text).replace("|", r"\|") for text in texts]
    return f"| {' | '.join(said)} |"


def _listed(headers: Iterable[str]) -> str:
    return "、".join(headers)


def _header_line(case: tuple[str, str]) -> Sequence[str]:
    name, header = case
    problem = name_columns(read_book(f"{header}\n{'1,' * header.count(',')}1".encode()).tables[0])[1][0]
    return name, f"`{problem.code}`", problem.detail_zh, problem.detail_en


def _read(read: Reader, text: str) -> str:
    try:
        return str(read(text))
    except Unfit as unfit:
        return f"拒绝 / refused: `{unfit.code}`"


def _format_line(code: str) -> str:
    wrong = number_formats.wrong_with(code)
    if wrong:
        return f"拒绝 / refused: `{wrong}`"
    return "读作百分数 / read as percent" if number_formats.is_percent(code) else "照读 / read as it is"


def main() -> None:
    PATH.parent.mkdir(exist_ok=True)
    PATH.write_bytes(rendered())


if __name__ == "__main__":
    main()
