from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, deferred, mapped_column

from supervision.foundation.database import Base, Local, Massed, Named, belongs_to, local_table, one_of


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
