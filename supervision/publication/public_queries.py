"""What anybody may read, without saying who asks."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from supervision.foundation.database import enter
from supervision.foundation.driver import Row, fetch_one
from supervision.foundation.errors import or_not_found
from supervision.identity.models import Jurisdiction
from supervision.publication import rules
from supervision.publication.errors import PublicationWithdrawn
from supervision.publication.models import Feed, Publication
from supervision.publication.states import PublicationState


async def get_feed(session: AsyncSession, *, jurisdiction_code: str, channel: str, media: str, month: str = "") -> Row:
    """Enter a jurisdiction by its code and read a feed, or a month's archive, as it was rendered; refuses others."""
    await enter_by_code(session, jurisdiction_code)
    statement = select(Feed.content, Feed.etag, Feed.modified_at).where(
        Feed.channel == channel, Feed.format == media, Feed.month == month
    )
    return or_not_found(await fetch_one(session, statement))


async def get_published(session: AsyncSession, *, jurisdiction_code: str, entry_id: UUID) -> Row:
    """Enter a jurisdiction by its code and read what an entry shows now, for anybody.

    What was withdrawn is refused as that, everything else as not found.
    """
    await enter_by_code(session, jurisdiction_code)
    first = aliased(Publication)
    statement = (
        select(
            Publication.entry_id.label("id"),
            Publication.tag,
            Publication.channel,
            Publication.edition,
            Publication.title,
            Publication.body,
            Publication.note,
            Publication.state,
            first.published_at,
            Publication.published_at.label("updated_at"),
            Publication.version,
        )
        .join(first, first.id == Publication.entry_id)
        .where(
            Publication.entry_id == entry_id,
            Publication.state.in_((PublicationState.PUBLISHED, PublicationState.WITHDRAWN)),
        )
        .order_by(Publication.edition.desc())
        .limit(1)
    )
    row = or_not_found((await session.execute(statement)).mappings().one_or_none())
    shown = dict(row)
    if shown.pop("state") == PublicationState.WITHDRAWN:
        raise PublicationWithdrawn
    shown["body"] = rules.shown_body(shown["body"], edition=shown["edition"], note=shown.pop("note"))
    return shown


async def enter_by_code(session: AsyncSession, code: str) -> None:
    """Enter the county of a code; refuses one that is nobody's."""
    jurisdiction = or_not_found(await fetch_one(session, select(Jurisdiction.id).where(Jurisdiction.code == code)))
    await enter(session, jurisdiction["id"])
