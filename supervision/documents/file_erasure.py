from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.documents.models import Attachment, Upload
from supervision.foundation import clock, metrics
from supervision.foundation.actors import Actor
from supervision.foundation.database import enter


async def erase_files(session: AsyncSession, actor: Actor, attachment_ids: list[UUID], *, kind: str) -> int:
    """Take away bytes and names of attachments whose time is over, and return of how many; hash, size and use stay.

    What lies in the store is taken out of it by the next night's sweep, for no connection may wait for it.
    """
    now = await clock.now(session)
    # The API that is broken into must not be able to do away with evidence: this is the worker's right alone.
    await enter(session, actor.jurisdiction_id, role="ducha_worker")
    statement = (
        update(Attachment)
        .where(Attachment.id.in_(attachment_ids), Attachment.erased_at.is_(None))
        .values(content=None, stored_as=None, erased_at=now)
        .returning(Attachment.id)
    )
    erased = (await session.scalars(statement)).all()
    await session.execute(update(Upload).where(Upload.attachment_id.in_(erased)).values(name=None))
    await enter(session, actor.jurisdiction_id, role="ducha_api")
    if erased:
        await audit.record(session, actor, "files.erased", None, kind=kind, count=len(erased))
    metrics.ERASED.labels(kind).inc(len(erased))
    return len(erased)
