"""Drawings in a text (DrawingML): where they stand, and pictures."""

from lxml import etree

from supervision.official_documents.docx_file import relation_id
from supervision.official_documents.markup import Element, R, w

_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
WORD_DRAWING = f"{_DRAWING}/wordprocessingDrawing"
PICTURE = f"{_DRAWING}/picture"
SHAPE = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
NAMES = {"wp": WORD_DRAWING, "a": f"{_DRAWING}/main", "wps": SHAPE, "pic": PICTURE}
# English metric units.
EMU_PER_TWIP, EMU_PER_MM = 635, 36_000
# Distances from the text around; there is none.
_NONE = {"distT": "0", "distB": "0", "distL": "0", "distR": "0"}
Size = tuple[int, int]


def sub(parent: Element, tag: str, /, **attributes: str) -> Element:
    prefix, _, local = tag.partition(":")
    return etree.SubElement(parent, f"{{{NAMES[prefix]}}}{local}", attributes)


def extent(parent: Element, tag: str, size: Size) -> None:
    sub(parent, tag, cx=str(size[0]), cy=str(size[1]))


def anchored(content: Element, uri: str, size: Size, *, number: int, name: str, below_mm: int | None = None) -> Element:
    """Anchor a drawing at the left of the type area, so far below its paragraph's top or else at the area's foot."""
    flags = {"simplePos": "0", "relativeHeight": str(number), "behindDoc": "0", "locked": "0", "layoutInCell": "1"}
    anchor = etree.Element(f"{{{WORD_DRAWING}}}anchor", {**_NONE, **flags, "allowOverlap": "1"}, nsmap=NAMES)
    sub(anchor, "wp:simplePos", x="0", y="0")
    sub(sub(anchor, "wp:positionH", relativeFrom="margin"), "wp:align").text = "left"
    down = sub(anchor, "wp:positionV", relativeFrom="margin" if below_mm is None else "paragraph")
    if below_mm is None:
        sub(down, "wp:align").text = "bottom"
    else:
        sub(down, "wp:posOffset").text = str(below_mm * EMU_PER_MM)
    extent(anchor, "wp:extent", size)
    sub(anchor, "wp:wrapNone")
    return _filled(anchor, content, uri, number, name)


def inline(content: Element, uri: str, size: Size, *, number: int, name: str) -> Element:
    """Set a drawing into a line, as if it were a character."""
    drawing = etree.Element(f"{{{WORD_DRAWING}}}inline", _NONE, nsmap=NAMES)
    extent(drawing, "wp:extent", size)
    return _filled(drawing, content, uri, number, name)


def picture(kind: str, size: Size) -> Element:
    """Show one of the pictures that are packed with the document."""
    shown = etree.Element(f"{{{PICTURE}}}pic", nsmap=NAMES)
    told = sub(shown, "pic:nvPicPr")
    sub(told, "pic:cNvPr", id="0", name=kind)
    sub(told, "pic:cNvPicPr")
    fill = sub(shown, "pic:blipFill")
    sub(fill, "a:blip").set(f"{{{R}}}embed", relation_id(kind))
    sub(sub(fill, "a:stretch"), "a:fillRect")
    frame(sub(shown, "pic:spPr"), size)
    return shown


def frame(form: Element, size: Size) -> None:
    """Give a shape its size, and the form of a rectangle."""
    moved = sub(form, "a:xfrm")
    sub(moved, "a:off", x="0", y="0")
    extent(moved, "a:ext", size)
    sub(sub(form, "a:prstGeom", prst="rect"), "a:avLst")


def run_of(drawing: Element) -> Element:
    return w("r", [w("drawing", [drawing])])


def _filled(parent: Element, content: Element, uri: str, number: int, name: str) -> Element:
    sub(parent, "wp:docPr", id=str(number), name=name, descr=name)
    sub(sub(parent, "a:graphic"), "a:graphicData", uri=uri).append(content)
    return parent
