"""The pages of comments, each for one reader: the form, and what became of a comment."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import clock, settings
from supervision.foundation.errors import Refusal, or_not_found
from supervision.publication import comment_queries
from supervision.publication.portal import comment_codes, comment_question
from supervision.publication.portal.page_store import LOOKUP
from supervision.publication.portal.page_templates import render
from supervision.publication.portal.public_pages import ServedPage, read_page
from supervision.publication.portal.site import read_site
from supervision.publication.public_queries import enter_by_code


async def read_form(
    session: AsyncSession,
    *,
    jurisdiction_code: str,
    entry_id: UUID,
    sent: Mapping[str, str] | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> ServedPage:
    """Enter a county by its code and ask for a comment on an entry; again, with what is wrong, after a refusal."""
    await enter_by_code(session, jurisdiction_code)
    entry = or_not_found(await comment_queries.find_entry(session, entry_id))
    content = render(
        "comment.html",
        await read_site(session),
        entry=entry,
        question=comment_question.ask(entry_id, clock.real_now()),
        sent=sent or {},
        problem=refusal.detail("zh-CN") if refusal else "",
        keep_days=settings.current().keep_comment_contacts_days,
    )
    return ServedPage(content=content, status=status)


async def read_handling(session: AsyncSession, *, jurisdiction_code: str, code: str) -> ServedPage:
    """Enter a county and show what became of a comment to whoever has its code; without one ask for it."""
    if not code:
        return await read_page(session, jurisdiction_code=jurisdiction_code, path=LOOKUP)
    await enter_by_code(session, jurisdiction_code)
    site = await read_site(session)
    comment = await comment_queries.find_by_code(session, comment_codes.digest_of(code))
    if comment is None:
        return ServedPage(content=render("lookup.html", site, is_unknown=True), status=404)
    return ServedPage(content=render("handling.html", site, comment=comment, code=code))
