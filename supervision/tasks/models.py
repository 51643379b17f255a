from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from supervision.foundation.database import Base, Named, belongs_to, local_table, one_of
from supervision.tasks.states import ExtensionState


class Comparator(StrEnum):
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    BETWEEN = "between"


class Occasion(StrEnum):
    """On what occasion a ledger was counted."""

    CHECK = "check"
    CLOSING = "closing"


class Task(Named, Base):
    __tablename__ = "task"
    __table_args__ = local_table(
        belongs_to("item", "item_id"),
        belongs_to("official", "lead_leader_id"),
        belongs_to("unit", "responsible_unit_id"),
        belongs_to("official", "responsible_person_id"),
        UniqueConstraint("item_id", "no"),
        Index(None, "jurisdiction_id", "responsible_unit_id", "id"),
        Index(None, "jurisdiction_id", "id"),
    )

    item_id: Mapped[UUID]
    no: Mapped[int]
    goal: Mapped[str]
    lead_leader_id: Mapped[UUID]
    responsible_unit_id: Mapped[UUID]
    responsible_person_id: Mapped[UUID]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own way


class Indicator(Named, Base):
    """A goal made measurable: a figure is compared with the target, in `unit_of_measure`."""

    __tablename__ = "indicator"
    __table_args__ = local_table(
        belongs_to("task", "task_id"),
        UniqueConstraint("task_id", "name"),
        one_of("comparator", Comparator),
        CheckConstraint("(comparator = 'between') = (target_high IS NOT NULL)", name="between_has_two_ends"),
        CheckConstraint("target_high >= target", name="ends_in_order"),
    )

    task_id: Mapped[UUID]
    name: Mapped[str]
    comparator: Mapped[str]
    target: Mapped[Decimal]
    target_high: Mapped[Decimal | None]
    unit_of_measure: Mapped[str]


class Extension(Named, Base):
    """More time for an item: asked for before the deadline, decided with a new date."""

    __tablename__ = "extension"
    __table_args__ = local_table(
        belongs_to("item", "item_id"),
        one_of("state", ExtensionState),
        Index("uq_extension_asked", "item_id", unique=True, postgresql_where=text("state = 'asked'")),
        Index(None, "jurisdiction_id", "id"),
    )

    item_id: Mapped[UUID]
    state: Mapped[str]
    asked_by: Mapped[UUID | None]
    asked_at: Mapped[datetime]
    until_on: Mapped[date]
    reason: Mapped[str]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own way


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
