"""The code on a document that leads to its public check; it has the id, as no digest stands in its own bytes."""

from io import BytesIO
from uuid import UUID

import segno

from supervision.foundation import settings

# With the white around it that readers need; a dot is half a millimetre and read from paper that was copied twice.
SIDE_MM = 24
_DOTS, _WHITE = 8, 4


def check_address(code: str, document_id: UUID) -> str:
    """Return the address at which anybody checks a document of a county."""
    return f"{settings.current().public_url.rstrip('/')}/portal/{code}/documents/{document_id}"


def draw_code(address: str) -> bytes:
    """Draw an address as a QR code (ISO/IEC 18004), as PNG."""
    drawn = BytesIO()
    segno.make_qr(address, error="m").save(drawn, kind="png", scale=_DOTS, border=_WHITE)
    return drawn.getvalue()
