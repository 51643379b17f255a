from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, LargeBinary, PrimaryKeyConstraint, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from supervision.foundation.database import Base, Local, Named, Versioned, belongs_to, local_table, one_of
from supervision.foundation.numbers import Counter
from supervision.official_documents.states import DocumentKind


class DocumentTemplate(Named, Base):
    """One version of the words in which a county sets one kind of document; never changed."""

    __tablename__ = "document_template"
    __table_args__ = local_table(
        one_of("kind", DocumentKind),
        UniqueConstraint("jurisdiction_id", "kind", "version"),
    )

    kind: Mapped[str]
    version: Mapped[int]
    words: Mapped[dict[str, Any]]
    written_by: Mapped[UUID | None]
    written_at: Mapped[datetime]


class DocumentCounter(Counter, Base):
    """The last number given in a year to a kind whose things have no number of their own."""

    __tablename__ = "document_counter"
    __table_args__ = (PrimaryKeyConstraint("jurisdiction_id", "kind", "year"), one_of("kind", DocumentKind))

    kind: Mapped[str]
    year: Mapped[int]


class IssuedDocument(Named, Base):
    """The bytes of a document as it was issued, with their digest; never made anew, never changed.

    `subject_id` is the thing of the record that it says, by its kind: a notice, a circular, a publication.
    """

    __tablename__ = "issued_document"
    __table_args__ = local_table(
        one_of("kind", DocumentKind),
        UniqueConstraint("jurisdiction_id", "kind", "subject_id"),
    )

    kind: Mapped[str]
    subject_id: Mapped[UUID]
    number: Mapped[str | None]
    title: Mapped[str]
    dated_on: Mapped[date]
    sha256: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    made_by: Mapped[UUID | None]
    made_at: Mapped[datetime]


class DocumentPdf(Local, Base):
    """What LibreOffice made of an issued document, or why it could not; it is tried once."""

    __tablename__ = "document_pdf"
    __table_args__ = (
        PrimaryKeyConstraint("document_id"),
        belongs_to("issued_document", "document_id"),
        CheckConstraint("(content IS NULL) = (sha256 IS NULL)", name="digest_of_content"),
        CheckConstraint("(content IS NULL) <> (failure IS NULL)", name="content_or_failure"),
    )

    document_id: Mapped[UUID]
    sha256: Mapped[str | None]
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    failure: Mapped[str | None]
    made_at: Mapped[datetime]


class PortalLook(Local, Versioned, Base):
    """How what a county shows looks, its portal and its documents alike: name, colour, emblem (PNG), issuing office."""

    __tablename__ = "portal_look"
    __table_args__ = (PrimaryKeyConstraint("jurisdiction_id"),)

    name: Mapped[str]
    colour: Mapped[str]
    emblem: Mapped[bytes | None] = mapped_column(LargeBinary)
    # 网站标识码, which the national register gives to each government site.
    site_code: Mapped[str | None]
    # 发文机关 as it stands in the red head; none: the county's name and 督查室.
    office: Mapped[str | None]
    # Whether documents bear a code that leads to their public check.
    has_document_codes: Mapped[bool] = mapped_column(server_default=false())
