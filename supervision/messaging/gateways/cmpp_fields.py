"""The fields of a CMPP frame: numbers in network order, and octet strings filled up with zero bytes."""

import struct
from typing import Any

LONGEST_CONTENT = 160


class MalformedFrame(Exception):  # noqa: N818 - what came is named, as refusals are
    """What came is no frame of CMPP 3.0; the session it came by can only be given up."""


class UnfitValue(ValueError):  # noqa: N818 - likewise
    """A value that its field cannot hold."""


def unpack(form: str, body: bytes) -> tuple[Any, ...]:
    try:
        return struct.unpack(form, body)
    except struct.error as error:
        raise MalformedFrame(str(error)) from None


def octets(text: str, size: int) -> bytes:
    """Return an octet string of this size."""
    written = text.encode("ascii", "replace")
    if len(written) > size or b"\x00" in written or not text.isascii():
        raise UnfitValue(f"not {size} bytes of ASCII")
    return written.ljust(size, b"\x00")


def word(octet_string: bytes) -> str:
    """Return what an octet string says."""
    # Some gateways fill up with blanks; what stands behind the first zero byte is left over from elsewhere.
    told = octet_string.partition(b"\x00")[0].rstrip(b" ")
    if not told.isascii():
        raise MalformedFrame("an octet string that is not ASCII")
    return told.decode("ascii")


def exactly(content: bytes, size: int) -> bytes:
    if len(content) != size:
        raise UnfitValue(f"{len(content)} bytes in a field of {size}")
    return content


def sized(content: bytes) -> bytes:
    """Return a content behind its length."""
    if len(content) > LONGEST_CONTENT:
        raise UnfitValue(f"a content of {len(content)} bytes")
    return bytes([len(content)]) + content


def content_of(body: bytes, *, begins: int, tail: int) -> bytes:
    """Return the content that stands in a body, behind its length and before the tail."""
    content = body[begins + 1 : len(body) - tail]
    if len(content) > LONGEST_CONTENT or body[begins:] != bytes([len(content)]) + content + body[len(body) - tail :]:
        raise MalformedFrame("a content of another length than it says")
    return content
