import io
import itertools
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from xml.parsers import expat

from supervision.documents.errors import (
    SpreadsheetDamaged,
    SpreadsheetEncrypted,
    SpreadsheetExpandsTooFar,
    SpreadsheetHasEntities,
    SpreadsheetHasMacros,
    SpreadsheetOfOtherType,
)
from supervision.documents.rules import MIB, Limits

# Large pieces: older expat looks at an unfinished token again from its start with every piece.
_PIECE = MIB
# A table of the size that we read needs under half of this.
_ELEMENTS = 1_000_000
_ENCRYPTED = 0x1
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_DIRECTORY_ENTRY = b"PK\x01\x02"
_CONTENT_TYPES = "[content_types].xml"
# What a zip container is, told by the beginning of a member's name.
_OTHER_CONTAINERS = {
    "word/": "docx",
    "ppt/": "pptx",
    "xl/workbook.bin": "xlsb",
    "content.xml": "OpenDocument (ods, odt)",
    "meta-inf/manifest.mf": "jar",
}
_UNREADABLE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, ValueError, OSError)


class Package:
    """An xlsx container that was judged by its directory before anything in it was unpacked."""

    def __init__(self, raw: bytes, limits: Limits) -> None:
        self._limits = limits
        self._elements = itertools.count(1)
        if raw.count(_DIRECTORY_ENTRY) > limits.members:
            raise SpreadsheetExpandsTooFar
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(raw))
        except _UNREADABLE:
            raise SpreadsheetDamaged from None
        members = self._archive.infolist()
        self._members = {folded(member.filename): member for member in members}
        if len(self._members) != len(members):
            raise SpreadsheetDamaged
        self._refuse_other_kinds()
        self._refuse_what_expands()
        if b"macroenabled" in b"".join(self.pieces(_CONTENT_TYPES)).lower():
            raise SpreadsheetHasMacros

    def has(self, name: str) -> bool:
        return folded(name) in self._members

    def pieces(self, name: str) -> Iterator[bytes]:
        """Unpack a member piece by piece; refuses when more comes out than a member may hold."""
        member = self._members.get(folded(name))
        if member is None:
            raise SpreadsheetDamaged
        unpacked = 0
        try:
            with self._archive.open(member) as stream:
                while piece := stream.read(_PIECE):
                    unpacked += len(piece)
                    if unpacked > self._limits.member_bytes:
                        raise SpreadsheetExpandsTooFar
                    yield piece
        except _UNREADABLE:
            raise SpreadsheetDamaged from None

    def read(
        self,
        pieces: Iterable[bytes],
        *,
        start: Callable[[str, Mapping[str, str]], None],
        end: Callable[[str], None] = lambda _name: None,
        text: Callable[[str], None] = lambda _text: None,
    ) -> None:
        """Tell the callbacks each element by its local name; refuses a DTD, ill-formed XML and too many elements."""

        def begin(name: str, attributes: Mapping[str, str]) -> None:
            if next(self._elements) > _ELEMENTS:
                raise SpreadsheetExpandsTooFar
            start(name.rpartition(":")[2], attributes)

        # The encoding is fixed, so that whoever parses the same bytes after us sees the same characters.
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.StartElementHandler = begin
        parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
        parser.CharacterDataHandler = text
        try:
            for piece in pieces:
                parser.Parse(piece, False)  # noqa: FBT003 - expat takes it by position only
            parser.Parse(b"", True)  # noqa: FBT003 - likewise
        except expat.ExpatError:
            raise SpreadsheetDamaged from None

    def _refuse_other_kinds(self) -> None:
        if any(member.flag_bits & _ENCRYPTED for member in self._members.values()):
            raise SpreadsheetEncrypted
        for name in self._members:
            for beginning, type_name in _OTHER_CONTAINERS.items():
                if name.startswith(beginning):
                    raise SpreadsheetOfOtherType(type=type_name)
        if _CONTENT_TYPES not in self._members or "xl/workbook.xml" not in self._members:
            raise SpreadsheetOfOtherType(type="zip")
        if any("vbaproject" in name or name.startswith("xl/macrosheets/") for name in self._members):
            raise SpreadsheetHasMacros

    def _refuse_what_expands(self) -> None:
        members = self._members.values()
        if any(member.compress_type not in _METHODS for member in members):
            raise SpreadsheetDamaged
        declared = sum(member.file_size for member in members)
        # A small member may well be all blanks; only a large one can do harm by its ratio.
        ratio = max((m.file_size // max(m.compress_size, 1) for m in members if m.file_size > MIB), default=0)
        if declared > self._limits.declared_bytes or ratio > self._limits.declared_ratio:
            raise SpreadsheetExpandsTooFar


def folded(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _refuse_doctype(*_declaration: object) -> None:
    raise SpreadsheetHasEntities
