import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from supervision.documents.errors import SpreadsheetDamaged, SpreadsheetEmpty
from supervision.documents.packages import Package, folded
from supervision.documents.rules import Limits, Table, build_table
from supervision.documents.worksheets import Scan, scan_sheet

_SHARED_STRINGS = "xl/sharedStrings.xml"
_STYLES = "xl/styles.xml"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
_FORMAT_CHARACTERS = 255
_SHEET_NAME_CHARACTERS = 31
_BUILT_IN_PERCENT = {"9", "10"}
_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\[[^\]]*\]')


@dataclass(frozen=True, slots=True)
class _Sheet:
    name: str
    part: str
    is_visible: bool


def read_workbook(raw: bytes, limits: Limits) -> Table:
    """Read the first visible worksheet that holds anything; hidden ones serve drop-down lists and are passed over.

    Refuses what `errors` lists, before unpacking more than the limits.
    """
    package = Package(raw, limits)
    sheets, counts_from_1904 = _list_sheets(package)
    strings = b"".join(package.pieces(_SHARED_STRINGS)) if package.has(_SHARED_STRINGS) else b""
    styles = b"".join(package.pieces(_STYLES)) if package.has(_STYLES) else b""
    lengths = _lengths_of_strings(package, strings)
    percent_styles = _percent_styles(package, styles)
    for sheet in sheets:
        if not sheet.is_visible:
            continue
        content, scan = scan_sheet(
            package, sheet.part, limits=limits, string_lengths=lengths, percent_styles=percent_styles
        )
        if not scan.has_content:
            continue
        vetted = _repack(content, strings, styles, counts_from_1904=counts_from_1904)
        grid = _read_grid(vetted, scan)
        return build_table(grid, limits=limits, faults=scan.faults, merges=scan.merges, sheet=sheet.name)
    raise SpreadsheetEmpty


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
    if len({sheet.part for sheet in sheets}) < len(sheets):
        # One part under many names would be looked through as many times.
        raise SpreadsheetDamaged
    return sheets, any(epoch in {"1", "true", "on"} for epoch in epochs)


def _part_of(target: str) -> str:
    return folded(target if target.startswith("/") else f"xl/{target}")


def _lengths_of_strings(package: Package, raw: bytes) -> list[int]:
    lengths: list[int] = []

    def start(name: str, _attributes: Mapping[str, str]) -> None:
        if name == "si":
            lengths.append(0)

    def text(part: str) -> None:
        if lengths:
            lengths[-1] += len(part)

    if raw:
        package.read([raw], start=start, text=text)
    return lengths


def _percent_styles(package: Package, raw: bytes) -> frozenset[str]:
    percent_formats = set(_BUILT_IN_PERCENT)
    cell_formats: list[str] = []
    inside = [""]

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if name == "numFmt" and "%" in _QUOTED.sub("", attributes.get("formatCode", "")[:_FORMAT_CHARACTERS]):
            percent_formats.add(attributes.get("numFmtId", ""))
        elif name in {"cellXfs", "cellStyleXfs"}:
            inside[0] = name
        elif name == "xf" and inside[0] == "cellXfs":
            cell_formats.append(attributes.get("numFmtId", "0"))

    if raw:
        package.read([raw], start=start)
    return frozenset(str(index) for index, number in enumerate(cell_formats) if number in percent_formats)


def _repack(sheet: bytes, strings: bytes, styles: bytes, *, counts_from_1904: bool) -> io.BytesIO:
    """Return a container of our own making with the one vetted sheet.

    Two programs may read one container differently; the parser that follows shall see only what was looked at.
    """
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("_rels/.rels", _relationship("officeDocument", "xl/workbook.xml"))
        archive.writestr("xl/_rels/workbook.xml.rels", _relationship("worksheet", "worksheets/sheet1.xml"))
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><workbookPr date1904="{int(counts_from_1904)}"/>'
            '<sheets><sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        if strings:
            archive.writestr(_SHARED_STRINGS, strings)
        if styles:
            archive.writestr(_STYLES, styles)
    package.seek(0)
    return package


def _relationship(kind: str, target: str) -> str:
    return (
        f'<Relationships xmlns="{_RELATIONSHIPS}">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/{kind}" Target="{target}"/></Relationships>'
    )


def _read_grid(package: io.BytesIO, scan: Scan) -> Iterator[tuple[int, list[str]]]:
    try:
        sheet = CalamineWorkbook.from_filelike(package).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
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
