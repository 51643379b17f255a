"""What gateways told, and how each of them stands."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from supervision.foundation.database import (
    Base,
    one_of,
)
from supervision.messaging.states import (
    ReplyMeaning,
    ReplyState,
)


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


class GatewaySession(Base):
    """Which worker has the long session with a gateway, for as long as it renews the lease."""

    __tablename__ = "gateway_session"

    gateway: Mapped[str] = mapped_column(primary_key=True)
    is_test: Mapped[bool] = mapped_column(primary_key=True)
    owner: Mapped[UUID]
    leased_until: Mapped[datetime]
