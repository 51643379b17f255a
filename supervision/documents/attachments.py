from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.documents.models import Attachment
from supervision.foundation import clock
from supervision.foundation.driver import fetch_one
from supervision.foundation.errors import or_not_found
from supervision.foundation.ids import new_id


@dataclass(frozen=True, slots=True)
class Kept:
    """What is needed to read an attachment: its bytes, or the key under which the store has them."""

    sha256: bytes
    content: bytes
    stored_as: str | None


async def keep(session: AsyncSession, raw: bytes, *, unit_id: UUID | None = None, stored_as: str | None = None) -> UUID:
    """Keep bytes once for a unit, or for the office, however often they are sent, and return their id.

    Nobody can tell from the id whether another unit has sent the same. What the store has already is not kept here.
    """
    owned = {"unit_id": unit_id, "sha256": sha256(raw).digest()}
    row = {"id": new_id(), "size": len(raw), "created_at": await clock.now(session), "stored_as": stored_as}
    row["content"] = raw if stored_as is None else None
    await session.execute(insert(Attachment).values(**owned, **row).on_conflict_do_nothing())
    return (await session.execute(select(Attachment.id).filter_by(**owned, erased_at=None))).scalar_one()


async def get_kept(session: AsyncSession, attachment_id: UUID) -> Kept:
    """Read where bytes are; refuses an id that is none of the jurisdiction's, and bytes that were erased."""
    columns = select(Attachment.sha256, Attachment.content, Attachment.stored_as)
    statement = columns.where(Attachment.id == attachment_id, Attachment.erased_at.is_(None))
    return kept_of(or_not_found(await fetch_one(session, statement)))


def kept_of(row: Mapping[str, Any]) -> Kept:
    return Kept(bytes(row["sha256"]), bytes(row["content"] or b""), row["stored_as"])


async def list_orphans(session: AsyncSession, keys: Collection[str]) -> list[str]:
    """List those keys of the store that no attachment of the jurisdiction has: never committed, or erased since."""
    used = set(await session.scalars(select(Attachment.stored_as).where(Attachment.stored_as.in_(keys))))
    return [key for key in keys if key not in used]
