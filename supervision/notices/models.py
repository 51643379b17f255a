from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from supervision.foundation.database import Base, Local, Named, Signed, belongs_to, local_table, one_of
from supervision.foundation.numbers import Counter
from supervision.notices.states import DeliveryState, NoticeKind, NoticeState, UrgingChannel


class NoticeProcedure(Local, Base):
    """How a kind of notice is signed off, and how soon it is acknowledged; no row: the usual way."""

    __tablename__ = "notice_procedure"
    __table_args__ = (PrimaryKeyConstraint("jurisdiction_id", "kind"), one_of("kind", NoticeKind))

    kind: Mapped[str]
    chain: Mapped[list[str]] = mapped_column(ARRAY(Text))
    acknowledge_working_days: Mapped[int]


class Notice(Named, Signed, Base):
    """An inspection notice (督查通知书) or a circulation slip (抄告单) on an item; frozen once issued."""

    __tablename__ = "notice"
    __table_args__ = local_table(
        belongs_to("item", "item_id"),
        one_of("kind", NoticeKind),
        one_of("state", NoticeState),
        UniqueConstraint("jurisdiction_id", "kind", "year", "sequence"),
        UniqueConstraint("jurisdiction_id", "number"),
        CheckConstraint("(state = 'issued') = (number IS NOT NULL)", name="number_when_issued"),
        Index(None, "jurisdiction_id", "id"),
        Index(None, "jurisdiction_id", "item_id"),
    )
    signed_fields = ("kind", "item_id", "unit_ids", "text", "limit_on")

    item_id: Mapped[UUID]
    kind: Mapped[str]
    year: Mapped[int | None]
    sequence: Mapped[int | None]
    number: Mapped[str | None]
    text: Mapped[str]
    limit_on: Mapped[date]
    chain: Mapped[list[str]] = mapped_column(ARRAY(Text))
    acknowledge_working_days: Mapped[int]
    state: Mapped[str]
    reason: Mapped[str | None]
    drafted_by: Mapped[UUID | None]
    drafted_at: Mapped[datetime]
    checked_by: Mapped[UUID | None]
    checked_at: Mapped[datetime | None]
    countersigned_by: Mapped[UUID | None]
    countersigned_at: Mapped[datetime | None]
    issued_by: Mapped[UUID | None]
    issued_at: Mapped[datetime | None]


class NoticeCounter(Counter, Base):
    """The last number given to a kind of notice in a year; it rolls back with the issue that took it."""

    __tablename__ = "notice_counter"
    __table_args__ = (PrimaryKeyConstraint("jurisdiction_id", "kind", "year"),)

    kind: Mapped[str]
    year: Mapped[int]


class NoticeDelivery(Named, Base):
    """A unit to which a notice is addressed, and when it acknowledged receipt (签收)."""

    __tablename__ = "notice_delivery"
    __table_args__ = local_table(
        belongs_to("notice", "notice_id"),
        belongs_to("unit", "unit_id"),
        one_of("state", DeliveryState),
        UniqueConstraint("notice_id", "unit_id"),
        Index(None, "jurisdiction_id", "unit_id", "id"),
        Index("ix_notice_delivery_waiting", "jurisdiction_id", "id", postgresql_where=text("state = 'delivered'")),
    )

    notice_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    state: Mapped[str]
    delivered_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    acknowledged_by: Mapped[UUID | None]
    acknowledged_at: Mapped[datetime | None]


class Urging(Named, Base):
    """A reminder to acknowledge, by message or by telephone. Never changed."""

    __tablename__ = "urging"
    __table_args__ = local_table(
        belongs_to("notice_delivery", "delivery_id"),
        one_of("channel", UrgingChannel),
        Index(None, "delivery_id", "id"),
    )

    delivery_id: Mapped[UUID]
    channel: Mapped[str]
    note: Mapped[str]
    urged_by: Mapped[UUID | None]
    urged_at: Mapped[datetime]
