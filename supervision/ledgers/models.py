from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from supervision.foundation.database import Base, Named, belongs_to, local_table, one_of


class Ledger(Named, Base):
    """A year's ledger (台账). What is open is reported on whether it stands or not."""

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


class Occasion(StrEnum):
    """On what occasion a ledger was counted."""

    CHECK = "check"
    CLOSING = "closing"


class LedgerCheck(Named, Base):
    """What a ledger came to on the day it was checked (查账) or closed (结账). Never changed."""

    __tablename__ = "ledger_check"
    __table_args__ = local_table(
        belongs_to("ledger", "ledger_id"), one_of("occasion", Occasion), Index(None, "ledger_id", "id")
    )

    ledger_id: Mapped[UUID]
    occasion: Mapped[str]
    checked_on: Mapped[date]
    checked_at: Mapped[datetime]
    checked_by: Mapped[UUID | None]
    items: Mapped[int]
    closed: Mapped[int]
    unfinished: Mapped[int]
    overdue: Mapped[int]


class CarriedDeadline(Named, Base):
    """A deadline that had been missed when its year's ledger was closed, and the new one. Never changed."""

    __tablename__ = "carried_deadline"
    __table_args__ = local_table(
        belongs_to("item", "item_id"),
        belongs_to("ledger", "ledger_id"),
        UniqueConstraint("item_id", "ledger_id"),
        CheckConstraint("new_deadline_on > deadline_on", name="later"),
    )

    item_id: Mapped[UUID]
    ledger_id: Mapped[UUID]
    deadline_on: Mapped[date]
    new_deadline_on: Mapped[date]
    carried_by: Mapped[UUID | None]
    carried_at: Mapped[datetime]
