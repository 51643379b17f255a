from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, PrimaryKeyConstraint, text
from sqlalchemy.orm import Mapped, deferred, mapped_column

from supervision.foundation.database import Base, Local, Named, belongs_to, local_table, one_of


class Secrecy(StrEnum):
    """How far a document may go, from low to high; what is classified (密级) has no place here at all."""

    PUBLIC = "public"
    INTERNAL = "internal"
    WORK_SECRET = "work_secret"  # noqa: S105 - a level of secrecy, no password

    def below(self) -> "list[Secrecy]":
        members = list(Secrecy)
        return members[: members.index(self)]


class MediaType(StrEnum):
    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    HEIC = "image/heic"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    TXT = "text/plain"


class Attachment(Named, Base):
    """Bytes of one unit, or of the office, kept once however often these send them; they never change, and end."""

    __tablename__ = "attachment"
    __table_args__ = local_table(
        belongs_to("unit", "unit_id"),
        Index(
            "uq_attachment_jurisdiction_id_unit_id_sha256",
            "jurisdiction_id",
            "unit_id",
            "sha256",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("erased_at IS NULL"),
        ),
        CheckConstraint("size = octet_length(content)", name="size"),
        CheckConstraint("(erased_at IS NULL) = (num_nonnulls(content, stored_as) = 1)", name="erased"),
        Index(None, "jurisdiction_id", "stored_as"),
    )

    unit_id: Mapped[UUID | None]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int]
    content: Mapped[bytes | None] = deferred(mapped_column(LargeBinary), raiseload=True)
    # The key under which the store has the bytes; they are here where it is null.
    stored_as: Mapped[str | None]
    created_at: Mapped[datetime]
    # Since then its bytes are gone; what is known of them stays.
    erased_at: Mapped[datetime | None]


class Upload(Local, Base):
    """What is known of an attachment that somebody sent as evidence."""

    __tablename__ = "upload"
    __table_args__ = (
        belongs_to("attachment", "attachment_id"),
        PrimaryKeyConstraint("attachment_id"),
        one_of("media_type", MediaType),
        one_of("secrecy", Secrecy),
    )

    attachment_id: Mapped[UUID]
    media_type: Mapped[str]
    # How the file was called, which may name people: it goes with the bytes.
    name: Mapped[str | None]
    secrecy: Mapped[str]
    uploaded_by: Mapped[UUID | None]
    uploaded_at: Mapped[datetime]


class AttachmentReader(Local, Base):
    """A unit that may read an attachment: it sent it, or it was told of it."""

    __tablename__ = "attachment_reader"
    __table_args__ = (
        belongs_to("attachment", "attachment_id"),
        belongs_to("unit", "unit_id"),
        PrimaryKeyConstraint("attachment_id", "unit_id"),
    )

    attachment_id: Mapped[UUID]
    unit_id: Mapped[UUID]
