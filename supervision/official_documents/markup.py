import re
from collections.abc import Iterable, Mapping

from lxml import etree

from supervision.official_documents.page_setup import CHARACTER, FANGSONG, LINE, SIZE_3, Typeface

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
# What people may write, and XML cannot hold.
_UNWRITABLE = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ufffe\\uffff]")
Element = etree._Element  # noqa: SLF001 - lxml has no public name for the type of what it makes
Attributes = Mapping[str, str | int]


def w(tag: str, children: Iterable[Element] = (), /, **attributes: str | int) -> Element:
    """Make an element of WordprocessingML; its attributes are of the same namespace."""
    element = etree.Element(f"{{{W}}}{tag}", nsmap={"w": W, "r": R})
    for name, value in attributes.items():
        element.set(f"{{{W}}}{name}", str(value))
    element.extend(children)
    return element


def run(
    text: str, face: Typeface = FANGSONG, *, size: int = SIZE_3, color: str | None = None, is_bold: bool = False
) -> Element:
    """Make a run of text; 三号 is squeezed a little, so that 28 characters fill a line."""
    fonts = w("rFonts", ascii=face.name, hAnsi=face.name, eastAsia=face.name, cs=face.name, hint="eastAsia")
    properties = [fonts]
    if is_bold:
        properties.append(w("b"))
    if color is not None:
        properties.append(w("color", val=color))
    # In twips, where the size is in half points.
    squeezed = CHARACTER - size * 10 if size == SIZE_3 else 0
    properties += [w("spacing", val=squeezed), w("sz", val=size), w("szCs", val=size)]
    words = w("t")
    words.text = _UNWRITABLE.sub("", text)
    words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return w("r", [w("rPr", properties), words])


def tab() -> Element:
    return w("r", [w("tab")])


def paragraph(runs: Iterable[Element], *properties: Element) -> Element:
    """Make a paragraph; its properties come in the order of the schema."""
    return w("p", [w("pPr", properties), *runs])


def lines(count: float = 1) -> Element:
    """Set the distance of lines, as a multiple of the usual one."""
    return w("spacing", before=0, after=0, line=round(LINE * count), lineRule="exact")


def blank(count: float = 1, *properties: Element) -> Element:
    return paragraph([], *properties, lines(count))


def xml(root: Element) -> bytes:
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return written
