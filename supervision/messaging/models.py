from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, validates

from supervision.foundation.database import (
    Base,
    Local,
    Massed,
    Named,
    Versioned,
    belongs_to,
    folded,
    local_table,
    one_of,
)
from supervision.foundation.texts import fold
from supervision.messaging.states import (
    BroadcastState,
    DecisionKind,
    MessageState,
    NumberFaultKind,
)

# What nobody has anything to do with any more, however late a receipt may come.
ERASABLE = "erased_at IS NULL AND state IN ('accepted', 'delivered', 'refused', 'failed', 'expired', 'cancelled')"


class Template(Named, Base):
    """One version of a text with {placeholders}; a version is never changed."""

    __tablename__ = "template"
    __table_args__ = local_table(UniqueConstraint("jurisdiction_id", "name", "version"))

    name: Mapped[str]
    version: Mapped[int]
    body: Mapped[str]
    created_at: Mapped[datetime]


class RecipientGroup(Named, Versioned, Base):
    """Officials whom the office tells together, such as the members of a command post."""

    __tablename__ = "recipient_group"
    __table_args__ = local_table(UniqueConstraint("jurisdiction_id", "name_folded"))

    name: Mapped[str]
    name_folded: Mapped[str] = folded("name")
    amended_at: Mapped[datetime]

    @validates("name")
    def _fold(self, _key: str, name: str) -> str:
        self.name_folded = fold(name)
        return name


class RecipientGroupMember(Local, Base):
    __tablename__ = "recipient_group_member"
    __table_args__ = (
        PrimaryKeyConstraint("group_id", "official_id"),
        belongs_to("recipient_group", "group_id"),
        belongs_to("official", "official_id"),
        Index(None, "official_id"),
    )

    group_id: Mapped[UUID]
    official_id: Mapped[UUID]


class MessageQuota(Local, Versioned, Base):
    """How many parts the county's broadcasts may use; no row, or null: as many as they like."""

    __tablename__ = "message_quota"
    __table_args__ = (PrimaryKeyConstraint("jurisdiction_id"),)

    per_day: Mapped[int | None]
    per_month: Mapped[int | None]


class Broadcast(Named, Base):
    """One uniform text to an audience; the matter makes a scheduled one unique."""

    __tablename__ = "broadcast"
    __table_args__ = local_table(
        belongs_to("template", "template_id"),
        UniqueConstraint("jurisdiction_id", "matter"),
        CheckConstraint("(erased_at IS NULL) = (text IS NOT NULL)", name="erased"),
        one_of("state", BroadcastState),
        Index("ix_broadcast_halted", "id", postgresql_where=sql("state <> 'sending'")),
    )

    template_id: Mapped[UUID]
    matter: Mapped[str]
    text: Mapped[str | None]
    audience: Mapped[dict[str, Any]]
    parts: Mapped[int]
    recipients: Mapped[int]
    left_out: Mapped[dict[str, Any]]
    is_test: Mapped[bool]
    critical_reason: Mapped[str | None]
    # The moment that was asked for, and the one that quiet hours allow; of what came before there was a choice, none.
    send_at: Mapped[datetime | None]
    leaves_at: Mapped[datetime | None]
    confirmed_by: Mapped[UUID | None]
    confirmed_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(server_default=BroadcastState.SENDING)
    state_by: Mapped[UUID | None]
    state_at: Mapped[datetime | None]
    state_reason: Mapped[str | None]
    text_hash: Mapped[bytes | None]
    erased_at: Mapped[datetime | None]


class Message(Massed, Base):
    """One text to one official: a row of the outbox until its gateway has answered."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("jurisdiction_id", "id"),
        UniqueConstraint("broadcast_id", "official_id"),
        belongs_to("official", "official_id"),
        belongs_to("template", "template_id"),
        belongs_to("broadcast", "broadcast_id"),
        one_of("state", MessageState),
        CheckConstraint("(broadcast_id IS NULL AND erased_at IS NULL) = (text IS NOT NULL)", name="text_once"),
        Index(
            "uq_message_matter",
            "jurisdiction_id",
            "matter",
            "official_id",
            unique=True,
            postgresql_where=sql("matter IS NOT NULL"),
        ),
        Index("ix_message_claim", "is_test", "not_before", "id", postgresql_where=sql("state = 'queued'")),
        Index("ix_message_leased", "leased_until", postgresql_where=sql("state IN ('submitting', 'unknown')")),
        Index("ix_message_awaited", "accepted_at", postgresql_where=sql("state IN ('accepted', 'unknown')")),
        Index("ix_message_reference", "gateway", "reference", postgresql_where=sql("reference IS NOT NULL")),
        Index("ix_message_erasable", "jurisdiction_id", "queued_at", postgresql_where=sql(ERASABLE)),
        Index(None, "jurisdiction_id", "state", "id"),
        Index(None, "broadcast_id", "state"),
        Index(None, "official_id", "id"),
    )

    broadcast_id: Mapped[UUID | None]
    official_id: Mapped[UUID]
    template_id: Mapped[UUID]
    text: Mapped[str | None]
    matter: Mapped[str | None]
    # What one message alone is billed as; those of a broadcast have its parts.
    parts: Mapped[int | None]
    state: Mapped[str] = mapped_column(server_default=MessageState.QUEUED)
    is_test: Mapped[bool]
    not_before: Mapped[datetime]
    queued_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(server_default=sql("now()"))
    attempts: Mapped[int] = mapped_column(server_default=sql("0"))
    fence: Mapped[int] = mapped_column(BigInteger, server_default=sql("0"))
    leased_until: Mapped[datetime | None]
    gateway: Mapped[str | None]
    reference: Mapped[str | None]
    code: Mapped[str | None]
    accepted_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    text_hash: Mapped[bytes | None]
    erased_at: Mapped[datetime | None]


class Attempt(Massed, Base):
    """One hand-over of a message to a gateway, written before anything is sent."""

    __tablename__ = "attempt"
    __table_args__ = (UniqueConstraint("message_id", "fence"),)

    message_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("message.id"))
    fence: Mapped[int] = mapped_column(BigInteger)
    gateway: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(server_default=sql("clock_timestamp()"))
    verdict: Mapped[str | None]
    code: Mapped[str | None]
    finished_at: Mapped[datetime | None]


class MessagePart(Massed, Base):
    """One part of a long text that was accepted, where the gateway reports each part by an id of its own."""

    __tablename__ = "message_part"
    __table_args__ = (
        belongs_to("message", "message_id"),
        Index(None, "message_id"),
        Index(None, "gateway", "reference"),
    )

    message_id: Mapped[int] = mapped_column(BigInteger)
    gateway: Mapped[str]
    reference: Mapped[str]
    # Nothing was heard of it yet.
    delivered: Mapped[bool | None]
    code: Mapped[str | None]


class MessageDecision(Named, Base):
    """What was decided about a message that did not surely reach its official: once, for sent again it is another."""

    __tablename__ = "message_decision"
    __table_args__ = local_table(
        belongs_to("message", "message_id"),
        belongs_to("message", "resent_as"),
        UniqueConstraint("message_id"),
        one_of("decision", DecisionKind),
        CheckConstraint("(decision IN ('resend', 'new_number')) = (resent_as IS NOT NULL)", name="resent"),
        Index(None, "resent_as", unique=True),
    )

    message_id: Mapped[int] = mapped_column(BigInteger)
    decision: Mapped[str]
    reason: Mapped[str | None]
    # Nobody: it followed from what somebody else did.
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime]
    resent_as: Mapped[int | None] = mapped_column(BigInteger)


class NumberFault(Named, Base):
    """What is known to be wrong with an official's number; it says nothing of a number that came later."""

    __tablename__ = "number_fault"
    __table_args__ = local_table(
        belongs_to("official", "official_id"),
        belongs_to("message", "message_id"),
        UniqueConstraint("official_id"),
        one_of("fault", NumberFaultKind),
    )

    official_id: Mapped[UUID]
    message_id: Mapped[int] = mapped_column(BigInteger)
    fault: Mapped[str]
    # The real moment, like the number's own.
    noted_at: Mapped[datetime]
