import contextlib
import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervision.documents import errors
from supervision.documents.rules import Limits
from supervision.documents.spreadsheets import read_table, write_xlsx
from tests.factories.spreadsheets import GOOD_SHEET, HEADER, MAIN, OFFICE, container, many_rows, zipped


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
