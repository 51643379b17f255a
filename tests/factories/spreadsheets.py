import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import xlsxwriter

from supervision.documents.rules import CellProblem

HEADER = ["编号", "目标", "目标值"]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
GOOD_SHEET = (
    f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    '<row r="2"><c r="A2"><v>6.5</v></c></row></sheetData></worksheet>'
)


def container(sheet: str = GOOD_SHEET, /, **over: bytes | str) -> bytes:
    """Make an xlsx by hand, so that it can hold what no office program writes."""
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="台账" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="rId1" '
        'Target="/xl/worksheets/sheet1.xml"/></Relationships>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"><si><t>编号</t></si></sst>',
        "xl/worksheets/sheet1.xml": sheet,
        **over,
    }
    return zipped(parts)


def zipped(parts: Mapping[str, bytes | str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def many_rows(count: int) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        for number in range(count):
            sheet.write_row(number, 0, [number, f"目标{number}", (number + 1) / 7])
    return target.getvalue()


def places(problems: Iterable[CellProblem]) -> list[tuple[int, str, str]]:
    return [(problem.row, problem.column, problem.code) for problem in problems]


def make_workbook(fill: Callable[[Any], object]) -> bytes:
    """Make an xlsx as an office program writes it; `fill` is handed the workbook."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as workbook:
        fill(workbook)
    return target.getvalue()


def with_cell(raw: bytes, place: str, cell: str) -> bytes:
    """Put another cell, as XML, into the first sheet of a workbook."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    changed, times = re.subn(rf'<c r="{place}".*?</c>', cell, sheet)
    assert times == 1
    return zipped({**parts, "xl/worksheets/sheet1.xml": changed})
