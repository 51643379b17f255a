from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from supervision.foundation.database import Base, Massed, Named, belongs_to, local_table, one_of
from supervision.progress.states import ObligationState, ReportChannel, ReportState


class Obligation(Named, Base):
    """What a unit owes for one period: one progress report on all its tasks (§4(1) 半月一上报)."""

    __tablename__ = "obligation"
    __table_args__ = local_table(
        belongs_to("unit", "unit_id"),
        UniqueConstraint("jurisdiction_id", "unit_id", "period_first", "period_last"),
        one_of("state", ObligationState),
        CheckConstraint("(state = 'waived') = (waived_reason IS NOT NULL)", name="waived_with_reason"),
        CheckConstraint("(state = 'waived') = (waived_at IS NOT NULL)", name="waived_at_a_moment"),
        Index(None, "jurisdiction_id", "due_at", "id"),
        Index("ix_obligation_open", "jurisdiction_id", "due_at", postgresql_where=text("state = 'open'")),
    )

    unit_id: Mapped[UUID]
    period_first: Mapped[date]
    period_last: Mapped[date]
    due_at: Mapped[datetime]
    state: Mapped[str]
    fulfilled_at: Mapped[datetime | None]
    marked_late_at: Mapped[datetime | None]
    waived_at: Mapped[datetime | None]
    waived_reason: Mapped[str | None]
    times_returned: Mapped[int] = mapped_column(server_default=text("0"))
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own way


class ProgressReport(Named, Base):
    """A unit's report on a period; one that was returned for supplement (退回补报) is kept, and counts no more."""

    __tablename__ = "progress_report"
    __table_args__ = local_table(
        belongs_to("obligation", "obligation_id"),
        belongs_to("unit", "unit_id"),
        one_of("channel", ReportChannel),
        one_of("state", ReportState),
        CheckConstraint("(channel = 'system') = (entered_at IS NULL)", name="entered_at_a_moment"),
        CheckConstraint("(state = 'returned') = (returned_at IS NOT NULL)", name="returned_at_a_moment"),
        Index("uq_progress_report_standing", "obligation_id", unique=True, postgresql_where=text("state = 'received'")),
        Index(None, "obligation_id"),
        Index(None, "jurisdiction_id", "id"),
    )

    obligation_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    reported_by: Mapped[UUID | None]
    received_at: Mapped[datetime]
    is_late: Mapped[bool]
    channel: Mapped[str] = mapped_column(server_default=ReportChannel.SYSTEM)
    entered_by: Mapped[UUID | None]
    entered_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(server_default=ReportState.RECEIVED)
    returned_by: Mapped[UUID | None]
    returned_at: Mapped[datetime | None]
    return_reason: Mapped[str | None]
    supplement_until_on: Mapped[date | None]


class ProgressEntry(Named, Base):
    """What a report says of one task."""

    __tablename__ = "progress_entry"
    __table_args__ = local_table(
        belongs_to("progress_report", "report_id"),
        belongs_to("task", "task_id"),
        UniqueConstraint("report_id", "task_id"),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
        Index(None, "task_id", "received_at"),
    )

    report_id: Mapped[UUID]
    task_id: Mapped[UUID]
    percent: Mapped[int]
    text: Mapped[str]
    received_at: Mapped[datetime]


class Figure(Massed, Base):
    """The value of an indicator as an entry gave it."""

    __tablename__ = "figure"
    __table_args__ = (
        belongs_to("progress_entry", "entry_id"),
        belongs_to("indicator", "indicator_id"),
        UniqueConstraint("entry_id", "indicator_id"),
        Index(None, "indicator_id", "received_at"),
    )

    entry_id: Mapped[UUID]
    indicator_id: Mapped[UUID]
    value: Mapped[Decimal]
    received_at: Mapped[datetime]


class Digest(Named, Base):
    """The half-month's summary report (汇总报告) for the principal leaders, as it stood when it was made."""

    __tablename__ = "digest"
    __table_args__ = local_table(
        belongs_to("broadcast", "leaders_broadcast_id"),
        belongs_to("broadcast", "officials_broadcast_id"),
        UniqueConstraint("jurisdiction_id", "period_first", "period_last"),
        Index(None, "jurisdiction_id", "id"),
    )

    period_first: Mapped[date]
    period_last: Mapped[date]
    made_at: Mapped[datetime]
    counts: Mapped[dict[str, Any]]
    text: Mapped[str]
    leaders_broadcast_id: Mapped[UUID]
    officials_broadcast_id: Mapped[UUID]
