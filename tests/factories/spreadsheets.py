import io
import zipfile
from collections.abc import Iterable, Mapping

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
