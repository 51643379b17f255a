import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from supervision.documents.errors import (
    SheetWithoutHeader,
    SpreadsheetDamaged,
    SpreadsheetEmpty,
    SpreadsheetHasTooManyRows,
    SpreadsheetHasTooManySheets,
    SpreadsheetRefused,
)
from supervision.documents.packages import Package, folded
from supervision.documents.rules import Book, Layout, Limits, SheetNote, Table, note
from supervision.documents.styles import read_strings, read_styles
from supervision.documents.tables import (
    NumberedLine,
    build_table,
    find_header,
    likeliest_header,
    lines_of,
    looks_like_data,
)
from supervision.documents.worksheets import Scan, scan_sheet

_SHARED_STRINGS = "xl/sharedStrings.xml"
_STYLES = "xl/styles.xml"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
_SHEET_NAME_CHARACTERS = 31


@dataclass(frozen=True, slots=True)
class _Sheet:
    name: str
    part: str
    is_visible: bool


@dataclass(frozen=True, slots=True)
class _Content:
    """What stands in a visible sheet that is not empty."""

    name: str
    lines: list[NumberedLine]
    scan: Scan


def read_workbook(raw: bytes, limits: Limits, layout: Layout | None) -> Book:
    """Read each visible worksheet that has the header; the others are named in the notes.

    Refuses what `errors` lists, before unpacking more than the limits.
    """
    package = Package(raw, limits)
    sheets, counts_from_1904 = _list_sheets(package)
    strings, runs = read_strings(package)
    styling, styles = read_styles(package)
    scanned: list[tuple[str, bytes, Scan]] = []
    for sheet in sheets:
        if sheet.is_visible:
            with _naming(sheet.name):
                content, scan = scan_sheet(package, sheet.part, limits=limits, strings=runs, styles=styles)
            if scan.has_content:
                scanned.append((sheet.name, content, scan))
    if len(scanned) > limits.sheets:
        raise SpreadsheetHasTooManySheets(limit=limits.sheets)
    if not scanned:
        raise SpreadsheetEmpty
    sheet_contents = [content for _, content, _ in scanned]
    vetted = _open(_repack(sheet_contents, strings, styling, counts_from_1904=counts_from_1904))
    contents = [
        _Content(name, lines_of(_read_grid(vetted, place, scan)), scan) for place, (name, _, scan) in enumerate(scanned)
    ]
    notes = [note("hidden_sheet", sheet.name) for sheet in sheets if not sheet.is_visible]
    return _as_book([each for each in contents if each.lines], notes, limits, layout)


def _as_book(contents: Sequence[_Content], notes: Sequence[SheetNote], limits: Limits, layout: Layout | None) -> Book:
    if not contents:
        raise SpreadsheetEmpty
    headers = [find_header(each.lines, layout, limits) for each in contents]
    if layout is not None and all(at is None for at in headers):
        # Nothing is a header: what comes nearest is told what it lacks.
        nearest = next((each for each in contents if looks_like_data(each.lines, layout)), contents[0])
        contents, headers = [nearest], [likeliest_header(nearest.lines, layout, limits)]
    tables: list[Table] = []
    passed_over: list[SheetNote] = []
    for each, at in zip(contents, headers, strict=True):
        with _naming(each.name):
            if at is not None:
                table = build_table(each.lines, at, layout=layout, limits=limits, marks=each.scan, sheet=each.name)
                tables.append(table)
            elif layout is not None and looks_like_data(each.lines, layout):
                raise SheetWithoutHeader
            else:
                passed_over.append(note("sheet_without_header", each.name))
    if sum(len(table.rows) for table in tables) > limits.rows:
        raise SpreadsheetHasTooManyRows(limit=limits.rows)
    return Book(tuple(tables), (*notes, *passed_over))


@contextmanager
def _naming(sheet: str) -> Iterator[None]:
    """Say of a refusal which sheet it is about."""
    try:
        yield
    except SpreadsheetRefused as refusal:
        refusal.sheet = sheet
        raise


def _list_sheets(package: Package) -> tuple[list[_Sheet], bool]:
    targets: dict[str, str] = {}
    named: list[tuple[str, str, bool]] = []
    epochs: list[str] = []

    def relationship(name: str, attributes: Mapping[str, str]) -> None:
        if name == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def element(name: str, attributes: Mapping[str, str]) -> None:
        if name == "workbookPr":
            epochs.append(attributes.get("date1904", ""))
        elif name == "sheet":
            target_id = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            is_visible = attributes.get("state", "visible") == "visible"
            named.append((attributes.get("name", "")[:_SHEET_NAME_CHARACTERS], target_id, is_visible))

    package.read(package.pieces("xl/_rels/workbook.xml.rels"), start=relationship)
    package.read(package.pieces("xl/workbook.xml"), start=element)
    sheets = [_Sheet(name, _part_of(targets.get(key, "")), shown) for name, key, shown in named]
    if len({sheet.part for sheet in sheets}) < len(sheets) or len({sheet.name for sheet in sheets}) < len(sheets):
        # One part under many names would be looked through as many times; a name tells which sheet is meant.
        raise SpreadsheetDamaged
    return sheets, any(epoch in {"1", "true", "on"} for epoch in epochs)


def _part_of(target: str) -> str:
    return folded(target if target.startswith("/") else f"xl/{target}")


def _repack(sheets: Sequence[bytes], strings: bytes, styles: bytes, *, counts_from_1904: bool) -> io.BytesIO:
    """Return a container of our own making with the vetted sheets.

    Two programs may read one container differently; the parser that follows shall see only what was looked at.
    """
    numbers = range(1, len(sheets) + 1)
    listed = "".join(f'<sheet name="{number}" sheetId="{number}" r:id="rId{number}"/>' for number in numbers)
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("_rels/.rels", _relationships("officeDocument", ["xl/workbook.xml"]))
        targets = [f"worksheets/sheet{number}.xml" for number in numbers]
        archive.writestr("xl/_rels/workbook.xml.rels", _relationships("worksheet", targets))
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><workbookPr date1904="{int(counts_from_1904)}"/>'
            f"<sheets>{listed}</sheets></workbook>",
        )
        for target, sheet in zip(targets, sheets, strict=True):
            archive.writestr(f"xl/{target}", sheet)
        if strings:
            archive.writestr(_SHARED_STRINGS, strings)
        if styles:
            archive.writestr(_STYLES, styles)
    package.seek(0)
    return package


def _relationships(kind: str, targets: Sequence[str]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, target in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_RELATIONSHIPS}">{listed}</Relationships>'


def _open(package: io.BytesIO) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_filelike(package)
    except (CalamineError, ValueError, OverflowError):
        raise SpreadsheetDamaged from None


def _read_grid(workbook: CalamineWorkbook, place: int, scan: Scan) -> Iterator[tuple[int, list[str]]]:
    try:
        rows = workbook.get_sheet_by_index(place).to_python(skip_empty_area=False)
    except (CalamineError, ValueError, OverflowError):
        raise SpreadsheetDamaged from None
    for number, values in enumerate(rows, 1):
        yield number, list(_texts(number, values, scan))


def _texts(number: int, values: Iterable[Any], scan: Scan) -> Iterator[str]:
    for column, value in enumerate(values, 1):
        is_percent = (number, column) in scan.percents and isinstance(value, int | float)
        yield f"{_text(Decimal(_text(value)) * 100)}%" if is_percent else _text(value)


def _text(value: object) -> str:
    """Return a value as a person reads it: 6.5, 1314, 2016-12-31; refuses a number that is none."""
    match value:
        case bool():
            return str(value).upper()
        case Decimal():
            return format(value.normalize(), "f")
        case int() | float():
            # Spreadsheets hold 15 significant digits; those behind are noise of binary fractions.
            number = Decimal(format(value, ".15g"))
            if not number.is_finite():
                raise SpreadsheetDamaged
            return _text(number + 0)  # -0 is read as 0
        case dt.datetime() if value.time() == dt.time():
            return value.date().isoformat()
        case dt.datetime() | dt.date() | dt.time():
            return value.isoformat()
        case _:
            return str(value)
