import io
import zipfile
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.cadence.moments import shanghai_day
from supervision.documents import attachments, policy
from supervision.documents.errors import AttachmentErased, AttachmentOfOtherType, AttachmentTooLarge, UnknownAttachment
from supervision.documents.models import Attachment, AttachmentReader, MediaType, Secrecy, Upload
from supervision.documents.packages import folded
from supervision.documents.rules import MIB
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch_one
from supervision.foundation.errors import or_not_found
from supervision.foundation.paging import Rows

MAX_BYTES = 5 * MIB
_BEGINNINGS = {b"%PDF-": MediaType.PDF, b"\xff\xd8\xff": MediaType.JPEG, b"\x89PNG\r\n\x1a\n": MediaType.PNG}
# A container of the office programs is told by the one member that it cannot do without.
_MEMBERS = {"xl/workbook.xml": MediaType.XLSX, "word/document.xml": MediaType.DOCX}
_DIRECTORY_ENTRY, _MOST_MEMBERS, _ENCRYPTED = b"PK\x01\x02", 1_000, 0x1

COLUMNS = (
    Attachment.id,
    func.encode(Attachment.sha256, "hex").label("sha256"),
    Attachment.size,
    Upload.media_type,
    Upload.secrecy,
    Upload.uploaded_by,
    Upload.uploaded_at,
)


async def upload_attachment(session: AsyncSession, actor: Actor, *, raw: bytes, secrecy: Secrecy) -> UUID:
    """Keep what somebody sends as evidence; refuses more than 5 MiB and what is of none of the five types.

    The same bytes of the same unit are kept once, under the strictest level that it gave them.
    """
    if len(raw) > MAX_BYTES:
        raise AttachmentTooLarge(megabytes=MAX_BYTES // MIB)
    media_type = media_type_of(raw)
    attachment_id = await attachments.keep(session, raw, unit_id=actor.unit_id)
    known = insert(Upload).values(
        attachment_id=attachment_id,
        media_type=media_type,
        secrecy=secrecy,
        uploaded_by=actor.person,
        uploaded_at=await clock.now(session),
    )
    stricter = known.on_conflict_do_update(
        index_elements=["attachment_id"], set_={"secrecy": secrecy}, where=Upload.secrecy.in_(secrecy.below())
    )
    await session.execute(stricter)
    if actor.unit_id is not None:
        await show_to(session, attachment_ids=[attachment_id], unit_id=actor.unit_id)
    await audit.record(
        session, actor, "attachment.uploaded", attachment_id, size=len(raw), media_type=media_type, secrecy=secrecy
    )
    return attachment_id


def media_type_of(raw: bytes) -> MediaType:
    """Tell by the bytes alone what an attachment is; refuses all but the five types."""
    for beginning, media_type in _BEGINNINGS.items():
        if raw.startswith(beginning):
            return media_type
    names = (
        _members_of(raw) if raw.startswith(b"PK\x03\x04") and raw.count(_DIRECTORY_ENTRY) <= _MOST_MEMBERS else set()
    )
    found = [media_type for member, media_type in _MEMBERS.items() if member in names]
    if len(found) != 1 or "[content_types].xml" not in names or any("vbaproject" in name for name in names):
        raise AttachmentOfOtherType
    return found[0]


def _members_of(raw: bytes) -> set[str]:
    # Only the directory is read; nothing is unpacked.
    try:
        members = zipfile.ZipFile(io.BytesIO(raw)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, RuntimeError, NotImplementedError):
        return set()
    return set() if any(member.flag_bits & _ENCRYPTED for member in members) else {folded(m.filename) for m in members}


async def show_to(session: AsyncSession, *, attachment_ids: Collection[UUID], unit_id: UUID) -> None:
    """Let a unit read attachments from now on."""
    rows = [{"attachment_id": attachment_id, "unit_id": unit_id} for attachment_id in attachment_ids]
    if rows:
        await session.execute(insert(AttachmentReader).on_conflict_do_nothing(), rows)


async def get_upload(session: AsyncSession, actor: Actor, attachment_id: UUID) -> Row:
    statement = select(*COLUMNS).join(Upload, Upload.attachment_id == Attachment.id)
    return await _one(session, statement.where(Attachment.id == attachment_id, policy.uploads_visible_to(actor)))


async def read_upload(session: AsyncSession, actor: Actor, attachment_id: UUID) -> Row:
    """Read an attachment that was uploaded, with its bytes as `content`; refuses one that was erased."""
    wanted = select(*COLUMNS, Attachment.content, Attachment.erased_at)
    statement = wanted.join(Upload, Upload.attachment_id == Attachment.id)
    found = await _one(session, statement.where(Attachment.id == attachment_id, policy.uploads_visible_to(actor)))
    if found["erased_at"] is not None:
        raise AttachmentErased(erased_on=shanghai_day(found["erased_at"]))
    return found


async def require_uploads(session: AsyncSession, actor: Actor, attachment_ids: set[UUID]) -> None:
    """Refuse ids of which one is no attachment that the actor may read, or was erased."""
    statement = select(Upload.attachment_id).join(Attachment, Attachment.id == Upload.attachment_id)
    statement = statement.where(Upload.attachment_id.in_(attachment_ids), Attachment.erased_at.is_(None))
    if set(await session.scalars(statement.where(policy.uploads_visible_to(actor)))) != attachment_ids:
        raise UnknownAttachment


async def _one(session: AsyncSession, statement: Rows) -> Row:
    return or_not_found(await fetch_one(session, statement))
