from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
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
    ReplyMeaning,
    ReplyState,
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


class Reply(Base):
    """What an official sent back (上行): waiting, matched with the message that it answers, repeated, or unmatched."""

    __tablename__ = "reply"
    __table_args__ = (
        one_of("state", ReplyState),
        one_of("meaning", ReplyMeaning),
        CheckConstraint("(state = 'matched') = (jurisdiction_id IS NOT NULL)", name="matched"),
        Index("ix_reply_waiting", "id", postgresql_where=sql("state = 'waiting'")),
        Index(None, "jurisdiction_id", "id"),
        Index(None, "receipt_id"),
        Index("ix_reply_unhandled", "jurisdiction_id", "id", postgresql_where=sql("handled_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    receipt_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("receipt.id"))
    jurisdiction_id: Mapped[UUID | None] = mapped_column(ForeignKey("jurisdiction.id"))
    # What may stand for the number under the keys of the day on which it came; none once it was erased.
    telephone_indexes: Mapped[list[bytes]] = mapped_column(ARRAY(LargeBinary))
    text: Mapped[str | None]
    at: Mapped[datetime | None]
    received_at: Mapped[datetime] = mapped_column(server_default=sql("clock_timestamp()"))
    state: Mapped[str] = mapped_column(server_default=ReplyState.WAITING)
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    official_id: Mapped[UUID | None]
    meaning: Mapped[str | None]
    note: Mapped[str | None]
    handled_by: Mapped[UUID | None]
    handled_at: Mapped[datetime | None]


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


class GatewayStanding(Base):
    """How a gateway stands by what it did of late: the percent of its weight that it has."""

    __tablename__ = "gateway_standing"
    __table_args__ = (CheckConstraint("share BETWEEN 1 AND 100", name="share"),)

    gateway: Mapped[str] = mapped_column(primary_key=True)
    is_test: Mapped[bool] = mapped_column(primary_key=True)
    share: Mapped[int] = mapped_column(server_default=sql("100"))
    changed_at: Mapped[datetime | None]
    looked_at: Mapped[datetime | None]
    succeeded_at: Mapped[datetime | None]


class GatewayShareChange(Base):
    """A gateway's share, lowered or raised by the worker, with the reason in numbers."""

    __tablename__ = "gateway_share_change"
    __table_args__ = (
        CheckConstraint("btrim(reason) <> ''", name="reason"),
        Index("ix_gateway_share_change_gateway", "gateway", "is_test", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    gateway: Mapped[str]
    is_test: Mapped[bool]
    share_before: Mapped[int]
    share: Mapped[int]
    reason: Mapped[str]
    changed_at: Mapped[datetime] = mapped_column(server_default=sql("clock_timestamp()"))
