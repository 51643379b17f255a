from hashlib import sha256
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.documents.models import Attachment
from supervision.foundation import clock
from supervision.foundation.errors import or_not_found
from supervision.foundation.ids import new_id


async def keep(session: AsyncSession, raw: bytes, *, unit_id: UUID | None = None) -> UUID:
    """Keep bytes once for a unit, or for the office, however often they are sent, and return their id.

    Nobody can tell from the id whether another unit has sent the same.
    """
    owned = {"unit_id": unit_id, "sha256": sha256(raw).digest()}
    row = {"id": new_id(), "size": len(raw), "content": raw, "created_at": await clock.now(session)}
    await session.execute(insert(Attachment).values(**owned, **row).on_conflict_do_nothing())
    return (await session.execute(select(Attachment.id).filter_by(**owned, erased_at=None))).scalar_one()


async def read(session: AsyncSession, attachment_id: UUID) -> bytes:
    """Read kept bytes; refuses an id that is none of the jurisdiction's, and bytes that were erased."""
    return or_not_found(await session.scalar(select(Attachment.content).where(Attachment.id == attachment_id)))
