"""What stands in the frames of CMPP beside numbers: who proves to be whom, texts and their parts."""

import hashlib

from supervision.messaging.rules import cut_into_segments

UCS2 = 8
_HEADER_OF_PARTS = b"\x05\x00\x03"
_ENCODINGS = {0: "latin-1", UCS2: "utf-16-be", 15: "gb18030"}


def prove_provider(source_address: str, secret: str, timestamp: int) -> bytes:
    """Return what proves a provider: the protocol asks for MD5, so that the line itself must be private."""
    told = source_address.encode() + bytes(9) + secret.encode() + f"{timestamp:010}".encode()
    return hashlib.md5(told, usedforsecurity=False).digest()


def prove_gateway(status: int, authenticator: bytes, secret: str) -> bytes:
    """Return what proves a gateway, by the provider's own proof."""
    told = status.to_bytes(4, "big") + authenticator + secret.encode()
    return hashlib.md5(told, usedforsecurity=False).digest()


def write_parts(text: str, name: int) -> list[bytes]:
    """Return the contents of what one SMS each carries, in UCS-2.

    Those of a long text begin with a header by which a telephone joins them: `name` is what they have in common, of
    which a byte goes in.
    """
    segments = [segment.encode("utf-16-be") for segment in cut_into_segments(text)]
    if len(segments) == 1:
        return segments
    common = _HEADER_OF_PARTS + bytes([name & 0xFF, len(segments)])
    return [common + bytes([part]) + segment for part, segment in enumerate(segments, start=1)]


def read_text(content: bytes, message_format: int, *, has_header: bool) -> str:
    """Return the text of what came, without its header; what cannot be read in it is replaced."""
    start = content[0] + 1 if has_header and content else 0
    return content[start:].decode(_ENCODINGS.get(message_format, "latin-1"), "replace")
