from typing import Annotated

from fastapi import Path, Query, Response

from api.dependencies import SessionDep
from api.permissions import PUBLIC
from api.portal_replies import shown
from api.router import Router
from api.schemas.fields import Id
from api.schemas.publication import Word
from supervision.publication.portal import page_store, public_pages
from supervision.publication.portal.entry_list import Wanted

Code = Annotated[Word, Path(description="code of the jurisdiction (GB/T 2260)")]
Text = Annotated[str, Query(max_length=200)]
# Pages for people: the document is for programs, which have the feeds.
router = Router("publication", prefix="/portal")


@router.get("/{jurisdiction}", permission=PUBLIC, include_in_schema=False)
async def show_portal(session: SessionDep, jurisdiction: Code) -> Response:
    """Show a county's portal: how things stand, and what is new."""
    return shown(await public_pages.read_page(session, jurisdiction_code=jurisdiction, path=page_store.OVERVIEW))


@router.get("/{jurisdiction}/publications", permission=PUBLIC, include_in_schema=False)
async def show_portal_list(
    session: SessionDep,
    jurisdiction: Code,
    channel: Text = "",
    unit: Text = "",
    words: Text = "",
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> Response:
    """Show what is published, as far as it is looked for."""
    wanted = Wanted(channel=channel, unit=unit, words=words.strip(), page=page)
    return shown(await public_pages.read_list(session, jurisdiction_code=jurisdiction, wanted=wanted))


@router.get("/{jurisdiction}/publications/{entry_id}", permission=PUBLIC, include_in_schema=False)
async def show_portal_entry(session: SessionDep, jurisdiction: Code, entry_id: Id) -> Response:
    """Show what is published of one thing, or that it was withdrawn."""
    path = page_store.entry_path(entry_id)
    return shown(await public_pages.read_page(session, jurisdiction_code=jurisdiction, path=path))


@router.get("/{jurisdiction}/{path}", permission=PUBLIC, include_in_schema=False)
async def show_portal_page(
    session: SessionDep, jurisdiction: Code, path: Annotated[str, Path(max_length=40)]
) -> Response:
    """Show the list of one channel, or give the portal's style and emblem."""
    return shown(await public_pages.read_page(session, jurisdiction_code=jurisdiction, path=path))
