from supervision.documents.errors import AttachmentNamedOtherwise, AttachmentNameUnreadable
from supervision.documents.models import MediaType
from supervision.foundation import texts
from supervision.foundation.errors import BlankText

MOST_CHARACTERS = 200
# How files of each type are named; the first is what we call one that came without.
_EXTENSIONS = {
    MediaType.PDF: ("pdf",),
    MediaType.JPEG: ("jpg", "jpeg", "jfif"),
    MediaType.PNG: ("png",),
    MediaType.HEIC: ("heic", "heif"),
    MediaType.XLSX: ("xlsx",),
    MediaType.DOCX: ("docx",),
    MediaType.TXT: ("txt", "csv"),
}


def extension_of(media_type: MediaType) -> str:
    return _EXTENSIONS[media_type][0]


def read_file_name(sent: str) -> str:
    """Return a file's name as it is kept, without folders and what nobody sees; refuses one that is nothing then."""
    try:
        name = texts.read_name(sent.replace("\\", "/").rpartition("/")[2])
    except BlankText:
        raise AttachmentNameUnreadable(limit=MOST_CHARACTERS) from None
    # The names of folders and of nothing are no names of files.
    if len(name) > MOST_CHARACTERS or not name.isprintable() or not name.strip("."):
        raise AttachmentNameUnreadable(limit=MOST_CHARACTERS)
    return name


def check_extension(name: str, media_type: MediaType) -> None:
    """Refuse a name that says that the bytes are something else; one that says nothing says nothing false."""
    _, dot, extension = name.rpartition(".")
    if dot and extension.lower() not in _EXTENSIONS[media_type]:
        raise AttachmentNamedOtherwise(kind=media_type.name, extension=extension_of(media_type))


def download_name(name: str | None, media_type: MediaType, sha256: str) -> str:
    """Name the file that somebody downloads: as it was called, or by its hash where it came without a name."""
    extension = extension_of(media_type)
    if name is None:
        return f"附件{sha256[:8]}.{extension}"
    return name if "." in name else f"{name}.{extension}"
