from collections.abc import Collection
from hashlib import sha256
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.cadence.moments import shanghai_day
from supervision.documents import attachments, policy
from supervision.documents.errors import AttachmentErased, AttachmentTooLarge, UnknownAttachment
from supervision.documents.file_names import check_extension, read_file_name
from supervision.documents.kinds import media_type_of
from supervision.documents.models import Attachment, AttachmentReader, MediaType, Secrecy, Upload
from supervision.documents.rules import MIB
from supervision.documents.scanner import require_clean
from supervision.documents.stores import choose_store
from supervision.foundation import clock, metrics
from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch_one
from supervision.foundation.errors import Refusal, or_not_found
from supervision.foundation.ids import new_id
from supervision.foundation.paging import Rows

MAX_BYTES = 5 * MIB

COLUMNS = (
    Attachment.id,
    func.encode(Attachment.sha256, "hex").label("sha256"),
    Attachment.size,
    Upload.media_type,
    Upload.name,
    Upload.secrecy,
    Upload.uploaded_by,
    Upload.uploaded_at,
)


async def upload_attachment(
    session: AsyncSession,
    actor: Actor,
    *,
    raw: bytes,
    secrecy: Secrecy,
    name: str | None = None,
    stored_as: str | None = None,
) -> UUID:
    """Keep what somebody sends as evidence; refuses more than 5 MiB, what is of none of the seven types, a wrong name.

    The same bytes of the same unit are kept once, under the strictest level and the first name that it gave them.
    """
    media_type, name = _check(raw, name)
    attachment_id = await attachments.keep(session, raw, unit_id=actor.unit_id, stored_as=stored_as)
    known = insert(Upload).values(
        attachment_id=attachment_id,
        media_type=media_type,
        name=name,
        secrecy=secrecy,
        uploaded_by=actor.person,
        uploaded_at=await clock.now(session),
    )
    is_stricter = Upload.secrecy.in_(secrecy.below())
    standing = {
        "secrecy": case((is_stricter, known.excluded.secrecy), else_=Upload.secrecy),
        "name": func.coalesce(Upload.name, known.excluded.name),
    }
    await session.execute(known.on_conflict_do_update(index_elements=["attachment_id"], set_=standing))
    if actor.unit_id is not None:
        await show_to(session, attachment_ids=[attachment_id], unit_id=actor.unit_id)
    await audit.record(
        session, actor, "attachment.uploaded", attachment_id, size=len(raw), media_type=media_type, secrecy=secrecy
    )
    metrics.UPLOADS.labels("kept").inc()
    return attachment_id


async def take_in(jurisdiction_id: UUID, raw: bytes, *, name: str | None = None) -> str | None:
    """Scan bytes that were sent and give them to the store, if there is one; returns the key under which it has them.

    This comes before the transaction that uploads them: no connection is held meanwhile, and what is never committed is
    swept out of the store. Refuses as `upload_attachment` does, and what is infected or cannot be scanned.
    """
    try:
        _check(raw, name)
        await require_clean(raw)
        return await _store(jurisdiction_id, raw)
    except Refusal as refusal:
        metrics.UPLOADS.labels(refusal.code).inc()
        raise


async def _store(jurisdiction_id: UUID, raw: bytes) -> str | None:
    store = choose_store()
    if store is None:
        return None
    key = f"{jurisdiction_id}/{sha256(raw).hexdigest()}-{new_id().hex}"
    await store.put(key, raw)
    return key


def _check(raw: bytes, name: str | None) -> tuple[MediaType, str | None]:
    if len(raw) > MAX_BYTES:
        raise AttachmentTooLarge(megabytes=MAX_BYTES // MIB)
    media_type = media_type_of(raw)
    if name is None:
        return media_type, None
    known = read_file_name(name)
    check_extension(known, media_type)
    return media_type, known


async def show_to(session: AsyncSession, *, attachment_ids: Collection[UUID], unit_id: UUID) -> None:
    """Let a unit read attachments from now on."""
    rows = [{"attachment_id": attachment_id, "unit_id": unit_id} for attachment_id in attachment_ids]
    if rows:
        await session.execute(insert(AttachmentReader).on_conflict_do_nothing(), rows)


async def get_upload(session: AsyncSession, actor: Actor, attachment_id: UUID) -> Row:
    statement = select(*COLUMNS).join(Upload, Upload.attachment_id == Attachment.id)
    return await _one(session, statement.where(Attachment.id == attachment_id, policy.uploads_visible_to(actor)))


async def read_upload(session: AsyncSession, actor: Actor, attachment_id: UUID) -> Row:
    """Read an attachment that was uploaded, with where its bytes are as `kept`; refuses one that was erased."""
    kept = (Attachment.sha256.label("digest"), Attachment.content, Attachment.stored_as)
    wanted = select(*COLUMNS, *kept, Attachment.erased_at)
    statement = wanted.join(Upload, Upload.attachment_id == Attachment.id)
    found = await _one(session, statement.where(Attachment.id == attachment_id, policy.uploads_visible_to(actor)))
    if found["erased_at"] is not None:
        raise AttachmentErased(erased_on=shanghai_day(found["erased_at"]))
    return found | {"kept": attachments.kept_of(found | {"sha256": found["digest"]})}


async def list_missing(session: AsyncSession, actor: Actor, attachment_ids: set[UUID]) -> set[UUID]:
    """List those ids that are no attachments that the actor may read, or were erased."""
    statement = select(Upload.attachment_id).join(Attachment, Attachment.id == Upload.attachment_id)
    statement = statement.where(Upload.attachment_id.in_(attachment_ids), Attachment.erased_at.is_(None))
    return attachment_ids - set(await session.scalars(statement.where(policy.uploads_visible_to(actor))))


async def require_uploads(session: AsyncSession, actor: Actor, attachment_ids: set[UUID]) -> None:
    """Refuse ids of which one is no attachment that the actor may read, or was erased."""
    if await list_missing(session, actor, attachment_ids):
        raise UnknownAttachment


async def _one(session: AsyncSession, statement: Rows) -> Row:
    return or_not_found(await fetch_one(session, statement))
