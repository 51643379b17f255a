from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from supervision.cadence.periods import PeriodKind
from supervision.cadence.rules import CountedIn
from supervision.foundation.database import Base, Massed, Named, local_table, one_of


class WorkingDay(Base):
    """One day of the national calendar; it belongs to no jurisdiction."""

    __tablename__ = "working_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    is_working: Mapped[bool]
    name: Mapped[str | None]
    status: Mapped[str]
    source: Mapped[str]


class CadenceRun(Massed, Base):
    """One scheduled step of one period; unfinished while `finished_at` is empty, resumed by whoever locks it."""

    __tablename__ = "cadence_run"
    __table_args__ = (
        UniqueConstraint("jurisdiction_id", "kind", "period_first", "period_last"),
        Index(None, "jurisdiction_id", "finished_at"),
    )

    kind: Mapped[str]
    period_first: Mapped[date]
    period_last: Mapped[date]
    due_at: Mapped[datetime]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    outcome: Mapped[dict[str, Any] | None]


class Rhythm(Named, Base):
    """How a county keeps one kind of period from a day on (§4(1)). Never changed: of one day the newest counts."""

    __tablename__ = "rhythm"
    __table_args__ = local_table(
        one_of("kind", PeriodKind),
        one_of("counted_in", CountedIn),
        Index(None, "jurisdiction_id", "kind", "effective_from", "id"),
    )

    kind: Mapped[str]
    is_running: Mapped[bool]
    due_after: Mapped[int]
    counted_in: Mapped[str]
    grace_working_days: Mapped[int]
    remind_working_days_before: Mapped[int]
    urge_working_days_after: Mapped[int]
    digest_working_days_after: Mapped[int]
    behind_percent: Mapped[int]
    effective_from: Mapped[date]
    set_by: Mapped[UUID | None]
    set_at: Mapped[datetime]
