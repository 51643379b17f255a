"""Codes read from pictures by a decoder that is not the library that drew them."""

import struct
import zlib
from pathlib import Path

import zxingcpp

from tests.factories.official_documents import poppler


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


# A red square of 64 points.
EMBLEM = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress((b"\0" + b"\xb3\x14\x1d" * 64) * 64))
    + _chunk(b"IEND", b"")
)


def read_code(png: bytes) -> str:
    """Read the one code of a PNG of one bit a point, whose rows stand as they are or as what they add to the last."""
    width, height, depth, colour = struct.unpack_from(">IIBB", png, 16)
    assert (depth, colour) == (1, 0)
    packed, place = b"", 8
    while place < len(png):
        length, kind = struct.unpack_from(">I4s", png, place)
        packed += png[place + 8 : place + 8 + length] if kind == b"IDAT" else b""
        place += length + 12
    lines, length = zlib.decompress(packed), 1 + -(-width // 8)
    points, row = bytearray(), bytes(length - 1)
    for place in range(0, len(lines), length):
        added = lines[place + 1 : place + length]
        assert lines[place] in {0, 2}
        row = bytes((one + other) % 256 for one, other in zip(row, added, strict=True)) if lines[place] else added
        points += bytes(255 * (row[x // 8] >> (7 - x % 8) & 1) for x in range(width))
    return _read(bytes(points), width, height)


def read_code_of_page(pdf: Path, page: int, folder: Path) -> str:
    """Read the one code of a page as it would be printed; nothing where there is none."""
    where = ("-r", "150", "-gray", "-f", str(page), "-l", str(page), "-singlefile")
    poppler("pdftoppm", *where, pdf, folder / "page")
    _, size, _, points = (folder / "page.pgm").read_bytes().split(b"\n", 3)
    width, height = map(int, size.split())
    return _read(points, width, height)


def _read(points: bytes, width: int, height: int) -> str:
    found = [each.text for each in zxingcpp.read_barcodes(memoryview(points).cast("B", (height, width)))]
    assert len(found) <= 1
    return found[0] if found else ""
