"""The imprint (版记) at the foot of the last page: copies, printing office and day, between rules."""

from collections.abc import Iterator

from lxml import etree

from supervision.cadence.moments import day_zh
from supervision.official_documents import drawings
from supervision.official_documents import page_setup as sheet
from supervision.official_documents.drawings import sub
from supervision.official_documents.markup import Element, lines, paragraph, run, tab, w
from supervision.official_documents.official_text import OfficialText
from supervision.official_documents.page_setup import LINE

_CHARACTER = 10 * sheet.SIZE_4
_CHARACTERS = sheet.WIDTH // _CHARACTER - 1
# The outer rules are 0.35 mm, those between 0.25 mm; a border counts in eighths of a point.
_THICK, _THIN = 8, 6
_COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"


def imprint(text: OfficialText) -> Iterator[Element]:
    """Set the imprint in a box at the foot of the type area; a line as high as the box keeps its place free."""
    if not text.head or not text.signature:
        return
    day = f"{day_zh(text.day)}印发" if text.day else "　　年　月　日印发"
    rows = [[run(f"　{text.signature}", size=sheet.SIZE_4), tab(), run(day, size=sheet.SIZE_4)]]
    count = 1
    if text.copies:
        copies = f"　抄送：{text.copies}"
        rows.insert(0, [run(copies, size=sheet.SIZE_4)])
        count += -(-len(copies) // _CHARACTERS)
    # The rules and the space beside them need a little as well.
    height = count * LINE + 80
    cells = []
    for place, row in enumerate(rows):
        edges = [w("top", val="single", sz=_THIN if place else _THICK, space=1, color="000000")]
        if place == len(rows) - 1:
            edges.append(w("bottom", val="single", sz=_THICK, space=1, color="000000"))
        cells.append(
            paragraph(row, w("pBdr", edges), w("tabs", [w("tab", val="right", pos=sheet.WIDTH - _CHARACTER)]), lines())
        )
    yield paragraph([w("r", [_choice(w("drawing", [_box(cells, height)]))])], lines(height / LINE))


def _choice(drawn: Element) -> Element:
    """Mark a drawing as one for readers of 2010 and later, as Word itself does."""
    alternatives = etree.Element(
        f"{{{_COMPATIBILITY}}}AlternateContent", nsmap={"mc": _COMPATIBILITY, **drawings.NAMES}
    )
    etree.SubElement(alternatives, f"{{{_COMPATIBILITY}}}Choice", Requires="wps").append(drawn)
    return alternatives


def _box(cells: list[Element], height: int) -> Element:
    """Anchor a box without border at the foot of the type area."""
    size = (sheet.WIDTH * drawings.EMU_PER_TWIP, height * drawings.EMU_PER_TWIP)
    shape = etree.Element(f"{{{drawings.SHAPE}}}wsp", nsmap=drawings.NAMES)
    sub(shape, "wps:cNvSpPr", txBox="1")
    form = sub(shape, "wps:spPr")
    drawings.frame(form, size)
    sub(form, "a:noFill")
    sub(shape, "wps:txbx").append(w("txbxContent", cells))
    sub(shape, "wps:bodyPr", wrap="square", lIns="0", tIns="0", rIns="0", bIns="0", anchor="b")
    return drawings.anchored(shape, drawings.SHAPE, size, number=1, name="版记")
