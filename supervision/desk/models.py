from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint, text
from sqlalchemy.orm import Mapped

from supervision.desk.states import ComplaintState
from supervision.foundation.database import Base, Local, Named, Signed, belongs_to, local_table, one_of


class RequestKind(StrEnum):
    """What supervision asks of a unit, and so what counts as its burden."""

    OBLIGATION = "obligation"
    NOTICE = "notice"
    RECTIFICATION_ORDER = "rectification_order"
    INSPECTION = "inspection"
    RETURNED_REPORT = "returned_report"


class BurdenComplaint(Named, Signed, Base):
    """A unit's complaint that the same was asked of it before, and the office's answer."""

    __tablename__ = "burden_complaint"
    __table_args__ = local_table(
        belongs_to("unit", "unit_id"),
        one_of("about_kind", RequestKind),
        one_of("earlier_kind", RequestKind),
        one_of("state", ComplaintState),
        CheckConstraint("(earlier_kind IS NULL) = (earlier_id IS NULL)", name="earlier_whole"),
        CheckConstraint("(state = 'filed') = (answered_at IS NULL)", name="answered_at_a_moment"),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered_in_words"),
        Index(
            "uq_burden_complaint_waiting",
            "unit_id",
            "about_kind",
            "about_id",
            unique=True,
            postgresql_where=text("state = 'filed'"),
        ),
        Index(None, "jurisdiction_id", "id"),
        Index(None, "jurisdiction_id", "unit_id", "id"),
    )
    signed_fields = ("unit_id", "about_kind", "about_id", "earlier_kind", "earlier_id", "text")

    unit_id: Mapped[UUID]
    about_kind: Mapped[str]
    about_id: Mapped[UUID]
    earlier_kind: Mapped[str | None]
    earlier_id: Mapped[UUID | None]
    text: Mapped[str]
    state: Mapped[str]
    filed_by: Mapped[UUID | None]
    filed_at: Mapped[datetime]
    answer: Mapped[str | None]
    answered_by: Mapped[UUID | None]
    answered_at: Mapped[datetime | None]


class Watch(Local, Base):
    """An item that somebody watches; it ends without being forgotten."""

    __tablename__ = "watch"
    __table_args__ = (
        belongs_to("item", "item_id"),
        PrimaryKeyConstraint("item_id", "person_id"),
        Index(None, "jurisdiction_id", "person_id"),
    )

    item_id: Mapped[UUID]
    person_id: Mapped[UUID]
    watched_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
