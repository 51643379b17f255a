from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, PrimaryKeyConstraint, UniqueConstraint, false
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from supervision.foundation.database import (
    Base,
    Local,
    Named,
    Signed,
    belongs_to,
    local_table,
    one_of,
)
from supervision.publication.states import Channel, CommentState, CommentUse, PublicationState, ReviewVerdict


class Publication(Named, Signed, Base):
    """One edition of a text from the record; frozen once published, and corrected by the next edition.

    `entry_id` is the id of the first edition: by it the public knows the entry, whichever edition it shows.
    """

    __tablename__ = "publication"
    __table_args__ = local_table(
        belongs_to("publication", "entry_id"),
        belongs_to("progress_entry", "progress_entry_id"),
        belongs_to("circular", "circular_id"),
        belongs_to("rectification_order", "rectification_order_id"),
        one_of("channel", Channel),
        one_of("state", PublicationState),
        one_of("verdict", ReviewVerdict),
        CheckConstraint("num_nonnulls(progress_entry_id, circular_id, rectification_order_id) = 1", name="one_source"),
        CheckConstraint("(edition = 1) = (note IS NULL)", name="correction_says_so"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_at_a_moment"),
        # What was refused or taken back stands in nobody's way.
        Index(
            "uq_publication_source",
            "jurisdiction_id",
            "progress_entry_id",
            "circular_id",
            "rectification_order_id",
            "edition",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=sql("state NOT IN ('refused', 'withdrawn')"),
        ),
        Index(None, "jurisdiction_id", "published_at", "id"),
        Index(None, "jurisdiction_id", "id"),
        Index(None, "entry_id"),
    )
    signed_fields = (
        "channel",
        "progress_entry_id",
        "circular_id",
        "rectification_order_id",
        "edition",
        "title",
        "body",
        "note",
        "name_basis",
    )

    entry_id: Mapped[UUID]
    edition: Mapped[int]
    channel: Mapped[str]
    progress_entry_id: Mapped[UUID | None]
    circular_id: Mapped[UUID | None]
    rectification_order_id: Mapped[UUID | None]
    # The `tag:` URI (RFC 4151) by which feed readers know the entry for ever, whatever the address becomes.
    tag: Mapped[str]
    title: Mapped[str]
    body: Mapped[str]
    # What a correction puts right, told to the public.
    note: Mapped[str | None]
    # Why a person may be named; without it nobody is.
    name_basis: Mapped[str | None]
    redactions: Mapped[list[dict[str, Any]]] = mapped_column(server_default="[]")
    fact_on: Mapped[date]
    publish_by_on: Mapped[date]
    state: Mapped[str]
    drafted_by: Mapped[UUID | None]
    drafted_at: Mapped[datetime]
    reviewed_by: Mapped[UUID | None]
    reviewed_at: Mapped[datetime | None]
    verdict: Mapped[str | None]
    legal_basis: Mapped[str | None]
    reason: Mapped[str | None]
    published_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawal_reason: Mapped[str | None]


class Feed(Local, Base):
    """The bytes of one document of a feed as they were rendered; `month` is empty but for a monthly archive."""

    __tablename__ = "feed"
    __table_args__ = (PrimaryKeyConstraint("jurisdiction_id", "channel", "format", "month"),)

    channel: Mapped[str]
    format: Mapped[str]
    month: Mapped[str]
    tag: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    etag: Mapped[str]
    modified_at: Mapped[datetime]
    # Something that an archive holds was taken back, or came late.
    is_stale: Mapped[bool] = mapped_column(server_default=false())


class FeedWork(Local, Base):
    """How often what a county's public reads changed, up to which change feeds and pages are rendered, and when."""

    __tablename__ = "feed_work"
    __table_args__ = (PrimaryKeyConstraint("jurisdiction_id"),)

    changes: Mapped[int]
    rendered: Mapped[int]
    # By the real calendar: each day's pages say how things stand that day.
    rendered_on: Mapped[date | None]
    # The sum of the versions of rectification orders: whoever moves one knows nothing of pages that show how it stands.
    orders_rendered: Mapped[int] = mapped_column(BigInteger, server_default=sql("0"))


class PortalPage(Local, Base):
    """The bytes of one page or file of the portal as they were rendered, by its path below the portal's address."""

    __tablename__ = "portal_page"
    __table_args__ = (PrimaryKeyConstraint("jurisdiction_id", "path"),)

    path: Mapped[str]
    # 200, or 410 in the place of what was withdrawn.
    status: Mapped[int]
    media_type: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    etag: Mapped[str]
    modified_at: Mapped[datetime]


class PressRound(Named, Base):
    """What television and newspapers were given of two months, and when; never changed."""

    __tablename__ = "press_round"
    __table_args__ = local_table(UniqueConstraint("jurisdiction_id", "month"))

    # The first of the two, as 2016-11.
    month: Mapped[str]
    media: Mapped[str]
    sent_on: Mapped[date]
    sent_by: Mapped[UUID | None]
    sent_at: Mapped[datetime]
    # Each publication with its release as a document, by id and digest.
    releases: Mapped[list[dict[str, Any]]]


class PublicComment(Named, Signed, Base):
    """What somebody of the public wrote of an entry (群众留言), and what the office made of it."""

    __tablename__ = "public_comment"
    __table_args__ = local_table(
        belongs_to("publication", "entry_id"),
        belongs_to("item", "item_id"),
        one_of("state", CommentState),
        one_of("taken_up_as", CommentUse),
        CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided_at_a_moment"),
        CheckConstraint("(state = 'refused') = (reason IS NOT NULL)", name="refused_with_reason"),
        CheckConstraint("(taken_up_as IS NULL) = (taken_up_at IS NULL)", name="taken_up_at_a_moment"),
        UniqueConstraint("code_sha256"),
        Index(None, "jurisdiction_id", "id"),
        Index(None, "jurisdiction_id", "sender", "received_at"),
        Index(None, "entry_id"),
    )
    signed_fields = ("entry_id", "text")

    entry_id: Mapped[UUID]
    text: Mapped[str]
    received_at: Mapped[datetime]
    # The code by which its author sees the handling is known to the author alone.
    code_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    contact_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    # Counts the comments of one address, which it does not tell; erased with the contact.
    sender: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(server_default=CommentState.WAITING)
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    taken_up_as: Mapped[str | None]
    item_id: Mapped[UUID | None]
    taken_up_note: Mapped[str | None]
    taken_up_by: Mapped[UUID | None]
    taken_up_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default=sql("1"))
