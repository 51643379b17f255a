import zipfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from os import SEEK_END
from tempfile import SpooledTemporaryFile
from types import MappingProxyType
from typing import IO, Any
from uuid import UUID

import orjson
from sqlalchemy import func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.desk.archive import evidence, issued, sections
from supervision.desk.archive.page import render
from supervision.desk.archive.timeline import EVER, DaySpan, get_archive
from supervision.desk.errors import ArchiveTooLarge
from supervision.documents import attachments, stores
from supervision.documents import policy as documents
from supervision.documents.attachments import Kept
from supervision.documents.models import Attachment, MediaType, Upload
from supervision.documents.rules import MIB
from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch
from supervision.foundation.paging import Rows
from supervision.official_documents.models import DocumentPdf, IssuedDocument

MOST_BYTES = 100 * MIB
_IN_MEMORY = 8 * MIB
_SUFFIXES = {
    MediaType.PDF: "pdf",
    MediaType.JPEG: "jpg",
    MediaType.PNG: "png",
    MediaType.HEIC: "heic",
    MediaType.XLSX: "xlsx",
    MediaType.DOCX: "docx",
    MediaType.TXT: "txt",
}
# The first moment that a zip can name: what does not change must not look changed.
_ALWAYS = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o644 << 16
_UNIX = 3


@dataclass(frozen=True, slots=True)
class Packed:
    """A file to be read from its beginning, how many bytes it has, and what the store has yet to give for it."""

    file: IO[bytes]
    size: int
    number: str
    rest: tuple[tuple[str, Kept], ...] = ()


async def pack_archive(session: AsyncSession, actor: Actor, item_id: UUID, *, days: DaySpan = EVER) -> Packed:
    """Pack what the actor may see of an item into one file (一事一卷): page, timeline, attachments by their hash.

    Official documents are with them as they were issued. The same archive gives the same bytes. Refuses as
    `get_archive` does, and files of more than 100 MiB.
    """
    archive = await get_archive(session, actor, item_id, days=days)
    kept = [*await _attachments(session, actor, archive["data"]), *await _documents(session, archive["data"])]
    if sum(row["size"] for row in kept) > MOST_BYTES:
        raise ArchiveTooLarge(megabytes=MOST_BYTES // MIB)
    files = {(row["kind"], str(row["id"])): _name_of(row) for row in kept}
    # Closed by whoever sends it away.
    rest: list[tuple[str, Kept]] = []
    file: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - see above
    with zipfile.ZipFile(file, "w") as package:
        _put(package, "index.html", render(archive["item"], archive["data"], files, sections.closed_to(actor)).encode())
        _put(package, "timeline.json", orjson.dumps(archive, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z))
        # One at a time, for together they may be more than should be held at once.
        for name, (kind, thing_id) in {name: thing for thing, name in files.items()}.items():
            found = await _READ[kind](session, UUID(thing_id))
            if found.stored_as is None:
                _put(package, name, found.content)
            else:
                rest.append((name, found))
    facts = {"events": len(archive["data"]), "files": len(files), "left_out": archive["left_out"]}
    await audit.record(session, actor, "archive.packed", item_id, **facts)
    return Packed(file, _rewind(file), archive["item"]["number"], tuple(rest))


async def complete(packed: Packed) -> Packed:
    """Put in what the store has; no connection of the database may be held meanwhile."""
    if not packed.rest:
        return packed
    try:
        with zipfile.ZipFile(packed.file, "a") as package:
            for name, kept in packed.rest:
                _put(package, name, await stores.bytes_of(kept))
    except BaseException:
        packed.file.close()
        raise
    return Packed(packed.file, _rewind(packed.file), packed.number)


def _rewind(file: IO[bytes]) -> int:
    size = file.seek(0, SEEK_END)
    file.seek(0)
    return size


async def _attachments(session: AsyncSession, actor: Actor, events: Sequence[Row]) -> Sequence[Any]:
    statement = (
        select(
            literal(evidence.KIND).label("kind"),
            Attachment.id,
            func.encode(Attachment.sha256, "hex").label("sha256"),
            Attachment.size,
            Upload.media_type,
        )
        .outerjoin(Upload, Upload.attachment_id == Attachment.id)
        .where(
            Attachment.id.in_(_ids(events, evidence.KIND)),
            Attachment.erased_at.is_(None),
            documents.uploads_visible_to(actor),
        )
        .order_by(Attachment.sha256)
    )
    return (await session.execute(statement)).mappings().all()


async def _documents(session: AsyncSession, events: Sequence[Row]) -> Sequence[Any]:
    """Read how large the official documents are of which the archive tells, and so the actor may read them."""
    told = (
        (issued.DOCX, IssuedDocument.id, IssuedDocument, MediaType.DOCX),
        (issued.PDF, DocumentPdf.document_id, DocumentPdf, MediaType.PDF),
    )
    found = union_all(
        *(
            select(
                literal(kind).label("kind"),
                thing_id.label("id"),
                table.sha256,
                func.length(table.content).label("size"),
                literal(str(media_type)).label("media_type"),
            ).where(thing_id.in_(_ids(events, kind)))
            for kind, thing_id, table, media_type in told
        )
    ).subquery()
    return (await session.execute(select(found).order_by(found.c.sha256))).mappings().all()


async def _read_docx(session: AsyncSession, document_id: UUID) -> Kept:
    return await _read(session, select(IssuedDocument.content).where(IssuedDocument.id == document_id))


async def _read_pdf(session: AsyncSession, document_id: UUID) -> Kept:
    return await _read(session, select(DocumentPdf.content).where(DocumentPdf.document_id == document_id))


async def _read(session: AsyncSession, statement: Rows) -> Kept:
    content = bytes((await fetch(session, statement))[0]["content"])
    return Kept(sha256(content).digest(), content, None)


_READ: Mapping[str, Callable[[AsyncSession, UUID], Awaitable[Kept]]] = MappingProxyType(
    {evidence.KIND: attachments.get_kept, issued.DOCX: _read_docx, issued.PDF: _read_pdf}
)


def _ids(events: Sequence[Row], kind: str) -> set[UUID]:
    return {UUID(event["id"]) for event in events if event["kind"] == kind}


def _name_of(row: Any) -> str:
    suffix = _SUFFIXES.get(row["media_type"], "bin")
    folder = "attachments" if row["kind"] == evidence.KIND else "documents"
    return f"{folder}/{row['sha256']}.{suffix}"


def _put(package: zipfile.ZipFile, name: str, content: bytes) -> None:
    # Stored as it is: attachments are compressed already, and no version of a compressor changes the bytes.
    entry = zipfile.ZipInfo(name, _ALWAYS)
    entry.create_system, entry.external_attr = _UNIX, _READABLE
    package.writestr(entry, content)
