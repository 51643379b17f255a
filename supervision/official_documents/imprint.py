"""The imprint (版记) at the foot of the last page: copies, printing office and day, between rules."""

from collections.abc import Iterator

from lxml import etree

from supervision.cadence.moments import day_zh
from supervision.official_documents import page_setup as sheet
from supervision.official_documents.markup import Element, lines, paragraph, run, tab, w
from supervision.official_documents.official_text import OfficialText
from supervision.official_documents.page_setup import LINE

_CHARACTER = 10 * sheet.SIZE_4
_CHARACTERS = sheet.WIDTH // _CHARACTER - 1
# The outer rules are 0.35 mm, those between 0.25 mm; a border counts in eighths of a point.
_THICK, _THIN = 8, 6
_EMU = 635
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_WORD_DRAWING = f"{_DRAWING}/wordprocessingDrawing"
_COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_SHAPE = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
_NAMES = {"wp": _WORD_DRAWING, "a": f"{_DRAWING}/main", "wps": _SHAPE}


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


def _choice(drawing: Element) -> Element:
    """Mark a drawing as one for readers of 2010 and later, as Word itself does."""
    alternatives = etree.Element(f"{{{_COMPATIBILITY}}}AlternateContent", nsmap={"mc": _COMPATIBILITY, **_NAMES})
    etree.SubElement(alternatives, f"{{{_COMPATIBILITY}}}Choice", Requires="wps").append(drawing)
    return alternatives


def _box(cells: list[Element], height: int) -> Element:
    """Anchor a box without border at the foot of the type area (DrawingML)."""
    size = {"cx": str(sheet.WIDTH * _EMU), "cy": str(height * _EMU)}
    none = dict.fromkeys(("distT", "distB", "distL", "distR"), "0")
    flags = {"simplePos": "0", "relativeHeight": "1", "behindDoc": "0", "locked": "0", "layoutInCell": "1"}
    anchor = etree.Element(f"{{{_WORD_DRAWING}}}anchor", {**none, **flags, "allowOverlap": "1"}, nsmap=_NAMES)
    _sub(anchor, "wp:simplePos", x="0", y="0")
    _sub(_sub(anchor, "wp:positionH", relativeFrom="margin"), "wp:align").text = "left"
    _sub(_sub(anchor, "wp:positionV", relativeFrom="margin"), "wp:align").text = "bottom"
    _sub(anchor, "wp:extent", **size)
    _sub(anchor, "wp:wrapNone")
    _sub(anchor, "wp:docPr", id="1", name="版记")
    data = _sub(_sub(anchor, "a:graphic"), "a:graphicData", uri=_SHAPE)
    shape = _sub(data, "wps:wsp")
    _sub(shape, "wps:cNvSpPr", txBox="1")
    form = _sub(shape, "wps:spPr")
    frame = _sub(form, "a:xfrm")
    _sub(frame, "a:off", x="0", y="0")
    _sub(frame, "a:ext", **size)
    _sub(_sub(form, "a:prstGeom", prst="rect"), "a:avLst")
    _sub(form, "a:noFill")
    content = w("txbxContent", cells)
    _sub(shape, "wps:txbx").append(content)
    _sub(shape, "wps:bodyPr", wrap="square", lIns="0", tIns="0", rIns="0", bIns="0", anchor="b")
    return anchor


def _sub(parent: Element, tag: str, /, **attributes: str) -> Element:
    prefix, _, local = tag.partition(":")
    return etree.SubElement(parent, f"{{{_NAMES[prefix]}}}{local}", attributes)
