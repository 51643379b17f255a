from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from supervision.foundation.database import Base, Local, Named, Signed, belongs_to, local_table, one_of
from supervision.problems.states import Level, ProblemState


class LeaderResponsibility(StrEnum):
    LEAD = "lead"
    LIAISON = "liaison"


class EntryKind(StrEnum):
    PLAN = "plan"
    ESCALATION = "escalation"
    DECISION = "decision"
    FOLLOW_UP = "follow_up"
    RESOLUTION = "resolution"


class Problem(Named, Signed, Base):
    """Something that stands in the way of the work; `due_on` is the day of the last decision."""

    __tablename__ = "problem"
    __table_args__ = local_table(
        belongs_to("finding", "finding_id"),
        belongs_to("item", "item_id"),
        belongs_to("unit", "responsible_unit_id"),
        one_of("level", Level),
        one_of("state", ProblemState),
        CheckConstraint("state <> 'decided' OR due_on IS NOT NULL", name="decided_until"),
        Index(None, "jurisdiction_id", "state", "due_on"),
        Index(None, "jurisdiction_id", "id"),
    )
    signed_fields = (
        "title",
        "text",
        "finding_id",
        "item_id",
        "responsible_unit_id",
        "unit_ids",
        "is_major",
        "level",
        "entries",
    )

    title: Mapped[str]
    text: Mapped[str]
    finding_id: Mapped[UUID | None]
    item_id: Mapped[UUID | None]
    responsible_unit_id: Mapped[UUID]
    is_major: Mapped[bool]
    level: Mapped[str]
    state: Mapped[str]
    due_on: Mapped[date | None]
    opened_by: Mapped[UUID | None]
    opened_at: Mapped[datetime]
    resolved_by: Mapped[UUID | None]
    resolved_at: Mapped[datetime | None]


class ProblemUnit(Local, Base):
    """A unit that a problem concerns; the responsible one is among them."""

    __tablename__ = "problem_unit"
    __table_args__ = (
        belongs_to("problem", "problem_id"),
        belongs_to("unit", "unit_id"),
        PrimaryKeyConstraint("problem_id", "unit_id"),
        Index(None, "unit_id", "problem_id"),
    )

    problem_id: Mapped[UUID]
    unit_id: Mapped[UUID]


class ProblemLeader(Local, Base):
    """A county leader to whom a problem was brought for coordination."""

    __tablename__ = "problem_leader"
    __table_args__ = (
        belongs_to("problem", "problem_id"),
        belongs_to("official", "official_id"),
        PrimaryKeyConstraint("problem_id", "official_id"),
        one_of("part", LeaderResponsibility),
    )

    problem_id: Mapped[UUID]
    official_id: Mapped[UUID]
    responsibility: Mapped[str] = mapped_column("part")


class ProblemEntry(Named, Base):
    """One step on a problem's way, at the level where it then stood; a decision has its day and a date to meet."""

    __tablename__ = "problem_entry"
    __table_args__ = local_table(
        belongs_to("problem", "problem_id"),
        belongs_to("unit", "unit_id"),
        one_of("kind", EntryKind),
        one_of("level", Level),
        CheckConstraint(
            "(kind = 'decision') = (decided_on IS NOT NULL) AND (kind = 'decision') = (due_on IS NOT NULL)",
            name="decision_has_dates",
        ),
        CheckConstraint("due_on >= decided_on", name="dates_in_order"),
        Index(None, "problem_id", "id"),
    )

    problem_id: Mapped[UUID]
    kind: Mapped[str]
    level: Mapped[str]
    text: Mapped[str]
    unit_id: Mapped[UUID | None]
    decided_on: Mapped[date | None]
    due_on: Mapped[date | None]
    entered_by: Mapped[UUID | None]
    entered_at: Mapped[datetime]
