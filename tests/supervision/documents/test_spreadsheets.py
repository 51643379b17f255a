import contextlib
import io
import zipfile
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from supervision.documents import errors
from supervision.documents.rules import CellProblem, Limits
from supervision.documents.spreadsheets import Value, read_table, write_xlsx

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


def test_numbers_dates_and_percents_read_as_a_person_sees_them() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as workbook:
        sheet = workbook.add_worksheet("2016")
        percent, day, chinese, moment, literal = (
            workbook.add_format({"num_format": code})
            for code in ("0.0%", "yyyy-mm-dd", 'yyyy"年"m"月"d"日"', "yyyy-mm-dd hh:mm", '0.0"%"')
        )
        sheet.write_row(1, 1, ["a", "b", "c", "d", "e", "f", "g", "h", "i"])
        sheet.write_row(2, 1, [6.5, 1314.0, 0.1 + 0.2, 13800138000])
        sheet.write(2, 5, 0.065, percent)
        sheet.write(2, 6, date(2016, 12, 31), day)
        sheet.write(2, 7, date(2016, 12, 31), chinese)
        sheet.write(2, 8, datetime(2016, 12, 31, 8, 30), moment)  # noqa: DTZ001 - a sheet knows no offset
        sheet.write(2, 9, 4.5, literal)
        sheet.write_row(4, 1, [True, -0.0, 1e20, "  两端空格\r\n第二行 ", "'0123"])
        sheet.write(4, 6, time(8, 30), workbook.add_format({"num_format": "hh:mm"}))
    table = read_table(target.getvalue())
    assert table.sheet == "2016"
    assert table.header == tuple("abcdefghi")
    assert [row.number for row in table.rows] == [3, 5]
    assert list(table.rows[0].cells.values()) == [
        "6.5",
        "1314",
        "0.3",
        "13800138000",
        "6.5%",
        "2016-12-31",
        "2016-12-31",
        "2016-12-31T08:30:00",
        "4.5",
    ]
    expected = ["TRUE", "0", "100000000000000000000", "两端空格\n第二行", "'0123", "08:30:00", "", "", ""]
    assert list(table.rows[1].cells.values()) == expected
    assert table.problems == []


def test_what_is_written_is_read_again() -> None:
    rows: list[list[Value]] = [
        ["=1+1", Decimal("131.4"), date(2016, 12, 31)],
        ["http://example.com", 500, None],
        ["县直部门", True, 123456789012345678],
    ]
    raw = write_xlsx(HEADER, rows, title="2016年台账[草]/一")
    table = read_table(raw)
    assert table.sheet == "2016年台账 草  一"
    assert table.header == tuple(HEADER)
    assert [list(row.cells.values()) for row in table.rows] == [
        ["=1+1", "131.4", "2016-12-31"],
        ["http://example.com", "500", ""],
        ["县直部门", "TRUE", "123456789012345678"],
    ]
    assert table.problems == []
    assert write_xlsx(HEADER, rows, title="2016年台账[草]/一") == raw


def test_written_sheet_freezes_its_header_and_fits_chinese_text() -> None:
    raw = write_xlsx(["单位", "长"], [["住房城乡建设部", "字" * 100]], title="History")
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        workbook = archive.read("xl/workbook.xml").decode()
        properties = archive.read("docProps/core.xml").decode()
    assert '<pane ySplit="1"' in sheet
    assert '<col min="1" max="1" width="16.7' in sheet
    assert '<col min="2" max="2" width="60.7' in sheet
    assert 'name="Sheet1"' in workbook
    assert "2000-01-01T00:00:00Z" in properties


def test_moments_are_written_in_shanghai_time() -> None:
    moment = datetime.fromisoformat("2016-12-31T16:00:01Z")
    table = read_table(write_xlsx(["at"], [[moment]], title="t"))
    assert table.rows[0].cells == {"at": "2017-01-01T00:00:01"}


def test_a_text_that_no_cell_takes_is_an_error_and_not_cut() -> None:
    with pytest.raises(ValueError, match="32,767"):
        write_xlsx(["a"], [["字" * 32_768]], title="t")


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=30)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(words, words), max_size=5))
def test_any_text_survives_writing_and_reading(rows: list[tuple[str, str]]) -> None:
    table = read_table(write_xlsx(["a", "b"], rows, title="t"))
    read = [tuple(row.cells.values()) for row in table.rows]
    assert read == [(a.strip(), b.strip()) for a, b in rows if a.strip() or b.strip()]


def test_formulas_errors_and_merged_cells_are_told_with_their_place() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["编号", "目\n标", "目标值"])
        sheet.write_row(1, 0, [1, "甲"])
        sheet.write_formula(1, 2, "=1+1", None, 2)
        sheet.merge_range("A3:B4", "乙")
        sheet.write_formula(4, 2, "=NA()", None, "#N/A")
        sheet.write(5, 0, "x" * 2_001)
        sheet.write(6, 3, "无列名")
        sheet.write(7, 0, "a\x0bb")
    table = read_table(target.getvalue())
    assert table.header == ("编号", "目标", "目标值")
    assert table.rows[0].cells == {"编号": "1", "目标": "甲", "目标值": "2"}
    assert places(table.problems) == [
        (2, "目标值", "formula"),
        (3, "编号", "merged_cells"),
        (5, "目标值", "formula"),
        (5, "目标值", "error_value"),
        (6, "编号", "too_long"),
        (7, "D", "no_header"),
        (8, "编号", "control_character"),
    ]
    assert "A3:B4" in table.problems[1].detail_zh
    assert "A3:B4" in table.problems[1].detail_en


def test_problems_are_counted_out_at_their_limit() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write(0, 0, "编号")
        for number in range(1, 10):
            sheet.write_formula(number, 0, "=1", None, 1)
    assert len(read_table(target.getvalue(), limits=Limits(problems=3)).problems) == 3
    assert len(read_table(b"a\n" + b"=1\n" * 9, limits=Limits(problems=3)).problems) == 3


@pytest.mark.parametrize("merge", ["A1:C1", "B1:B2", "A1:B9"])
def test_a_merged_header_is_refused_by_its_range(merge: str) -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as workbook:
        sheet = workbook.add_worksheet()
        sheet.merge_range(merge, "2016年台账")
        sheet.write_row(9, 0, HEADER)
    with pytest.raises(errors.HeaderMerged) as refused:
        read_table(target.getvalue())
    assert merge in refused.value.detail("zh")


def test_a_merged_header_is_seen_behind_any_number_of_merges() -> None:
    merges = '<mergeCell ref="A5:A6"/><mergeCell ref="A7:A8"/><mergeCell ref="A1:B1"/>'
    raw = container(GOOD_SHEET.replace("</sheetData>", f"</sheetData>{merges}"))
    with pytest.raises(errors.HeaderMerged):
        read_table(raw, limits=Limits(problems=1))


def test_the_first_visible_sheet_with_content_is_read() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as workbook:
        hidden = workbook.add_worksheet("选项")
        hidden.write(0, 0, "下拉")
        workbook.add_worksheet("空").activate()
        workbook.add_worksheet("台账").write(0, 0, "编号")
        workbook.add_worksheet("说明").write(0, 0, "说明")
        hidden.hide()
    table = read_table(target.getvalue())
    assert (table.sheet, table.header, table.rows) == ("台账", ("编号",), [])


def test_days_of_a_workbook_that_counts_from_1904() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"date_1904": True}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write(0, 0, "日期")
        sheet.write(1, 0, date(2016, 2, 29), workbook.add_format({"num_format": "yyyy/m/d"}))
    assert read_table(target.getvalue()).rows[0].cells == {"日期": "2016-02-29"}


@pytest.mark.parametrize(
    ("raw", "refusal"),
    [
        (b"", errors.SpreadsheetEmpty),
        (b" \n", errors.SpreadsheetEmpty),
        (b"\xef\xbb\xbf,,\n,,\n", errors.SpreadsheetEmpty),
        (b"x" * (5 * 1024 * 1024 + 1), errors.SpreadsheetTooLarge),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), errors.SpreadsheetOfOtherType),
        (b"%PDF-1.7\n...", errors.SpreadsheetOfOtherType),
        (b"\xff\xd8\xff\xe0....", errors.SpreadsheetOfOtherType),
        (b"<HTML><body><table>", errors.SpreadsheetOfOtherType),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), errors.SpreadsheetOfOldFormat),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le"),
            errors.SpreadsheetEncrypted,
        ),
        (b"a,b\n1,\x00\n", errors.SpreadsheetNotText),
        (b"a,b\n\xff\xff,1\n", errors.SpreadsheetNotText),
        (zipped({"word/document.xml": b"<w/>"}), errors.SpreadsheetOfOtherType),
        (zipped({"ppt/presentation.xml": b"<p/>"}), errors.SpreadsheetOfOtherType),
        (zipped({"mimetype": b"application/x", "content.xml": b"<o/>"}), errors.SpreadsheetOfOtherType),
        (zipped({"xl/workbook.bin": b"b"}), errors.SpreadsheetOfOtherType),
        (zipped({"photo.jpg": b"\xff\xd8"}), errors.SpreadsheetOfOtherType),
        (container()[:-40], errors.SpreadsheetDamaged),
        (container("<worksheet>"), errors.SpreadsheetDamaged),
        (container(GOOD_SHEET.replace("<v>0<", "<v>7<")), errors.SpreadsheetDamaged),
        (container(GOOD_SHEET.replace("6.5", "NaN")), errors.SpreadsheetDamaged),
        (container(f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'), errors.SpreadsheetEmpty),
        (container(**{"xl/vbaProject.bin": b"x"}), errors.SpreadsheetHasMacros),
        (container(**{"xl/macrosheets/sheet1.xml": b"x"}), errors.SpreadsheetHasMacros),
        (
            container(**{"[Content_Types].xml": "application/vnd.ms-excel.sheet.macroEnabled.main+xml"}),
            errors.SpreadsheetHasMacros,
        ),
    ],
)
def test_files_that_are_no_table_are_refused_by_what_they_are(
    raw: bytes, refusal: type[errors.SpreadsheetRefused]
) -> None:
    with pytest.raises(errors.SpreadsheetRefused) as refused:
        read_table(raw)
    assert type(refused.value) is refusal
    assert refused.value.detail("zh")
    assert refused.value.detail("en")


def test_a_container_made_by_hand_is_read() -> None:
    table = read_table(container())
    assert table.header == ("编号",)
    assert table.rows[0].cells == {"编号": "6.5"}


def test_what_a_binary_fraction_adds_behind_fifteen_digits_is_not_read() -> None:
    table = read_table(container(GOOD_SHEET.replace("6.5", "0.30000000000000004")))
    assert table.rows[0].cells == {"编号": "0.3"}


def test_a_cell_that_claims_another_row_is_refused() -> None:
    with pytest.raises(errors.SpreadsheetDamaged):
        read_table(container(GOOD_SHEET.replace('"A2"', '"A9"')))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_container_packed_as_no_office_packs_is_refused(method: int) -> None:
    source, target = zipfile.ZipFile(io.BytesIO(container())), io.BytesIO()
    with source, zipfile.ZipFile(target, "w", method) as archive:
        for name in source.namelist():
            archive.writestr(name, source.read(name))
    with pytest.raises(errors.SpreadsheetDamaged):
        read_table(target.getvalue())


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml"])
def test_a_document_type_is_refused_before_any_entity_expands(part: str) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    bomb = f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><worksheet>&l8;</worksheet>'
    with pytest.raises(errors.SpreadsheetHasEntities):
        read_table(container(**{part: bomb}))


@pytest.mark.parametrize("limits", [Limits(), Limits(declared_ratio=10_000, declared_bytes=3_000_000)])
def test_a_zip_bomb_is_refused_by_its_directory(limits: Limits) -> None:
    raw = bytearray(container(**{"xl/media/image1.bin": bytes(4_000_000)}))
    # What is packed is spoilt, so that unpacking any of it would be told as damage.
    raw[: raw.index(b"PK\x01\x02")] = b"PK\x03\x04".ljust(raw.index(b"PK\x01\x02"), b"\xff")
    with pytest.raises(errors.SpreadsheetExpandsTooFar):
        read_table(bytes(raw), limits=limits)


def test_a_bomb_below_the_ratio_stops_at_the_limit_of_a_member() -> None:
    limits = Limits(member_bytes=1_000_000, declared_ratio=10_000)
    blank = GOOD_SHEET.replace("<sheetData>", "<sheetData>" + " " * 2_000_000)
    with pytest.raises(errors.SpreadsheetExpandsTooFar):
        read_table(container(blank), limits=limits)
    assert read_table(container(blank), limits=Limits(declared_ratio=10_000)).header == ("编号",)


def test_a_member_that_lies_about_its_size_is_refused() -> None:
    raw = container(GOOD_SHEET.replace("<sheetData>", "<sheetData>" + " " * 500_000))
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    lying = raw.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert lying != raw
    with pytest.raises(errors.SpreadsheetDamaged):
        read_table(lying)


def test_too_many_members_are_refused() -> None:
    with pytest.raises(errors.SpreadsheetExpandsTooFar):
        read_table(container(**{f"xl/media/{number}": b"" for number in range(1_001)}))


def test_members_that_differ_only_in_case_are_refused() -> None:
    with pytest.raises(errors.SpreadsheetDamaged):
        read_table(container(**{"XL/Worksheets/Sheet1.xml": GOOD_SHEET}))


def test_an_encrypted_member_is_refused() -> None:
    raw = bytearray(container())
    raw[raw.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(errors.SpreadsheetEncrypted):
        read_table(bytes(raw))


def test_one_part_under_two_sheet_names_is_refused() -> None:
    workbook = (
        f'<workbook xmlns:r="{OFFICE}"><sheets><sheet name="a" r:id="rId1"/>'
        '<sheet name="b" r:id="rId1"/></sheets></workbook>'
    )
    with pytest.raises(errors.SpreadsheetDamaged):
        read_table(container(**{"xl/workbook.xml": workbook}))


def test_more_elements_than_any_table_needs_are_refused() -> None:
    flood = f"<sst><si>{'<r/>' * 1_000_001}</si></sst>"
    with pytest.raises(errors.SpreadsheetExpandsTooFar):
        read_table(container(**{"xl/sharedStrings.xml": flood}), limits=Limits(declared_ratio=10_000))


def test_one_long_text_in_very_many_cells_is_refused() -> None:
    cells = "".join(f'<row r="{row}">' + '<c t="s"><v>0</v></c>' * 20 + "</row>" for row in range(1, 1_001))
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'
    text = f"<sst><si><t>{'长' * 10_000}</t></si></sst>"
    with pytest.raises(errors.SpreadsheetExpandsTooFar):
        read_table(container(sheet, **{"xl/sharedStrings.xml": text}))


@pytest.mark.parametrize(
    ("reference", "refusal"),
    [
        ("A1048576", errors.SpreadsheetHasTooManyRows),
        ("XFD2", errors.SpreadsheetHasTooManyColumns),
        ("A0", errors.SpreadsheetDamaged),
        ("ZZZZ1", errors.SpreadsheetDamaged),
    ],
)
def test_a_value_far_out_is_refused_and_not_the_rectangle_read(
    reference: str, refusal: type[errors.SpreadsheetRefused]
) -> None:
    row = "".join(character for character in reference if character.isdigit())
    far = f'<row r="{row}"><c r="{reference}"><v>1</v></c></row></sheetData>'
    with pytest.raises(refusal):
        read_table(container(GOOD_SHEET.replace("</sheetData>", far)))


def test_formatted_empty_rows_do_not_count() -> None:
    empty = "".join(f'<row r="{row}"><c r="A{row}" s="0"/></row>' for row in range(3, 20_000))
    raw = container(GOOD_SHEET.replace("</sheetData>", empty + "</sheetData>"))
    assert len(read_table(raw).rows) == 1


def test_formatted_empty_cells_are_not_looked_through_for_ever() -> None:
    empty = "".join(f'<row r="{row}"><c r="A{row}" s="0"/></row>' for row in range(3, 300))
    raw = container(GOOD_SHEET.replace("</sheetData>", empty + "</sheetData>"))
    with pytest.raises(errors.SpreadsheetHasTooManyRows):
        read_table(raw, limits=Limits(rows=10, columns=10))


def test_two_thousand_rows_are_read_and_one_more_is_refused() -> None:
    assert len(read_table(many_rows(2_001)).rows) == 2_000
    with pytest.raises(errors.SpreadsheetHasTooManyRows):
        read_table(many_rows(2_002))


def test_a_hundred_thousand_rows_are_refused_in_either_format() -> None:
    with pytest.raises(errors.SpreadsheetHasTooManyRows):
        read_table(many_rows(100_000))
    with pytest.raises(errors.SpreadsheetHasTooManyRows):
        read_table("编号,目标\n".encode() + b"1,x\n" * 100_000)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_is_read_in_the_encodings_and_delimiters_of_offices(encoding: str, delimiter: str) -> None:
    lines = [HEADER, ["1", '"甲\n""乙"""', "6.5"], ["", "", ""], ["2", "䶮①€", "-5"]]
    raw = "\r\n".join(delimiter.join(line) for line in lines).encode(encoding)
    table = read_table(raw)
    assert table.header == tuple(HEADER)
    assert [(row.number, tuple(row.cells.values())) for row in table.rows] == [
        (2, ("1", '甲\n"乙"', "6.5")),
        (4, ("2", "䶮①€", "-5")),
    ]
    assert (table.problems, table.sheet) == ([], None)


def test_csv_problems_are_told_with_their_place() -> None:
    text = "编号,目标,目标值\n1,=1+1,+SUM(A1)\n2,甲\n3,甲,5,多,出\n4,甲,6,,\n-5,@名,+86\n"
    table = read_table(text.encode())
    assert places(table.problems) == [
        (2, "目标", "formula"),
        (2, "目标值", "formula"),
        (3, "编号", "ragged_row"),
        (4, "编号", "ragged_row"),
        (4, "D", "no_header"),
        (4, "E", "no_header"),
    ]
    assert "5" in table.problems[3].detail_zh


@pytest.mark.parametrize("broken", ['3,"乙\n4,丙\n', '3,"乙"丙\n4,丁\n'])
def test_csv_with_unpaired_quotes_is_read_as_far_as_it_holds(broken: str) -> None:
    table = read_table(f"编号,目标\n2,甲\n{broken}".encode())
    assert [row.number for row in table.rows] == [2]
    assert places(table.problems) == [(3, "编号", "broken_quotes")]


def test_csv_whose_header_is_broken_is_empty() -> None:
    with pytest.raises(errors.SpreadsheetEmpty):
        read_table(b'"a\n1,2\n')


def test_a_repeated_column_name_is_refused() -> None:
    with pytest.raises(errors.HeaderRepeated) as refused:
        read_table("编号,目标,编 号, 编号\n".encode())
    assert refused.value.facts == {"first": "A", "second": "D"}


def test_a_column_name_that_cannot_be_one_is_told_by_its_letter() -> None:
    table = read_table(f"编号,{'长' * 2_001},a\x07\n1,2,3\n".encode())
    assert places(table.problems) == [(1, "B", "too_long"), (1, "C", "control_character")]


def test_too_many_columns_are_refused() -> None:
    with pytest.raises(errors.SpreadsheetHasTooManyColumns):
        read_table(",".join(str(number) for number in range(65)).encode())


WHOLE = write_xlsx(HEADER, [["1", Decimal("6.5"), date(2016, 12, 31)]] * 3, title="t")


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([WHOLE, container(), zipped({"a": b"b"}), '编号,"目标\n"\n1,2\n'.encode()]),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=8),
    st.integers(0, 10_000),
)
def test_any_damage_is_refused_or_read_and_never_another_error(
    whole: bytes, changes: list[tuple[int, int]], cut: int
) -> None:
    raw = bytearray(whole)
    for place, byte in changes:
        raw[place % len(raw)] = byte
    kept = bytes(raw[: cut % len(raw)] if cut % 5 == 0 else raw)
    with contextlib.suppress(errors.SpreadsheetRefused):
        read_table(kept)


STYLES = (
    f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="9"/>'
    '<xf numFmtId="46"/><xf numFmtId="21"/></cellXfs></styleSheet>'
)
ODD_VALUES = ["", "0", "-1", "1e300", "1e999", "42735.5", "2958466", "-693594", "x", "2016-13-45", "1_0", " 1", "NaN"]
odd_cells = st.builds(
    "<c {}{}{}>{}{}</c>".format,
    st.sampled_from(["", 'r="A3" ', 'r="B3" ', 'r="C4" ']),
    st.sampled_from(["", *(f't="{kind}" ' for kind in ["s", "n", "d", "b", "e", "str", "inlineStr", "?"])]),
    st.sampled_from(["", *(f's="{style}"' for style in [0, 1, 2, 3, 4, 99])]),
    st.sampled_from(["", "<f/>", "<f>1+1</f>"]),
    st.one_of(
        st.sampled_from(ODD_VALUES).map("<v>{}</v>".format),
        st.sampled_from(ODD_VALUES).map("<is><t>{}</t></is>".format),
        st.just("<v/><v>1</v><v>2</v>"),
    ),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(odd_cells, max_size=6), st.sampled_from(["<row>", '<row r="3">', '<row r="2">']))
def test_any_odd_cell_is_refused_or_read(cells: list[str], row: str) -> None:
    sheet = GOOD_SHEET.replace("</sheetData>", f"{row}{''.join(cells)}</row></sheetData>")
    with contextlib.suppress(errors.SpreadsheetRefused):
        read_table(container(sheet, **{"xl/styles.xml": STYLES}))
