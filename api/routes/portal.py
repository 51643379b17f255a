from typing import Annotated

from fastapi import Path, Query, Request, Response

from api.dependencies import SessionDep
from api.permissions import PUBLIC
from api.portal_forms import BODY, answer_comment
from api.portal_replies import shown
from api.router import Router
from api.schemas.fields import Id
from api.schemas.publication import Word
from supervision.publication.portal import comment_pages, page_store, public_pages
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


@router.get("/{jurisdiction}/publications/{entry_id}/comment", permission=PUBLIC, include_in_schema=False)
async def show_comment_form(session: SessionDep, jurisdiction: Code, entry_id: Id) -> Response:
    """Show the form in which anybody comments on what is published."""
    return shown(await comment_pages.read_form(session, jurisdiction_code=jurisdiction, entry_id=entry_id))


@router.post(
    "/{jurisdiction}/publications/{entry_id}/comment", permission=PUBLIC, include_in_schema=False, openapi_extra=BODY
)
async def send_comment(request: Request, session: SessionDep, jurisdiction: Code, entry_id: Id) -> Response:
    """Take what somebody wrote, and lead them to the page on which they can follow it."""
    return await answer_comment(request, session, jurisdiction=jurisdiction, entry_id=entry_id)


@router.get("/{jurisdiction}/comments", permission=PUBLIC, include_in_schema=False)
async def find_comment(session: SessionDep, jurisdiction: Code, code: Text = "") -> Response:
    """Ask for the code of a comment, or show what became of it."""
    return shown(await comment_pages.read_handling(session, jurisdiction_code=jurisdiction, code=code))


@router.get("/{jurisdiction}/comments/{code}", permission=PUBLIC, include_in_schema=False)
async def show_comment(session: SessionDep, jurisdiction: Code, code: Annotated[str, Path(max_length=100)]) -> Response:
    """Show what became of a comment."""
    return shown(await comment_pages.read_handling(session, jurisdiction_code=jurisdiction, code=code))


@router.get("/{jurisdiction}/{path}", permission=PUBLIC, include_in_schema=False)
async def show_portal_page(
    session: SessionDep, jurisdiction: Code, path: Annotated[str, Path(max_length=40)]
) -> Response:
    """Show the list of one channel, or give the portal's style and emblem."""
    return shown(await public_pages.read_page(session, jurisdiction_code=jurisdiction, path=path))
