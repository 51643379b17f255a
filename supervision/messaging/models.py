from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from supervision.foundation.database import Base, Massed, Named, belongs_to, local_table, one_of
from supervision.messaging.states import DecisionKind, MessageState, NumberFaultKind

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


class Broadcast(Named, Base):
    """One uniform text to an audience; the matter makes a scheduled one unique."""

    __tablename__ = "broadcast"
    __table_args__ = local_table(
        belongs_to("template", "template_id"),
        UniqueConstraint("jurisdiction_id", "matter"),
        CheckConstraint("(erased_at IS NULL) = (text IS NOT NULL)", name="erased"),
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
    confirmed_by: Mapped[UUID | None]
    confirmed_at: Mapped[datetime]
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


class Receipt(Base):
    """A gateway's report as it came, once; its jurisdiction is known only line by line."""

    __tablename__ = "receipt"
    __table_args__ = (
        UniqueConstraint("gateway", "is_test", "webhook_id"),
        CheckConstraint("(raw_hash IS NULL) = (raw IS NOT NULL)", name="erased"),
        Index("ix_receipt_erasable", "received_at", postgresql_where=sql("raw IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    gateway: Mapped[str]
    # Which of the two gateways of one name signed it; of those that came before each had a secret, nobody knows.
    is_test: Mapped[bool | None]
    received_at: Mapped[datetime] = mapped_column(server_default=sql("clock_timestamp()"))
    webhook_id: Mapped[str | None]
    raw: Mapped[bytes | None]
    raw_hash: Mapped[bytes | None]


class ReceiptLine(Base):
    """What a receipt says of one message: waiting, matched (with the message's jurisdiction), or superseded."""

    __tablename__ = "receipt_line"
    __table_args__ = (
        Index("ix_receipt_line_waiting", "id", postgresql_where=sql("state = 'waiting'")),
        CheckConstraint("state IN ('waiting', 'matched', 'superseded', 'unmatched')", name="state"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    receipt_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("receipt.id"))
    jurisdiction_id: Mapped[UUID | None] = mapped_column(ForeignKey("jurisdiction.id"))
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    reference: Mapped[str | None]
    delivered: Mapped[bool]
    code: Mapped[str | None]
    at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(server_default="waiting")


class GatewayChange(Base):
    """A gateway of the installation, switched off or on again, with the reason; the newest counts."""

    __tablename__ = "gateway_change"
    __table_args__ = (
        CheckConstraint("btrim(reason) <> ''", name="reason"),
        Index("ix_gateway_change_gateway", "gateway", "is_test", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    gateway: Mapped[str]
    is_test: Mapped[bool]
    is_on: Mapped[bool]
    reason: Mapped[str]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime] = mapped_column(server_default=sql("clock_timestamp()"))


class GatewaySession(Base):
    """Which worker has the long session with a gateway, for as long as it renews the lease."""

    __tablename__ = "gateway_session"

    gateway: Mapped[str] = mapped_column(primary_key=True)
    is_test: Mapped[bool] = mapped_column(primary_key=True)
    owner: Mapped[UUID]
    leased_until: Mapped[datetime]
