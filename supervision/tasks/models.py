from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from supervision.foundation.database import Base, Massed, Named, Signed, Versioned, belongs_to, local_table, one_of
from supervision.items.states import Responsibility
from supervision.tasks.states import SHARED_RESPONSIBILITIES, ExtensionState, MilestoneState


class Comparator(StrEnum):
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    BETWEEN = "between"


# For statements that are written out: whether a `figure f` meets the target of its `indicator n`.
MEETS_TARGET = f"""CASE n.comparator
    WHEN '{Comparator.AT_LEAST}' THEN f.value >= n.target
    WHEN '{Comparator.AT_MOST}' THEN f.value <= n.target
    ELSE f.value BETWEEN n.target AND n.target_high END"""


class Task(Named, Versioned, Base):
    __tablename__ = "task"
    __table_args__ = local_table(
        belongs_to("item", "item_id"),
        belongs_to("official", "lead_leader_id"),
        belongs_to("unit", "responsible_unit_id"),
        belongs_to("official", "responsible_person_id"),
        belongs_to("official", "principal_leader_id"),
        belongs_to("official", "leader_in_charge_id"),
        belongs_to("task", "parent_id"),
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
    principal_leader_id: Mapped[UUID | None]
    leader_in_charge_id: Mapped[UUID | None]
    parent_id: Mapped[UUID | None]
    created_at: Mapped[datetime]


class Sharer(Massed, Base):
    """One of a task's liaison leaders (联系领导) or supporting units (配合单位), as they are now."""

    __tablename__ = "task_sharer"
    __table_args__ = (
        belongs_to("task", "task_id"),
        belongs_to("unit", "unit_id"),
        belongs_to("official", "official_id"),
        one_of("part", SHARED_RESPONSIBILITIES),
        CheckConstraint("(part = 'supporting_unit') = (unit_id IS NOT NULL)", name="unit_supports"),
        CheckConstraint("(part = 'liaison_leader') = (official_id IS NOT NULL)", name="official_liaises"),
        UniqueConstraint("task_id", "part", "unit_id", "official_id", postgresql_nulls_not_distinct=True),
    )

    task_id: Mapped[UUID]
    responsibility: Mapped[str] = mapped_column("part")
    unit_id: Mapped[UUID | None]
    official_id: Mapped[UUID | None]
    since_at: Mapped[datetime]


class Assignment(Massed, Base):
    """Who had a responsibility for a task from when until when; who has it now stands on the task. Never changed.

    Of a responsibility of which a task has one, a row without unit and official says that nobody had it.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        belongs_to("task", "task_id"),
        belongs_to("unit", "unit_id"),
        belongs_to("official", "official_id"),
        one_of("part", Responsibility),
        CheckConstraint("unit_id IS NULL OR official_id IS NULL", name="unit_or_official"),
        CheckConstraint("until_at >= since_at", name="ends_in_order"),
        Index(None, "task_id", "part", "until_at"),
    )

    task_id: Mapped[UUID]
    responsibility: Mapped[str] = mapped_column("part")
    unit_id: Mapped[UUID | None]
    official_id: Mapped[UUID | None]
    since_at: Mapped[datetime]
    until_at: Mapped[datetime]
    reason: Mapped[str]
    assigned_by: Mapped[UUID | None]


class Milestone(Named, Base):
    """A time node (时间节点) of a task, and how far the work was to be seen when it was reached (形象进度)."""

    __tablename__ = "milestone"
    __table_args__ = local_table(
        belongs_to("task", "task_id"),
        one_of("state", MilestoneState),
        CheckConstraint("(state = 'reached') = (reached_on IS NOT NULL)", name="reached_on_a_day"),
        UniqueConstraint("task_id", "name"),
        Index(None, "jurisdiction_id", "due_on", "id"),
    )

    task_id: Mapped[UUID]
    name: Mapped[str]
    due_on: Mapped[date]
    expected: Mapped[str]
    state: Mapped[str]
    set_by: Mapped[UUID | None]
    set_at: Mapped[datetime]
    reached_on: Mapped[date | None]
    progress: Mapped[str | None]
    reached_by: Mapped[UUID | None]
    reached_at: Mapped[datetime | None]


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


class Extension(Named, Signed, Base):
    """More time for an item: asked for before the deadline, decided with a new date."""

    __tablename__ = "extension"
    __table_args__ = local_table(
        belongs_to("item", "item_id"),
        one_of("state", ExtensionState),
        Index("uq_extension_asked", "item_id", unique=True, postgresql_where=text("state = 'asked'")),
        Index(None, "jurisdiction_id", "id"),
    )
    signed_fields = ("item_id", "until_on", "reason")

    item_id: Mapped[UUID]
    state: Mapped[str]
    asked_by: Mapped[UUID | None]
    asked_at: Mapped[datetime]
    until_on: Mapped[date]
    reason: Mapped[str]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None]
