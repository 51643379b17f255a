from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from supervision.foundation.database import Base, Massed, Named, Signed, belongs_to, local_table, one_of
from supervision.reviews.states import CompletionState, WaiverState


class CompletionReport(Named, Signed, Base):
    """One round of a task's end (§3(3)): what its unit reported as done, and the review of it; every round is kept."""

    __tablename__ = "completion_report"
    __table_args__ = local_table(
        belongs_to("task", "task_id"),
        belongs_to("unit", "unit_id"),
        UniqueConstraint("task_id", "round"),
        one_of("state", CompletionState),
        CheckConstraint("(state = 'reported') = (reviewed_at IS NULL)", name="reviewed_at_a_moment"),
        CheckConstraint("(state = 'returned') = (rework_until_on IS NOT NULL)", name="returned_with_limit"),
        CheckConstraint(
            "(state IN ('passed', 'reopened')) = (feedback_opinion IS NOT NULL AND feedback_to IS NOT NULL)",
            name="passed_with_feedback",
        ),
        CheckConstraint(
            "(state = 'reopened') = (reopened_at IS NOT NULL AND reopening_reason IS NOT NULL)",
            name="reopened_with_reason",
        ),
        Index(
            "uq_completion_report_standing",
            "task_id",
            unique=True,
            postgresql_where=text("state IN ('reported', 'passed')"),
        ),
        Index(None, "jurisdiction_id", "id"),
        Index(None, "jurisdiction_id", "unit_id", "id"),
    )
    signed_fields = ("task_id", "unit_id", "round", "text", "evidence_ids")

    task_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    round: Mapped[int]
    text: Mapped[str]
    reported_by: Mapped[UUID | None]
    received_at: Mapped[datetime]
    state: Mapped[str]
    criteria: Mapped[list[dict[str, Any]] | None]
    opinion: Mapped[str | None]
    rework_until_on: Mapped[date | None]
    feedback_opinion: Mapped[str | None]
    feedback_to: Mapped[str | None]
    reviewed_by: Mapped[UUID | None]
    reviewed_at: Mapped[datetime | None]
    reopened_at: Mapped[datetime | None]
    reopening_reason: Mapped[str | None]


class CompletionEvidence(Massed, Base):
    """An attachment on which a completion report rests; never changed."""

    __tablename__ = "completion_evidence"
    __table_args__ = (
        belongs_to("completion_report", "report_id"),
        belongs_to("attachment", "attachment_id"),
        UniqueConstraint("report_id", "attachment_id"),
    )

    report_id: Mapped[UUID]
    attachment_id: Mapped[UUID]


class Waiver(Named, Signed, Base):
    """A task that policy or circumstance makes impossible (§3(3) 确不能办理), and on whose authority it was waived."""

    __tablename__ = "waiver"
    __table_args__ = local_table(
        belongs_to("task", "task_id"),
        belongs_to("unit", "unit_id"),
        belongs_to("official", "approved_by_id"),
        one_of("state", WaiverState),
        CheckConstraint("(opinion IS NULL) = (opinion_reference IS NULL)", name="opinion_with_reference"),
        CheckConstraint(
            "state NOT IN ('granted', 'reopened') OR opinion IS NOT NULL OR approved_by_id IS NOT NULL",
            name="granted_on_authority",
        ),
        CheckConstraint("(state = 'asked') = (decided_at IS NULL)", name="decided_at_a_moment"),
        CheckConstraint(
            "(state = 'reopened') = (reopened_at IS NOT NULL AND reopening_reason IS NOT NULL)",
            name="reopened_with_reason",
        ),
        Index("uq_waiver_standing", "task_id", unique=True, postgresql_where=text("state IN ('asked', 'granted')")),
        Index(None, "jurisdiction_id", "id"),
        Index(None, "jurisdiction_id", "unit_id", "id"),
        Index(None, "task_id"),
    )
    signed_fields = ("task_id", "unit_id", "grounds")

    task_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    grounds: Mapped[str]
    asked_by: Mapped[UUID | None]
    asked_at: Mapped[datetime]
    state: Mapped[str]
    opinion: Mapped[str | None]
    opinion_reference: Mapped[str | None]
    approved_by_id: Mapped[UUID | None]
    decision: Mapped[str | None]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    reopened_at: Mapped[datetime | None]
    reopening_reason: Mapped[str | None]
