"""How a county's portal looks: its name, colour and emblem, as the administrator has set them."""

import struct

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch_one
from supervision.official_documents.looks import write_look
from supervision.official_documents.models import PortalLook
from supervision.publication.errors import ColourNotReadable, NotAnEmblem
from supervision.publication.feed_changes import note_change
from supervision.publication.portal.colours import LEAST_CONTRAST, is_readable
from supervision.publication.portal.site import read_site

MOST_BYTES, MOST_PIXELS = 64 * 1024, 1024
_PNG = b"\x89PNG\r\n\x1a\n"
_HEADER = struct.Struct(">8s4s4sII")


async def read_look(session: AsyncSession, _actor: Actor) -> Row:
    """Read the look that is in force; its version is 0 while nobody has set one."""
    site = await read_site(session)
    own = await fetch_one(session, select(PortalLook.version, PortalLook.has_document_codes))
    return {
        "name": site.name,
        "colour": site.colour,
        "emblem": site.emblem,
        "site_code": site.site_code or None,
        "office": site.source,
        "has_document_codes": own["has_document_codes"] if own else False,
        "version": own["version"] if own else 0,
    }


async def set_look(
    session: AsyncSession, actor: Actor, version: int, *, colour: str, emblem: bytes | None, **others: str | bool | None
) -> None:
    """Set how portal and documents look, as a whole; the worker renders the pages anew, what is issued stays.

    Refuses a stale version, a colour of less contrast than 4.5 to 1, and what is no small PNG.
    """
    if not is_readable(colour):
        raise ColourNotReadable(least=LEAST_CONTRAST)
    if emblem is not None:
        _check_emblem(emblem)
    await write_look(session, actor, version, {"colour": colour, "emblem": emblem, **others})
    await note_change(session, [])


def _check_emblem(emblem: bytes) -> None:
    """Refuse what is no PNG of 64 KiB and 1024 pixels at most."""
    is_png = len(emblem) >= _HEADER.size and emblem.startswith(_PNG) and emblem[12:16] == b"IHDR"
    if not is_png or len(emblem) > MOST_BYTES or not _is_of_size(emblem):
        raise NotAnEmblem(kib=MOST_BYTES // 1024, pixels=MOST_PIXELS)


def _is_of_size(emblem: bytes) -> bool:
    return all(1 <= each <= MOST_PIXELS for each in _HEADER.unpack_from(emblem)[3:])
