"""The package of a docx (ISO/IEC 29500): the same text makes the same bytes, because they are kept by their digest."""

from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from lxml import etree

from supervision.official_documents.markup import Element, R, w, xml
from supervision.official_documents.page_setup import CHARACTER, FANGSONG, LINE, SIZE_3, TYPEFACES

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MEDIA = "application/vnd.openxmlformats-officedocument.wordprocessingml"
MEDIA_TYPE = f"{_MEDIA}.document"
# The first moment that a zip can tell.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
# What belongs to the document, by the kind of its relation.
RELATED = {
    "styles": "styles.xml",
    "settings": "settings.xml",
    "fontTable": "fontTable.xml",
    "footer": "footer.xml",
    "even_footer": "footer_even.xml",
    "header": "header.xml",
}
# Pictures that it may have.
CODE, EMBLEM = "code_image", "emblem_image"
_PICTURES = {CODE: "media/code.png", EMBLEM: "media/emblem.png"}


def pack(parts: Mapping[str, bytes], pictures: Mapping[str, bytes]) -> bytes:
    """Pack the parts of a document, by their names in its folder, and its pictures (PNG) into the bytes of a docx."""
    related = {**RELATED, **{kind: _PICTURES[kind] for kind in pictures}}
    files = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relations({"officeDocument": "word/document.xml"}),
        "word/_rels/document.xml.rels": _relations(related),
        "word/styles.xml": _styles(),
        "word/settings.xml": _settings(),
        "word/fontTable.xml": _fonts(),
        **{f"word/{name}": part for name, part in parts.items()},
        **{f"word/{_PICTURES[kind]}": picture for kind, picture in pictures.items()},
    }
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        # The list of types comes first, by which some readers know a docx; it sorts before all letters.
        for name in sorted(files):
            entry = ZipInfo(name, _NO_TIME)
            entry.compress_type, entry.create_system = ZIP_DEFLATED, 3
            archive.writestr(entry, files[name])
    return packed.getvalue()


def relation_id(kind: str) -> str:
    return f"r_{kind}"


def _list(tag: str, namespace: str) -> Element:
    # Some readers know these lists without a prefix only.
    return etree.Element(tag, nsmap={None: f"{_PACKAGE}/{namespace}"})  # type: ignore[dict-item]  # lxml-stubs lacks None


def _content_types() -> bytes:
    types = _list("Types", "content-types")
    etree.SubElement(
        types, "Default", Extension="rels", ContentType="application/vnd.openxmlformats-package.relationships+xml"
    )
    etree.SubElement(types, "Default", Extension="xml", ContentType="application/xml")
    etree.SubElement(types, "Default", Extension="png", ContentType="image/png")
    named = {"document.xml": "document.main", **{name: kind.split("_")[-1] for kind, name in RELATED.items()}}
    for name, kind in named.items():
        etree.SubElement(types, "Override", PartName=f"/word/{name}", ContentType=f"{_MEDIA}.{kind}+xml")
    return xml(types)


def _relations(related: Mapping[str, str]) -> bytes:
    root = _list("Relationships", "relationships")
    for kind, target in related.items():
        etree.SubElement(root, "Relationship", Id=relation_id(kind), Type=f"{R}/{kind.split('_')[-1]}", Target=target)
    return xml(root)


def _styles() -> bytes:
    face = FANGSONG.name
    runs = [
        w("rFonts", ascii=face, hAnsi=face, eastAsia=face, cs=face),
        w("spacing", val=CHARACTER - SIZE_3 * 10),
        w("sz", val=SIZE_3),
        w("szCs", val=SIZE_3),
        w("lang", val="en-US", eastAsia="zh-CN"),
    ]
    lines = [
        w("kinsoku"),
        w("overflowPunct", val=0),
        w("snapToGrid", val=0),
        w("spacing", before=0, after=0, line=LINE, lineRule="exact"),
        w("jc", val="both"),
    ]
    defaults = w("docDefaults", [w("rPrDefault", [w("rPr", runs)]), w("pPrDefault")])
    parts = [w("name", val="Normal"), w("qFormat"), w("pPr", lines)]
    return xml(w("styles", [defaults, w("style", parts, type="paragraph", default=1, styleId="a")]))


def _settings() -> bytes:
    chosen = [w("evenAndOddHeaders"), w("characterSpacingControl", val="doNotCompress")]
    return xml(w("settings", chosen))


def _fonts() -> bytes:
    return xml(
        w("fonts", [w("font", [w("altName", val=",".join(face.fallbacks))], name=face.name) for face in TYPEFACES])
    )
