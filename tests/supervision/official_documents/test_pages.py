"""One document of each kind as LibreOffice sets it, measured against GB/T 9704-2012."""

import asyncio
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from supervision.official_documents.layout import make_docx
from supervision.official_documents.pdf import make_pdfs
from supervision.official_documents.states import DocumentKind
from tests.factories.official_documents import make_text, poppler, require_office_programs
from tests.factories.pictures import read_code_of_page

POINTS_PER_MM = 72 / 25.4
# What a glyph leaves free within its square, and rounding.
NEAR = 1.2
ADDRESS = "https://ducha.example.gov.cn/portal/330326/documents"
XHTML = {"h": "http://www.w3.org/1999/xhtml"}


@dataclass(frozen=True)
class Line:
    """One line of a page, its edges in millimetres."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[DocumentKind, Path]:
    """Make a document of each kind, all into PDFs by one call."""
    require_office_programs()
    folder = tmp_path_factory.mktemp("documents")
    documents = {str(kind): make_docx(make_text(kind)) for kind in DocumentKind}
    for kind, content in asyncio.run(make_pdfs("soffice", documents, seconds=120)).items():
        (folder / f"{kind}.pdf").write_bytes(content)
    return {kind: folder / f"{kind}.pdf" for kind in DocumentKind}


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> dict[DocumentKind, Path]:
    """Make them once more, each with its code."""
    require_office_programs()
    folder = tmp_path_factory.mktemp("coded")
    documents = {
        str(kind): make_docx(replace(make_text(kind), check_address=f"{ADDRESS}/{kind}")) for kind in DocumentKind
    }
    for kind, content in asyncio.run(make_pdfs("soffice", documents, seconds=120)).items():
        (folder / f"{kind}.pdf").write_bytes(content)
    return {kind: folder / f"{kind}.pdf" for kind in DocumentKind}


def read_lines(pdf: Path) -> list[list[Line]]:
    """Read the lines of each page, put together from words that stand on one level."""
    root: Any = etree.fromstring(poppler("pdftotext", "-bbox-layout", pdf, "-").encode())
    return [_lines(page) for page in root.iterfind(".//h:page", XHTML)]


def _lines(page: Any) -> list[Line]:
    rows: dict[int, list[Any]] = {}
    for word in page.iterfind(".//h:word", XHTML):
        rows.setdefault(round(float(word.get("yMax")) / 6), []).append(word)
    return [_line(sorted(words, key=lambda word: float(word.get("xMin")))) for _, words in sorted(rows.items())]


def _line(words: list[Any]) -> Line:
    def edge(name: str) -> list[float]:
        return [float(word.get(name)) / POINTS_PER_MM for word in words]

    text = "".join(word.text for word in words)
    return Line(text, min(edge("xMin")), min(edge("yMin")), max(edge("xMax")), max(edge("yMax")))


@pytest.mark.parametrize("kind", DocumentKind)
def test_a_page_has_22_lines_of_28_characters_within_the_margins(
    kind: DocumentKind, pages: dict[DocumentKind, Path]
) -> None:
    read = read_lines(pages[kind])
    size = poppler("pdfinfo", pages[kind])
    assert re.search(r"Page size:\s+595\.\d+ x 841\.\d+ pts \(A4\)", size)
    *body, number = read[1]
    assert len(body) == 22, [line.text for line in body]
    assert max(len(line.text) for line in body) == 28
    # What a line's distance leaves free stands above its letters, some 3 mm.
    assert min(line.top for line in body) == pytest.approx(37 + 3, abs=1)
    assert 297 - 35 - 4 <= max(line.bottom for line in body) <= 297 - 35 + 0.5
    assert min(line.left for line in body) == pytest.approx(28, abs=NEAR)
    assert max(line.right for line in body) == pytest.approx(210 - 26, abs=NEAR)
    assert number.text == "—2—"


@pytest.mark.parametrize("kind", DocumentKind)
def test_page_numbers_stand_on_the_outer_sides_below_the_type_area(
    kind: DocumentKind, pages: dict[DocumentKind, Path]
) -> None:
    for place, lines in enumerate(read_lines(pages[kind]), 1):
        number = lines[-1]
        assert number.text == f"—{place}—"
        assert (number.top + number.bottom) / 2 == pytest.approx(297 - 35 + 7, abs=3)
        # One character of 四号 in from the outer side.
        if place % 2:
            assert number.right == pytest.approx(210 - 26 - 5, abs=NEAR)
        else:
            assert number.left == pytest.approx(28 + 5, abs=NEAR)


@pytest.mark.parametrize("kind", DocumentKind)
def test_title_number_and_red_head(kind: DocumentKind, pages: dict[DocumentKind, Path], tmp_path: Path) -> None:
    text, lines = make_text(kind), read_lines(pages[kind])[0]
    pages_of_red = _red_rows(pages[kind], tmp_path)
    if not text.head:
        assert pages_of_red == []
        assert text.title.startswith(lines[0].text)
        return
    head = next(line for line in lines if line.text == text.head)
    assert head.top - 37 == pytest.approx(35, abs=5)
    assert (head.left + head.right) / 2 == pytest.approx(28 + 78, abs=NEAR)
    number = next(line for line in lines if text.number in line.text)
    assert "〔2016〕3号" in number.text
    assert number.text.endswith("签发人：张三") == (kind is DocumentKind.ACCOUNTABILITY)
    # The rule is red over the whole width, 4 mm below the number.
    rule = [row for row in pages_of_red if row.width > 150]
    assert rule
    assert rule[0].width == pytest.approx(156, abs=1)
    assert 2 <= rule[0].top - number.bottom <= 6
    assert pages_of_red[0].top == pytest.approx(head.top, abs=6)


@dataclass(frozen=True)
class RedRow:
    """A row of picture points of a page, from its first red one to its last, in millimetres."""

    top: float
    width: float


def _red_rows(pdf: Path, tmp_path: Path) -> list[RedRow]:
    poppler("pdftoppm", "-r", "100", "-f", "1", "-l", "1", "-singlefile", pdf, tmp_path / "page")
    _, size, _, points = (tmp_path / "page.ppm").read_bytes().split(b"\n", 3)
    width, height = map(int, size.split())
    found = []
    for row in range(height):
        line = points[3 * width * row : 3 * width * (row + 1)]
        red = [x for x in range(width) if line[3 * x] > 200 and line[3 * x + 1] < 60 and line[3 * x + 2] < 60]
        if red:
            found.append(RedRow(row / 100 * 25.4, (red[-1] - red[0]) / 100 * 25.4))
    return found


@pytest.mark.parametrize("kind", [kind for kind in DocumentKind if make_text(kind).head])
def test_signature_day_and_imprint(kind: DocumentKind, pages: dict[DocumentKind, Path]) -> None:
    text, lines = make_text(kind), read_lines(pages[kind])[-1]
    *above, imprint, _ = lines
    assert imprint.text == "示例县督查室2016年4月5日印发"
    assert imprint.bottom == pytest.approx(297 - 35, abs=4)
    if text.copies:
        assert above[-1].text == f"抄送：{text.copies}"
    everything = [line for page in read_lines(pages[kind]) for line in page]
    office = next(line for line in everything if line.text == text.signature)
    day = next(line for line in everything if line.text == "2016年4月5日")
    assert day.top > office.top
    assert 210 - 26 - day.right == pytest.approx(4 * 5.6, abs=2)
    assert (office.left + office.right) / 2 == pytest.approx((day.left + day.right) / 2, abs=3)


@pytest.mark.parametrize("kind", DocumentKind)
def test_the_code_is_read_where_the_seal_goes_and_moves_nothing(
    kind: DocumentKind, pages: dict[DocumentKind, Path], coded: dict[DocumentKind, Path], tmp_path: Path
) -> None:
    plain, read = read_lines(pages[kind]), read_lines(coded[kind])
    captions = [[line.left for line in page if line.text == "扫码核验"] for page in read]
    assert max(captions) == [pytest.approx(28 + 24, abs=NEAR)]
    codes = [read_code_of_page(coded[kind], page, tmp_path) for page in range(1, len(read) + 1)]
    assert codes == [f"{ADDRESS}/{kind}" if caption else "" for caption in captions]
    if make_text(kind).signature:
        assert [line for page in read for line in page if line.text != "扫码核验"] == [
            line for page in plain for line in page
        ]


def test_what_the_office_does_not_have_is_replaced_by_the_stated_typeface(pages: dict[DocumentKind, Path]) -> None:
    fonts = poppler("pdffonts", pages[DocumentKind.NOTICE])
    assert re.search("仿宋|FangSong|NotoSerifCJK", fonts), fonts
