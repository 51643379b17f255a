"""How tests write a ledger as an office would, and look at what was read of it."""

from collections.abc import Callable, Sequence
from typing import Any

from supervision.ledgers.ledger_sheet import LedgerSheet
from tests.factories.spreadsheets import make_workbook
from tests.factories.tasks import HEADER, ledger_row
from tests.supervision.ledgers.test_ledger_sheet import check

Line = Sequence[str | float]
TITLE = ["2016年度目标任务台账"]


def row(no: int, **over: str) -> list[str]:
    return list(ledger_row(序号=str(no), 目标=f"目标{no}", 来源="县委文件", **over).values())


def column_of(name: str) -> int:
    return HEADER.index(name)


def ledger(workbook: Any, name: str, *lines: Line, at: int = 0, header: Sequence[str] = HEADER) -> Any:
    sheet = workbook.add_worksheet(name)
    for number, line in enumerate([header, *lines], at):
        sheet.write_row(number, 0, line)
    return sheet


def codes(sheet: LedgerSheet) -> list[tuple[str | None, int, str, str]]:
    return [(each.sheet, each.row, each.column, each.code) for each in sheet.problems]


def notes(sheet: LedgerSheet) -> list[tuple[str | None, str, tuple[int, ...]]]:
    return [(note.sheet, note.code, note.rows) for note in sheet.notes]


def numbers(sheet: LedgerSheet) -> list[int]:
    return [entry.no for entry in sheet.entries]


def read(fill: Callable[[Any], object]) -> LedgerSheet:
    return check(make_workbook(fill))
