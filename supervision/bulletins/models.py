from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from supervision.bulletins.states import (
    TRACED,
    CircularKind,
    CircularState,
    FollowUpState,
    ProposalState,
    RectificationState,
    RectificationVerdict,
)
from supervision.foundation.database import Base, Named, Signed, Versioned, belongs_to, local_table, one_of
from supervision.foundation.numbers import Counter


class Circular(Named, Signed, Base):
    """A month's or quarter's circular (督查通报), its figures as of the end of the cut-off day; frozen once issued.

    `month` is the period's first day; `warned` are the units that a quarter's circular lists as warned.
    """

    __tablename__ = "circular"
    __table_args__ = local_table(
        one_of("state", CircularState),
        one_of("kind", CircularKind),
        CheckConstraint("(state = 'issued') = (number IS NOT NULL)", name="number_once_issued"),
        UniqueConstraint("jurisdiction_id", "year", "sequence"),
        Index(
            "uq_circular_period",
            "jurisdiction_id",
            "kind",
            "month",
            unique=True,
            postgresql_where=sql("state <> 'discarded'"),
        ),
        Index(None, "jurisdiction_id", "id"),
    )
    signed_fields = (
        *("kind", "month", "title", "cut_off_on", "text", "counts", "laggards", "warned"),
        *("commendations", "criticisms"),
    )

    kind: Mapped[str] = mapped_column(server_default=CircularKind.MONTHLY)
    month: Mapped[date]
    title: Mapped[str]
    cut_off_on: Mapped[date]
    counts: Mapped[dict[str, Any]]
    laggards: Mapped[list[dict[str, Any]]]
    warned: Mapped[list[dict[str, Any]]] = mapped_column(server_default="[]")
    text: Mapped[str]
    state: Mapped[str]
    drafted_by: Mapped[UUID | None]
    drafted_at: Mapped[datetime]
    checked_by: Mapped[UUID | None]
    checked_at: Mapped[datetime | None]
    # Why it was returned or discarded.
    reason: Mapped[str | None]
    year: Mapped[int | None]
    sequence: Mapped[int | None]
    number: Mapped[str | None]
    issued_by: Mapped[UUID | None]
    issued_at: Mapped[datetime | None]
    issued_on: Mapped[date | None]


class CircularCounter(Counter, Base):
    """The last number given in a year; it rolls back with the issue that took it."""

    __tablename__ = "circular_counter"
    __table_args__ = (PrimaryKeyConstraint("jurisdiction_id", "year"),)

    year: Mapped[int]


class Commendation(Named, Base):
    """A unit that a circular commends (通报表扬)."""

    __tablename__ = "commendation"
    __table_args__ = local_table(
        belongs_to("circular", "circular_id"),
        belongs_to("unit", "unit_id"),
        UniqueConstraint("circular_id", "unit_id"),
    )

    circular_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    reason: Mapped[str]


class Criticism(Named, Base):
    """A unit, or an official, whom a circular criticises (通报批评), perhaps for one item."""

    __tablename__ = "criticism"
    __table_args__ = local_table(
        belongs_to("circular", "circular_id"),
        belongs_to("unit", "unit_id"),
        belongs_to("official", "official_id"),
        belongs_to("item", "item_id"),
        CheckConstraint("(unit_id IS NULL) <> (official_id IS NULL)", name="unit_or_official"),
        UniqueConstraint("circular_id", "unit_id", "official_id", "item_id", postgresql_nulls_not_distinct=True),
    )

    circular_id: Mapped[UUID]
    unit_id: Mapped[UUID | None]
    official_id: Mapped[UUID | None]
    item_id: Mapped[UUID | None]
    reason: Mapped[str]


class RectificationOrder(Named, Signed, Base):
    """An order to a unit to put a matter right within a limit (限时整改), verified before it closes."""

    __tablename__ = "rectification_order"
    __table_args__ = local_table(
        belongs_to("unit", "unit_id"),
        belongs_to("item", "item_id"),
        one_of("state", RectificationState),
        Index(None, "jurisdiction_id", "id"),
    )
    signed_fields = ("unit_id", "item_id", "matter", "limit_on", "reports")

    unit_id: Mapped[UUID]
    item_id: Mapped[UUID | None]
    matter: Mapped[str]
    limit_on: Mapped[date]
    state: Mapped[str]
    ordered_by: Mapped[UUID | None]
    ordered_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class RectificationReport(Named, Base):
    """One round of an order: what the unit reports as put right, and what the office found when it looked."""

    __tablename__ = "rectification_report"
    __table_args__ = local_table(
        belongs_to("rectification_order", "order_id"),
        UniqueConstraint("order_id", "round"),
        one_of("verdict", RectificationVerdict),
    )

    order_id: Mapped[UUID]
    round: Mapped[int]
    text: Mapped[str]
    reported_by: Mapped[UUID | None]
    reported_at: Mapped[datetime]
    verdict: Mapped[str | None]
    finding: Mapped[str | None]
    verified_by: Mapped[UUID | None]
    verified_at: Mapped[datetime | None]


class MediaFollowUp(Named, Versioned, Base):
    """A major matter that a news medium was asked to follow, and what came of it."""

    __tablename__ = "media_follow_up"
    __table_args__ = local_table(
        belongs_to("item", "item_id"),
        one_of("state", FollowUpState),
        Index(None, "jurisdiction_id", "id"),
    )

    item_id: Mapped[UUID | None]
    matter: Mapped[str]
    medium: Mapped[str]
    asked_on: Mapped[date]
    logged_by: Mapped[UUID | None]
    logged_at: Mapped[datetime]
    state: Mapped[str]
    outcome: Mapped[str | None]
    concluded_on: Mapped[date | None]


class AccountabilityProposal(Named, Signed, Base):
    """A proposal (问责建议) to the body that decides on accountability, and that body's answer."""

    __tablename__ = "accountability_proposal"
    __table_args__ = local_table(
        belongs_to("unit", "unit_id"),
        belongs_to("official", "official_id"),
        belongs_to("task", "task_id"),
        one_of("state", ProposalState),
        Index(None, "jurisdiction_id", "id"),
    )
    signed_fields = ("unit_id", "official_id", "task_id", "fact_on", "facts", "traced")

    unit_id: Mapped[UUID]
    official_id: Mapped[UUID | None]
    task_id: Mapped[UUID | None]
    fact_on: Mapped[date | None]
    facts: Mapped[str]
    state: Mapped[str]
    proposed_by: Mapped[UUID | None]
    proposed_at: Mapped[datetime]
    deciding_body: Mapped[str | None]
    sent_on: Mapped[date | None]
    answer: Mapped[str | None]
    answered_on: Mapped[date | None]


class TracedPerson(Named, Base):
    """One of those to whom a proposal traces responsibility back (责任倒查), as they were in post that day."""

    __tablename__ = "traced_person"
    __table_args__ = local_table(
        belongs_to("accountability_proposal", "proposal_id"),
        belongs_to("official", "official_id"),
        one_of("part", TRACED),
        UniqueConstraint("proposal_id", "official_id", "part"),
    )

    proposal_id: Mapped[UUID]
    official_id: Mapped[UUID]
    responsibility: Mapped[str] = mapped_column("part")
