import io
import unicodedata
import zipfile

from supervision.documents.errors import AttachmentEmpty, AttachmentOfOldFormat, AttachmentOfOtherType
from supervision.documents.models import MediaType
from supervision.documents.packages import folded

_BEGINNINGS = {b"%PDF-": MediaType.PDF, b"\xff\xd8\xff": MediaType.JPEG, b"\x89PNG\r\n\x1a\n": MediaType.PNG}
# A container of the office programs is told by the one member that it cannot do without.
_MEMBERS = {"xl/workbook.xml": MediaType.XLSX, "word/document.xml": MediaType.DOCX}
_DIRECTORY_ENTRY, _MOST_MEMBERS, _ENCRYPTED = b"PK\x01\x02", 1_000, 0x1
# Brands of pictures as telephones take them (ISO/IEC 23008-12); the box that names them stands first.
_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}
_PICTURES = {b"mif1", b"msf1"}
_MOST_BRANDS = 64
# The container of doc, xls, ppt and WPS files, and of office files with a password (MS-CFB).
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Text that some program would carry out or show as a page is no text of a report.
_NOT_PLAIN = ("<", "#!", "{\\rtf", "%!ps")


def media_type_of(raw: bytes) -> MediaType:
    """Tell by the bytes alone what an attachment is; refuses all but the seven types."""
    if not raw:
        raise AttachmentEmpty
    if raw.startswith(_COMPOUND_FILE):
        raise AttachmentOfOldFormat
    for beginning, media_type in _BEGINNINGS.items():
        if raw.startswith(beginning):
            return media_type
    if _is_heic(raw):
        return MediaType.HEIC
    if raw.startswith(b"PK\x03\x04"):
        return _office_type_of(raw)
    if _is_plain_text(raw):
        return MediaType.TXT
    raise AttachmentOfOtherType


def _is_heic(raw: bytes) -> bool:
    if raw[4:8] != b"ftyp":
        return False
    end = min(int.from_bytes(raw[:4], "big"), 16 + 4 * _MOST_BRANDS, len(raw))
    brands = {raw[at : at + 4] for at in range(16, end - 3, 4)}
    major = raw[8:12]
    return major in _HEIC or (major in _PICTURES and bool(brands & _HEIC))


def _office_type_of(raw: bytes) -> MediaType:
    names = _members_of(raw) if raw.count(_DIRECTORY_ENTRY) <= _MOST_MEMBERS else set()
    found = [media_type for member, media_type in _MEMBERS.items() if member in names]
    if len(found) != 1 or "[content_types].xml" not in names or any("vbaproject" in name for name in names):
        raise AttachmentOfOtherType
    return found[0]


def _members_of(raw: bytes) -> set[str]:
    # Only the directory is read; nothing is unpacked.
    try:
        members = zipfile.ZipFile(io.BytesIO(raw)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, RuntimeError, NotImplementedError):
        return set()
    return set() if any(member.flag_bits & _ENCRYPTED for member in members) else {folded(m.filename) for m in members}


def _is_plain_text(raw: bytes) -> bool:
    """Tell whether bytes are text (csv too) in UTF-8 or GB18030, without control characters."""
    text = _decoded(raw)
    if text is None or not text.strip() or text.lstrip("\ufeff \t\r\n").lower().startswith(_NOT_PLAIN):
        return False
    return not any(unicodedata.category(each) in {"Cc", "Cs", "Cn"} for each in set(text) - set("\t\r\n"))


def _decoded(raw: bytes) -> str | None:
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
