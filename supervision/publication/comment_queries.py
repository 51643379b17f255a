from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch_one
from supervision.foundation.errors import or_not_found
from supervision.foundation.locks import get_locked
from supervision.foundation.paging import Page, PageRequest, Rows, page, where_given
from supervision.publication.models import Publication, PublicComment
from supervision.publication.portal.contents import IS_SHOWN

_COLUMNS = (
    PublicComment.id,
    PublicComment.entry_id,
    PublicComment.text,
    PublicComment.received_at,
    PublicComment.contact_sealed.is_not(None).label("has_contact"),
    PublicComment.state,
    PublicComment.decided_by,
    PublicComment.decided_at,
    PublicComment.reason,
    PublicComment.taken_up_as,
    PublicComment.item_id,
    PublicComment.taken_up_note,
    PublicComment.taken_up_by,
    PublicComment.taken_up_at,
    PublicComment.version,
)


async def list_comments(
    session: AsyncSession,
    _actor: Actor,
    request: PageRequest[UUID],
    *,
    state: str | None = None,
    taken_up_as: str | None = None,
) -> Page:
    """List the comments of the public, by the order in which they came."""
    statement: Rows = select(*_COLUMNS)
    given = {PublicComment.state: state, PublicComment.taken_up_as: taken_up_as}
    return await page(session, where_given(statement, given), request, identity=PublicComment.id)


async def get_comment(session: AsyncSession, _actor: Actor, comment_id: UUID) -> Row:
    return or_not_found(await fetch_one(session, select(*_COLUMNS).where(PublicComment.id == comment_id)))


async def get_for_update(session: AsyncSession, comment_id: UUID) -> PublicComment:
    """Read a comment and lock its row."""
    return await get_locked(session, select(PublicComment).where(PublicComment.id == comment_id))


async def find_entry(session: AsyncSession, entry_id: UUID) -> Row | None:
    """Find what the public sees of an entry, to comment on."""
    statement = select(Publication.entry_id, Publication.title, Publication.channel).where(
        Publication.entry_id == entry_id, IS_SHOWN
    )
    return await fetch_one(session, statement)


async def find_by_code(session: AsyncSession, code_sha256: bytes) -> Row | None:
    """Find what the author of a comment may see of it by the digest of its code."""
    statement = select(
        PublicComment.entry_id,
        PublicComment.text,
        PublicComment.received_at,
        PublicComment.state,
        PublicComment.decided_at,
        PublicComment.reason,
        PublicComment.taken_up_as,
        PublicComment.taken_up_at,
    ).where(PublicComment.code_sha256 == code_sha256)
    return await fetch_one(session, statement)
