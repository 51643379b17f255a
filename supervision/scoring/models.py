from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from supervision.foundation.database import Base, Massed, Named, belongs_to, local_table, one_of
from supervision.scoring.states import DeductionState


class EntryKind(StrEnum):
    DEDUCTION = "deduction"
    REVERSAL = "reversal"


class ScoringPolicy(Named, Base):
    """One version of the scoring rules, with the readings adopted where the source is damaged or silent."""

    __tablename__ = "scoring_policy"
    __table_args__ = local_table(UniqueConstraint("jurisdiction_id", "effective_on"))

    effective_on: Mapped[date]
    base: Mapped[Decimal]
    floor: Mapped[Decimal]
    adopted_by: Mapped[str]
    readings: Mapped[list[dict[str, Any]]]


class ScoringRule(Named, Base):
    """One row of the policy: which fact costs how many points (annex art. 6–12)."""

    __tablename__ = "scoring_rule"
    __table_args__ = local_table(
        belongs_to("scoring_policy", "policy_id"),
        UniqueConstraint("policy_id", "code"),
        CheckConstraint("points > 0", name="points"),
    )

    policy_id: Mapped[UUID]
    code: Mapped[str]
    article: Mapped[int]
    fact: Mapped[str]
    points: Mapped[Decimal]
    late_item_kind: Mapped[str | None]


class Deduction(Named, Base):
    """A proposal to take points from a unit, and what became of it; one event is proposed once per rule and unit."""

    __tablename__ = "deduction"
    __table_args__ = local_table(
        belongs_to("unit", "unit_id"),
        belongs_to("scoring_rule", "rule_id"),
        belongs_to("item", "item_id"),
        one_of("state", DeductionState),
        UniqueConstraint("jurisdiction_id", "unit_id", "rule_id", "event"),
        Index(None, "jurisdiction_id", "id"),
    )

    unit_id: Mapped[UUID]
    rule_id: Mapped[UUID]
    item_id: Mapped[UUID | None]
    event: Mapped[str]
    year: Mapped[int]
    fact_on: Mapped[date]
    points: Mapped[Decimal]
    reason: Mapped[str]
    state: Mapped[str]
    proposed_by: Mapped[UUID | None]
    proposed_at: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own way


class ScoreEntry(Massed, Base):
    """A row of the score ledger: a confirmed deduction, or the counter-entry that reverses it. Never changed."""

    __tablename__ = "score_entry"
    __table_args__ = (
        belongs_to("unit", "unit_id"),
        belongs_to("deduction", "deduction_id"),
        one_of("kind", EntryKind),
        UniqueConstraint("deduction_id", "kind"),
        CheckConstraint("(kind = 'deduction') = (points < 0)", name="sign"),
        Index(None, "jurisdiction_id", "year", "unit_id"),
    )

    deduction_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    year: Mapped[int]
    event: Mapped[str]
    kind: Mapped[str]
    points: Mapped[Decimal]
    entered_at: Mapped[datetime]
    entered_by: Mapped[UUID | None]
    reason: Mapped[str]
