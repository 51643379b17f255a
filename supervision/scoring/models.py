from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from supervision.foundation.database import Base, Local, Massed, Named, Signed, belongs_to, local_table, one_of
from supervision.scoring.states import (
    CorrectionState,
    DeductionState,
    ReopeningState,
    SettlementState,
    WarningLevel,
)


class ScoreEntryKind(StrEnum):
    DEDUCTION = "deduction"
    REVERSAL = "reversal"
    CORRECTION = "correction"


class Needs(StrEnum):
    """What a rule asks for beside the reason: the document that criticises, or that somebody verified the report."""

    NOTHING = "nothing"
    DOCUMENT = "document"
    VERIFICATION = "verification"


class ScoringPolicy(Named, Base):
    """One version of the scoring rules, with the readings adopted where the source is damaged or silent."""

    __tablename__ = "scoring_policy"
    __table_args__ = local_table(UniqueConstraint("jurisdiction_id", "effective_on"))

    effective_on: Mapped[date]
    base: Mapped[Decimal]
    floor: Mapped[Decimal]
    adopted_by: Mapped[str]
    readings: Mapped[list[dict[str, Any]]]
    attention_at: Mapped[Decimal] = mapped_column(server_default="3")
    warning_at: Mapped[Decimal] = mapped_column(server_default="6")
    severe_at: Mapped[Decimal] = mapped_column(server_default="10")
    township_percent: Mapped[Decimal] = mapped_column(server_default="2")
    department_percent: Mapped[Decimal] = mapped_column(server_default="4")
    dispute_days: Mapped[int] = mapped_column(server_default="30")
    ruling_days: Mapped[int] = mapped_column(server_default="30")


class ScoringRule(Named, Base):
    """One row of the policy: which fact costs how many points (annex art. 6–12)."""

    __tablename__ = "scoring_rule"
    __table_args__ = local_table(
        belongs_to("scoring_policy", "policy_id"),
        UniqueConstraint("policy_id", "code"),
        CheckConstraint("points > 0", name="points"),
        one_of("needs", Needs),
    )

    policy_id: Mapped[UUID]
    code: Mapped[str]
    article: Mapped[int]
    fact: Mapped[str]
    points: Mapped[Decimal]
    late_item_kind: Mapped[str | None]
    needs: Mapped[str] = mapped_column(server_default=Needs.NOTHING)


class Deduction(Named, Signed, Base):
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
    signed_fields = (
        *("unit_id", "rule_code", "item_id", "event", "year", "fact_on", "points", "reason", "document", "document_on"),
        *("attachment_ids", "verification", "grounds"),
    )

    unit_id: Mapped[UUID]
    rule_id: Mapped[UUID]
    item_id: Mapped[UUID | None]
    event: Mapped[str]
    year: Mapped[int]
    fact_on: Mapped[date]
    points: Mapped[Decimal]
    reason: Mapped[str]
    # The circular, paper or meeting in which the unit is criticised.
    document: Mapped[str | None]
    document_on: Mapped[date | None]
    verified_by: Mapped[UUID | None]
    verified_at: Mapped[datetime | None]
    verification: Mapped[str | None]
    state: Mapped[str]
    proposed_by: Mapped[UUID | None]
    proposed_at: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None]
    dispute_until_on: Mapped[date | None]
    disputed_by: Mapped[UUID | None]
    disputed_at: Mapped[datetime | None]
    grounds: Mapped[str | None]
    ruling_due_on: Mapped[date | None]


class DeductionEvidence(Local, Base):
    __tablename__ = "deduction_evidence"
    __table_args__ = (
        belongs_to("deduction", "deduction_id"),
        belongs_to("attachment", "attachment_id"),
        PrimaryKeyConstraint("deduction_id", "attachment_id"),
    )

    deduction_id: Mapped[UUID]
    attachment_id: Mapped[UUID]


class ScoreEntry(Massed, Base):
    """A row of the score ledger: a confirmed deduction, or a counter-entry. Never changed.

    A reversal takes the deduction back in its own year, a correction gives its points back in the year after.
    """

    __tablename__ = "score_entry"
    __table_args__ = (
        belongs_to("unit", "unit_id"),
        belongs_to("deduction", "deduction_id"),
        one_of("kind", ScoreEntryKind),
        UniqueConstraint("deduction_id", "kind"),
        CheckConstraint("(kind = 'deduction') = (points < 0)", name="sign"),
        CheckConstraint("(kind = 'correction') = (corrects_year IS NOT NULL)", name="corrects_year"),
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
    corrects_year: Mapped[int | None]


class Correction(Named, Signed, Base):
    """A proposal to give back in the year after what a settled year took wrongly, and what became of it."""

    __tablename__ = "correction"
    __table_args__ = local_table(
        belongs_to("deduction", "deduction_id"),
        belongs_to("unit", "unit_id"),
        one_of("state", CorrectionState),
        CheckConstraint("points > 0", name="points"),
        Index("uq_correction_once", "deduction_id", unique=True, postgresql_where=text("state <> 'refused'")),
        Index(None, "jurisdiction_id", "id"),
    )
    signed_fields = ("deduction_id", "unit_id", "corrects_year", "year", "points", "reason")

    deduction_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    corrects_year: Mapped[int]
    year: Mapped[int]
    points: Mapped[Decimal]
    reason: Mapped[str]
    state: Mapped[str]
    proposed_by: Mapped[UUID | None]
    proposed_at: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None]


class QuarterlyWarning(Named, Base):
    """What a unit was told of the points that it lost in a quarter; never changed, whatever is decided later."""

    __tablename__ = "quarterly_warning"
    __table_args__ = local_table(
        belongs_to("unit", "unit_id"),
        one_of("level", WarningLevel),
        CheckConstraint("quarter BETWEEN 1 AND 4", name="quarter"),
        UniqueConstraint("jurisdiction_id", "year", "quarter", "unit_id"),
    )

    unit_id: Mapped[UUID]
    year: Mapped[int]
    quarter: Mapped[int]
    level: Mapped[str]
    points: Mapped[Decimal]
    issued_at: Mapped[datetime]
    issued_by: Mapped[UUID | None]


class Settlement(Named, Signed, Base):
    """A year's final scores: prepared by the office, confirmed by another person, frozen from then on.

    One that was reopened stays as it is, and the year is settled anew under the next revision.
    """

    __tablename__ = "settlement"
    __table_args__ = local_table(
        one_of("state", SettlementState),
        Index(
            "uq_settlement_standing",
            "jurisdiction_id",
            "year",
            unique=True,
            postgresql_where=text("state NOT IN ('superseded', 'reopened')"),
        ),
    )
    signed_fields = ("year", "revision", "data")

    year: Mapped[int]
    revision: Mapped[int] = mapped_column(server_default="1")
    state: Mapped[str]
    prepared_by: Mapped[UUID | None]
    prepared_at: Mapped[datetime]
    confirmed_by: Mapped[UUID | None]
    confirmed_at: Mapped[datetime | None]


class SettlementRow(Massed, Base):
    """One unit's final score of a year, and the points that enter the annual appraisal. Never changed."""

    __tablename__ = "settlement_row"
    __table_args__ = (
        belongs_to("settlement", "settlement_id"),
        belongs_to("unit", "unit_id"),
        UniqueConstraint("settlement_id", "unit_id"),
    )

    settlement_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    unit: Mapped[str]
    kind: Mapped[str]
    is_inspected: Mapped[bool]
    base: Mapped[Decimal]
    deducted: Mapped[Decimal]
    corrected: Mapped[Decimal] = mapped_column(server_default="0")
    score: Mapped[Decimal]
    mean_of_kind: Mapped[Decimal]
    percent: Mapped[Decimal]
    converted: Mapped[Decimal]


class SettlementReopening(Named, Signed, Base):
    """A proposal to settle a year anew; two others approve it, and each approval is kept."""

    __tablename__ = "settlement_reopening"
    __table_args__ = local_table(
        belongs_to("settlement", "settlement_id"),
        one_of("state", ReopeningState),
        Index(
            "uq_settlement_reopening_once", "settlement_id", unique=True, postgresql_where=text("state <> 'refused'")
        ),
        Index(None, "jurisdiction_id", "id"),
    )
    signed_fields = ("settlement_id", "year", "reason")

    settlement_id: Mapped[UUID]
    year: Mapped[int]
    reason: Mapped[str]
    state: Mapped[str]
    proposed_by: Mapped[UUID | None]
    proposed_at: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None]


class ReopeningApproval(Named, Base):
    """One person's approval of a reopening. Never changed."""

    __tablename__ = "reopening_approval"
    __table_args__ = local_table(
        belongs_to("settlement_reopening", "reopening_id"), UniqueConstraint("reopening_id", "approved_by")
    )

    reopening_id: Mapped[UUID]
    approved_by: Mapped[UUID | None]
    approved_at: Mapped[datetime]
