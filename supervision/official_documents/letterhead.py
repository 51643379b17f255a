"""What a paper without a red head bears at its top: emblem and name in the county's colour, as its portal does.

GB/T 9704-2012 has the head of an official document red and without emblem, so none of the other kinds bears one.
"""

import struct
from dataclasses import dataclass

from supervision.official_documents import docx_file, drawings
from supervision.official_documents import page_setup as sheet
from supervision.official_documents.markup import Element, paragraph, run, w

_HEIGHT_MM, _WIDEST_MM = 12, 40
_NAME_SIZE = 36
# Where the header of a PNG has width and height.
_SIZE = struct.Struct(">II")
_OFFSET = 16


@dataclass(frozen=True, slots=True)
class Letterhead:
    name: str
    colour: str
    emblem: bytes | None


def letterhead(shown: Letterhead) -> Element:
    """Set emblem and name on one line above a rule."""
    runs = [run(shown.name, sheet.HEITI, size=_NAME_SIZE, color=shown.colour[1:].upper())]
    if shown.emblem is not None:
        size = _size_of(shown.emblem)
        picture = drawings.picture(docx_file.EMBLEM, size)
        placed = drawings.inline(picture, drawings.PICTURE, size, number=3, name="徽标")
        runs = [drawings.run_of(placed), run("　", size=sheet.SIZE_4), *runs]
    rule = w("pBdr", [w("bottom", val="single", sz=12, space=6, color=shown.colour[1:].upper())])
    # An exact line would cut the emblem off.
    spacing = w("spacing", before=0, after=sheet.LINE, line=240, lineRule="auto")
    return paragraph(runs, rule, spacing, w("jc", val="left"), w("textAlignment", val="center"))


def _size_of(png: bytes) -> drawings.Size:
    width, height = _SIZE.unpack_from(png, _OFFSET)
    scale = min(_HEIGHT_MM / height, _WIDEST_MM / width) * drawings.EMU_PER_MM
    return round(width * scale), round(height * scale)
