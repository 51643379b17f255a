"""The portal as anybody reads it: stored pages as they are, and what depends on a question rendered when asked."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.driver import fetch_one
from supervision.foundation.errors import or_not_found
from supervision.publication.models import PortalPage
from supervision.publication.portal.entry_list import Wanted, render_list
from supervision.publication.portal.page_store import HTML, LIST
from supervision.publication.portal.site import read_site
from supervision.publication.public_queries import enter_by_code


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedPage:
    """A page with what HTTP is to say of it; what is made for one reader has no validators, and is kept nowhere."""

    content: bytes
    media_type: str = HTML
    status: int = 200
    etag: str | None = None
    modified_at: datetime | None = None


async def read_page(session: AsyncSession, *, jurisdiction_code: str, path: str) -> ServedPage:
    """Enter a county by its code and read a page as it was rendered; refuses what is not there."""
    await enter_by_code(session, jurisdiction_code)
    statement = select(
        PortalPage.content, PortalPage.media_type, PortalPage.status, PortalPage.etag, PortalPage.modified_at
    ).where(PortalPage.path == path)
    return ServedPage(**or_not_found(await fetch_one(session, statement)))


async def read_list(session: AsyncSession, *, jurisdiction_code: str, wanted: Wanted) -> ServedPage:
    """Enter a county by its code and list what is published; without filters that is a stored page."""
    if wanted == Wanted():
        return await read_page(session, jurisdiction_code=jurisdiction_code, path=LIST)
    await enter_by_code(session, jurisdiction_code)
    return ServedPage(content=await render_list(session, await read_site(session), wanted))
