from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, deferred, mapped_column

from supervision.documents.models import Secrecy
from supervision.foundation.database import Base, Local, Massed, Named, belongs_to, local_table, one_of
from supervision.items.states import DeliveryState, ItemState, NoticeKind, NoticeState, TransferState, UrgingChannel


class ItemKind(StrEnum):
    MAJOR_DECISION = "major_decision"
    SPECIAL_WORK = "special_work"
    INSTRUCTION = "instruction"
    SUPERIOR_ASSIGNMENT = "superior_assignment"
    MAJOR_PROBLEM = "major_problem"
    OFFICE_NOTICE = "office_notice"


class PartKind(StrEnum):
    """The part that a unit or an official has in an item."""

    RESPONSIBLE_UNIT = "responsible_unit"
    LEAD_LEADER = "lead_leader"
    RESPONSIBLE_PERSON = "responsible_person"


class Item(Named, Base):
    __tablename__ = "item"
    __table_args__ = local_table(
        UniqueConstraint("jurisdiction_id", "kind", "year", "sequence"),
        UniqueConstraint("jurisdiction_id", "number"),
        one_of("kind", ItemKind),
        one_of("state", ItemState),
        CheckConstraint("(state = 'closed') = (closed_on IS NOT NULL)", name="closed_on_a_day"),
        CheckConstraint("deadline_on >= received_on", name="deadline_after_receipt"),
        Index(None, "jurisdiction_id", "deadline_on", "id"),
        Index(None, "search", postgresql_using="gin"),
    )

    kind: Mapped[str]
    year: Mapped[int]
    sequence: Mapped[int]
    number: Mapped[str]
    title: Mapped[str]
    source: Mapped[str]
    received_on: Mapped[date]
    deadline_on: Mapped[date]
    first_deadline_on: Mapped[date]
    registered_by: Mapped[UUID | None]
    registered_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(server_default=ItemState.OPEN)
    closed_on: Mapped[date | None]
    search: Mapped[str] = deferred(mapped_column(TSVECTOR, nullable=False), raiseload=True)
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own way


class ItemCounter(Local, Base):
    """The last number given for a kind and year; it rolls back with the registration that took it."""

    __tablename__ = "item_counter"
    __table_args__ = (PrimaryKeyConstraint("jurisdiction_id", "kind", "year"),)

    kind: Mapped[str]
    year: Mapped[int]
    last: Mapped[int]


class Ledger(Named, Base):
    """A year's ledger (台账); no period before its opening is ever due."""

    __tablename__ = "ledger"
    __table_args__ = local_table(UniqueConstraint("jurisdiction_id", "year"))

    year: Mapped[int]
    opened_on: Mapped[date]
    opened_by: Mapped[UUID | None]
    closed_on: Mapped[date | None]
    closed_by: Mapped[UUID | None]


class LedgerEntry(Named, Base):
    __tablename__ = "ledger_entry"
    __table_args__ = local_table(
        belongs_to("ledger", "ledger_id"),
        belongs_to("item", "item_id"),
        UniqueConstraint("ledger_id", "no"),
        UniqueConstraint("ledger_id", "item_id"),
    )

    ledger_id: Mapped[UUID]
    item_id: Mapped[UUID]
    no: Mapped[int]


class Party(Massed, Base):
    """A unit or an official that has a part in an item, and so may see it."""

    __tablename__ = "party"
    __table_args__ = (
        belongs_to("item", "item_id"),
        belongs_to("unit", "unit_id"),
        belongs_to("official", "official_id"),
        one_of("part", PartKind),
        CheckConstraint("(unit_id IS NULL) <> (official_id IS NULL)", name="unit_or_official"),
        UniqueConstraint("item_id", "unit_id", "official_id", "part", postgresql_nulls_not_distinct=True),
        Index(None, "unit_id", "item_id"),
    )

    item_id: Mapped[UUID]
    unit_id: Mapped[UUID | None]
    official_id: Mapped[UUID | None]
    part: Mapped[str]


class InstructionPaper(Named, Base):
    """A paper on which county leaders wrote an instruction (批示件), with their exact words (§2(3))."""

    __tablename__ = "instruction_paper"
    __table_args__ = local_table(
        belongs_to("attachment", "attachment_id"),
        belongs_to("instruction_paper", "follows_id"),
        belongs_to("item", "item_id"),
        one_of("secrecy", Secrecy),
        Index(None, "jurisdiction_id", "id"),
        Index(None, "jurisdiction_id", "item_id"),
    )

    sender: Mapped[str]
    document_number: Mapped[str | None]
    title: Mapped[str]
    instructed_on: Mapped[date]
    words: Mapped[str]
    secrecy: Mapped[str]
    attachment_id: Mapped[UUID | None]
    follows_id: Mapped[UUID | None]
    item_id: Mapped[UUID | None]
    registered_by: Mapped[UUID | None]
    registered_at: Mapped[datetime]


class PaperLeader(Massed, Base):
    """One of the county leaders who wrote on a paper."""

    __tablename__ = "paper_leader"
    __table_args__ = (
        belongs_to("instruction_paper", "paper_id"),
        belongs_to("official", "official_id"),
        UniqueConstraint("paper_id", "official_id"),
    )

    paper_id: Mapped[UUID]
    official_id: Mapped[UUID]


class DirectTransfer(Named, Base):
    """A paper handed to another leader personally (直接转交): no unit is given notice of it."""

    __tablename__ = "direct_transfer"
    __table_args__ = local_table(
        belongs_to("instruction_paper", "paper_id"),
        belongs_to("official", "official_id"),
        one_of("state", TransferState),
        UniqueConstraint("paper_id", "official_id"),
        Index(None, "jurisdiction_id", "id"),
    )

    paper_id: Mapped[UUID]
    official_id: Mapped[UUID]
    handed_on: Mapped[date]
    state: Mapped[str]
    handed_by: Mapped[UUID | None]
    handed_at: Mapped[datetime]
    outcome: Mapped[str | None]
    concluded_by: Mapped[UUID | None]
    concluded_at: Mapped[datetime | None]


class Liaison(Named, Base):
    """What the office heard or said in following a direct transfer (衔接). Never changed."""

    __tablename__ = "liaison"
    __table_args__ = local_table(belongs_to("direct_transfer", "transfer_id"), Index(None, "transfer_id", "id"))

    transfer_id: Mapped[UUID]
    text: Mapped[str]
    logged_by: Mapped[UUID | None]
    logged_at: Mapped[datetime]


class NoticeProcedure(Local, Base):
    """How a kind of notice is signed off, and how soon it is acknowledged; no row: the usual way."""

    __tablename__ = "notice_procedure"
    __table_args__ = (PrimaryKeyConstraint("jurisdiction_id", "kind"), one_of("kind", NoticeKind))

    kind: Mapped[str]
    chain: Mapped[list[str]] = mapped_column(ARRAY(Text))
    acknowledge_working_days: Mapped[int]


class Notice(Named, Base):
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
    drafted_by: Mapped[UUID | None]
    drafted_at: Mapped[datetime]
    checked_by: Mapped[UUID | None]
    checked_at: Mapped[datetime | None]
    countersigned_by: Mapped[UUID | None]
    countersigned_at: Mapped[datetime | None]
    issued_by: Mapped[UUID | None]
    issued_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own way


class NoticeCounter(Local, Base):
    """The last number given to a kind of notice in a year; it rolls back with the issue that took it."""

    __tablename__ = "notice_counter"
    __table_args__ = (PrimaryKeyConstraint("jurisdiction_id", "kind", "year"),)

    kind: Mapped[str]
    year: Mapped[int]
    last: Mapped[int]


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
