from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from supervision.foundation.database import Base, Massed


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
        UniqueConstraint("jurisdiction_id", "kind", "period_first"),
        Index(None, "jurisdiction_id", "finished_at"),
    )

    kind: Mapped[str]
    period_first: Mapped[date]
    period_last: Mapped[date]
    due_at: Mapped[datetime]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    outcome: Mapped[dict[str, Any] | None]
