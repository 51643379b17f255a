from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint, UniqueConstraint, text
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
from supervision.progress.rules import Covers, DigestKind, Light
from supervision.progress.states import ObligationState, ReportChannel, ReportState


class Obligation(Named, Versioned, Base):
    """What a unit owes for one period: one progress report on those of its tasks that it covers (§2(3), §4(1))."""

    __tablename__ = "obligation"
    __table_args__ = local_table(
        belongs_to("unit", "unit_id"),
        UniqueConstraint("jurisdiction_id", "unit_id", "period_first", "period_last"),
        one_of("state", ObligationState),
        one_of("covers", Covers),
        CheckConstraint("(state = 'waived') = (waived_reason IS NOT NULL)", name="waived_with_reason"),
        CheckConstraint("(state = 'waived') = (waived_at IS NOT NULL)", name="waived_at_a_moment"),
        Index(None, "jurisdiction_id", "due_at", "id"),
        Index("ix_obligation_open", "jurisdiction_id", "due_at", postgresql_where=text("state = 'open'")),
    )

    unit_id: Mapped[UUID]
    period_first: Mapped[date]
    period_last: Mapped[date]
    covers: Mapped[str] = mapped_column(server_default=Covers.ALL)
    due_at: Mapped[datetime]
    state: Mapped[str]
    fulfilled_at: Mapped[datetime | None]
    marked_late_at: Mapped[datetime | None]
    waived_at: Mapped[datetime | None]
    waived_reason: Mapped[str | None]
    times_returned: Mapped[int] = mapped_column(server_default=text("0"))


class ProgressReport(Named, Signed, Base):
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
    signed_fields = ("obligation_id", "unit_id", "received_at", "channel", "entries")

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
    version: Mapped[int] = mapped_column(server_default=text("1"))


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


class ProgressEvidence(Local, Base):
    """An attachment that bears out what a report says of one task; never changed."""

    __tablename__ = "progress_evidence"
    __table_args__ = (
        belongs_to("progress_entry", "entry_id"),
        belongs_to("attachment", "attachment_id"),
        PrimaryKeyConstraint("entry_id", "attachment_id"),
        Index(None, "attachment_id"),
    )

    entry_id: Mapped[UUID]
    attachment_id: Mapped[UUID]


class Digest(Named, Base):
    """A summary report (汇总报告) as it stood when it was made: a half-month's, or a month's of the instructions."""

    __tablename__ = "digest"
    __table_args__ = local_table(
        belongs_to("broadcast", "leaders_broadcast_id"),
        belongs_to("broadcast", "officials_broadcast_id"),
        one_of("kind", DigestKind),
        UniqueConstraint("jurisdiction_id", "period_first", "period_last"),
        Index(None, "jurisdiction_id", "id"),
    )

    kind: Mapped[str] = mapped_column(server_default=DigestKind.HALF_MONTH)
    period_first: Mapped[date]
    period_last: Mapped[date]
    made_at: Mapped[datetime]
    counts: Mapped[dict[str, Any]]
    text: Mapped[str]
    leaders_broadcast_id: Mapped[UUID | None]
    officials_broadcast_id: Mapped[UUID | None]


class QuarterlyLook(Massed, Base):
    """How one open task stood at the quarter's look (§4(1) 一季一查看). Never changed."""

    __tablename__ = "quarterly_look"
    __table_args__ = (
        belongs_to("task", "task_id"),
        belongs_to("item", "item_id"),
        belongs_to("unit", "unit_id"),
        one_of("light", Light),
        CheckConstraint("quarter BETWEEN 1 AND 4", name="quarter"),
        UniqueConstraint("jurisdiction_id", "year", "quarter", "task_id"),
        Index(None, "jurisdiction_id", "year", "quarter", "id"),
    )

    year: Mapped[int]
    quarter: Mapped[int]
    task_id: Mapped[UUID]
    item_id: Mapped[UUID]
    item_number: Mapped[str]
    goal: Mapped[str]
    unit_id: Mapped[UUID]
    percent: Mapped[int | None]
    reported_at: Mapped[datetime | None]
    deadline_on: Mapped[date]
    light: Mapped[str]
    looked_on: Mapped[date]
