from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary, PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from supervision.foundation.database import Base, Local, Named, Signed, belongs_to, local_table, one_of
from supervision.publication.states import PublicationState, ReviewVerdict


class Publication(Named, Signed, Base):
    """A text drafted from a progress entry; frozen once published."""

    __tablename__ = "publication"
    __table_args__ = local_table(
        belongs_to("progress_entry", "progress_entry_id"),
        UniqueConstraint("progress_entry_id"),
        one_of("state", PublicationState),
        one_of("verdict", ReviewVerdict),
        Index(None, "jurisdiction_id", "published_at", "id"),
        Index(None, "jurisdiction_id", "id"),
    )
    signed_fields = ("progress_entry_id", "title", "body")

    progress_entry_id: Mapped[UUID]
    # The `tag:` URI (RFC 4151) by which feed readers know the entry for ever, whatever the address becomes.
    tag: Mapped[str]
    title: Mapped[str]
    body: Mapped[str]
    state: Mapped[str]
    drafted_by: Mapped[UUID | None]
    drafted_at: Mapped[datetime]
    reviewed_by: Mapped[UUID | None]
    reviewed_at: Mapped[datetime | None]
    verdict: Mapped[str | None]
    legal_basis: Mapped[str | None]
    reason: Mapped[str | None]
    published_at: Mapped[datetime | None]


class Feed(Local, Base):
    """The bytes of a feed as they were rendered at the last publication."""

    __tablename__ = "feed"
    __table_args__ = (PrimaryKeyConstraint("jurisdiction_id", "channel"),)

    channel: Mapped[str]
    tag: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    etag: Mapped[str]
    modified_at: Mapped[datetime]
