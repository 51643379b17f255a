import datetime as dt
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter

from supervision.documents.delimited import read_delimited
from supervision.documents.errors import (
    SpreadsheetEmpty,
    SpreadsheetEncrypted,
    SpreadsheetOfOldFormat,
    SpreadsheetOfOtherType,
    SpreadsheetTooLarge,
)
from supervision.documents.packages import Package
from supervision.documents.rules import MIB, Book, Layout, Limits, Table
from supervision.documents.workbooks import read_workbook

CellValue = str | int | Decimal | bool | dt.date | dt.datetime | None

_USUAL = Limits()
_ZIP = b"PK\x03\x04"
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# How other files begin, in small letters where they are text.
_OTHER_TYPES = {
    b"%pdf": "PDF",
    b"\x89png": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"gif8": "GIF",
    b"rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"pk\x05\x06": "zip",
    b"\x1f\x8b": "gzip",
    b"{\\rtf": "RTF",
    b"<!doctype": "HTML",
    b"<html": "HTML",
    b"<table": "HTML",
    b"<?xml": "XML",
}

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_NOT_IN_A_SHEET_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_SHEET_NAME_CHARACTERS = 31
_NARROWEST, _WIDEST = 8, 60
# A number in a sheet is a binary fraction of 15 digits; a longer one goes out as text, whole.
_EXACT_BELOW = 10**15


def refuse_unfit(raw: bytes, *, limits: Limits = _USUAL) -> None:
    """Refuse, by its size, beginning and directory and without unpacking, what can be no xlsx or csv table."""
    if len(raw) > limits.file_bytes:
        raise SpreadsheetTooLarge(megabytes=limits.file_bytes // MIB)
    if not raw.strip():
        raise SpreadsheetEmpty
    if raw.startswith(_ZIP):
        Package(raw, limits)
    if raw.startswith(_OLE2):
        # Names inside this container are UTF-16: an encrypted xlsx is one stream called EncryptedPackage.
        is_encrypted = "EncryptedPackage".encode("utf-16-le") in raw
        raise SpreadsheetEncrypted if is_encrypted else SpreadsheetOfOldFormat
    beginning = raw.removeprefix(b"\xef\xbb\xbf").lstrip()[:16].lower()
    for signature, type_name in _OTHER_TYPES.items():
        if beginning.startswith(signature):
            raise SpreadsheetOfOtherType(type=type_name)


def read_book(raw: bytes, *, layout: Layout | None = None, limits: Limits = _USUAL) -> Book:
    """Read all tables of an xlsx or csv file, told apart by content; refuses what is none, in a `SpreadsheetRefused`.

    What is wrong with single cells is listed in the tables' problems, what was passed over in the notes.
    """
    refuse_unfit(raw, limits=limits)
    return read_workbook(raw, limits, layout) if raw.startswith(_ZIP) else read_delimited(raw, limits, layout)


def read_table(raw: bytes, *, limits: Limits = _USUAL) -> Table:
    """Read the first table of a file whose first line is its header; refuses as `read_book` does."""
    return read_book(raw, limits=limits).tables[0]


def write_xlsx(header: Sequence[str], rows: Iterable[Sequence[CellValue]], *, title: str) -> bytes:
    """Write a workbook of one sheet named by the title, which is all values: no formulas, no links.

    Moments become Asia/Shanghai wall time. Raises ValueError for a text over the 32,767 characters of a cell.
    """
    target = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as workbook:
        # The same content gives the same bytes, because documents are named by their hash.
        made_at = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - the library writes it down as it is
        workbook.set_properties({"title": title, "created": made_at})
        sheet = workbook.add_worksheet(_sheet_name(title))
        bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        formats: dict[type, Any] = {
            dt.date: workbook.add_format({"num_format": "yyyy-mm-dd"}),
            dt.datetime: workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        }
        sheet.freeze_panes(1, 0)
        widths = [0] * len(header)
        for number, values in enumerate([header, *rows]):
            for column, value in enumerate(values):
                cell_format = bold if number == 0 else formats.get(type(value))
                widths[column] = max(widths[column], _write(sheet, number, column, value, cell_format))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, min(max(width + 2, _NARROWEST), _WIDEST))
    return target.getvalue()


def _sheet_name(title: str) -> str:
    name = _NOT_IN_A_SHEET_NAME.sub(" ", title)[:_SHEET_NAME_CHARACTERS].strip().strip("'")
    # Excel keeps one name for itself.
    return "Sheet1" if not name or name.lower() == "history" else name


def _write(sheet: Any, row: int, column: int, value: CellValue, cell_format: Any) -> int:
    """Write one cell and return its width in narrow characters."""
    match value:
        case None:
            return 0
        case bool():
            outcome = sheet.write_boolean(row, column, value, cell_format)
        case int() | Decimal() if abs(Decimal(value)) < _EXACT_BELOW:
            outcome = sheet.write_number(row, column, value, cell_format)
        case dt.datetime():
            local = value.astimezone(_SHANGHAI).replace(tzinfo=None) if value.tzinfo else value
            outcome = sheet.write_datetime(row, column, local, cell_format)
        case dt.date():
            outcome = sheet.write_datetime(row, column, value, cell_format)
        case _:
            outcome = sheet.write_string(row, column, str(value), cell_format)
    if outcome:
        raise ValueError("a cell takes 32,767 characters and a sheet 1,048,576 rows")
    return max(map(_width, str(value).splitlines()), default=0)


def _width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in line)
