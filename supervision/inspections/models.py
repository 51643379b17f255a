from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from supervision.foundation.database import (
    Base,
    Local,
    Massed,
    Named,
    Signed,
    Versioned,
    belongs_to,
    local_table,
    one_of,
)
from supervision.inspections.states import PlanState


class Method(StrEnum):
    """How an inspection goes about it (§3(2))."""

    ON_SITE = "on_site"
    SURVEY = "survey"
    PROGRESS_CALL = "progress_call"
    TRACKING = "tracking"
    JOINT = "joint"
    SPECIAL = "special"
    CROSS = "cross"
    UNANNOUNCED = "unannounced"
    ON_THE_SPOT_REVIEW = "on_the_spot_review"


class Severity(StrEnum):
    MINOR = "minor"
    SERIOUS = "serious"
    MAJOR = "major"


_METHODS = ", ".join(repr(str(method)) for method in Method)


class InspectionPlan(Named, Signed, Base):
    """What is inspected when, how and by whom; `scope_no` names the rows of its scope that stand."""

    __tablename__ = "inspection_plan"
    __table_args__ = local_table(
        one_of("state", PlanState),
        CheckConstraint("last_on >= first_on", name="days_in_order"),
        CheckConstraint(f"cardinality(methods) > 0 AND methods <@ ARRAY[{_METHODS}]", name="methods"),
        Index(None, "jurisdiction_id", "first_on"),
        Index(None, "jurisdiction_id", "id"),
    )
    signed_fields = ("title", "first_on", "last_on", "methods", "unit_ids", "item_ids", "official_ids")

    title: Mapped[str]
    first_on: Mapped[date]
    last_on: Mapped[date]
    methods: Mapped[list[str]] = mapped_column(ARRAY(Text))
    state: Mapped[str]
    scope_no: Mapped[int]
    drafted_by: Mapped[UUID | None]
    drafted_at: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None]
    carried_out_by: Mapped[UUID | None]
    carried_out_at: Mapped[datetime | None]


class InspectionScope(Massed, Base):
    """A unit or item that a plan covers, or an official of its team; an amended plan gets rows of the next number."""

    __tablename__ = "inspection_scope"
    __table_args__ = (
        belongs_to("inspection_plan", "plan_id"),
        belongs_to("unit", "unit_id"),
        belongs_to("item", "item_id"),
        belongs_to("official", "official_id"),
        CheckConstraint("num_nonnulls(unit_id, item_id, official_id) = 1", name="one_thing"),
        UniqueConstraint(
            "plan_id",
            "scope_no",
            "unit_id",
            "item_id",
            "official_id",
            name="uq_inspection_scope_once",
            postgresql_nulls_not_distinct=True,
        ),
        Index(None, "unit_id", "plan_id"),
    )

    plan_id: Mapped[UUID]
    scope_no: Mapped[int]
    unit_id: Mapped[UUID | None]
    item_id: Mapped[UUID | None]
    official_id: Mapped[UUID | None]


class Finding(Named, Base):
    __tablename__ = "finding"
    __table_args__ = local_table(
        belongs_to("inspection_plan", "plan_id"),
        belongs_to("unit", "unit_id"),
        belongs_to("item", "item_id"),
        one_of("severity", Severity),
        Index(None, "plan_id", "unit_id"),
        Index(None, "jurisdiction_id", "unit_id", "id"),
        Index(None, "jurisdiction_id", "id"),
    )

    plan_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    item_id: Mapped[UUID | None]
    severity: Mapped[str]
    text: Mapped[str]
    found_on: Mapped[date]
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime]


class FindingEvidence(Local, Base):
    __tablename__ = "finding_evidence"
    __table_args__ = (
        belongs_to("finding", "finding_id"),
        belongs_to("attachment", "attachment_id"),
        PrimaryKeyConstraint("finding_id", "attachment_id"),
    )

    finding_id: Mapped[UUID]
    attachment_id: Mapped[UUID]


class Conclusion(Named, Versioned, Base):
    """What an inspection comes to for one unit."""

    __tablename__ = "conclusion"
    __table_args__ = local_table(
        belongs_to("inspection_plan", "plan_id"),
        belongs_to("unit", "unit_id"),
        UniqueConstraint("plan_id", "unit_id"),
        Index(None, "jurisdiction_id", "unit_id", "id"),
        Index(None, "jurisdiction_id", "id"),
    )

    plan_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    text: Mapped[str]
    sent_by: Mapped[UUID | None]
    sent_at: Mapped[datetime]
    acknowledged_by: Mapped[UUID | None]
    acknowledged_at: Mapped[datetime | None]
