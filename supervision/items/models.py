from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint, UniqueConstraint, false
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, deferred, mapped_column

from supervision.documents.models import Secrecy
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
from supervision.foundation.numbers import Counter
from supervision.items.states import ENDED, AuthorityKind, ItemChangeKind, ItemKind, ItemState, Responsibility

_ENDS = ", ".join(repr(str(state)) for state in ItemState if state in ENDED)


class Item(Named, Signed, Base):
    __tablename__ = "item"
    __table_args__ = local_table(
        UniqueConstraint("jurisdiction_id", "kind", "year", "sequence"),
        UniqueConstraint("jurisdiction_id", "number"),
        one_of("kind", ItemKind),
        one_of("state", ItemState),
        one_of("authority_kind", AuthorityKind),
        one_of("secrecy", Secrecy),
        belongs_to("official", "authority_official_id"),
        belongs_to("item", "merged_into_id"),
        belongs_to("item", "split_from_id"),
        CheckConstraint(f"(state IN ({_ENDS})) = (closed_on IS NOT NULL)", name="closed_on_a_day"),
        CheckConstraint("(state = 'suspended') = (suspended_on IS NOT NULL)", name="suspended_on_a_day"),
        CheckConstraint("(state = 'merged') = (merged_into_id IS NOT NULL)", name="merged_into_another"),
        CheckConstraint("deadline_on >= received_on", name="deadline_after_receipt"),
        Index(None, "jurisdiction_id", "deadline_on", "id"),
        Index(None, "search", postgresql_using="gin"),
    )
    signed_fields = (
        *("kind", "number", "title", "source", "authority_kind", "authority_name", "authority_number", "authority_on"),
        *("authority_body", "authority_official_id", "secrecy", "is_standing", "received_on", "deadline_on"),
    )

    kind: Mapped[str]
    year: Mapped[int]
    sequence: Mapped[int]
    number: Mapped[str]
    title: Mapped[str]
    source: Mapped[str]
    authority_kind: Mapped[str | None]
    authority_name: Mapped[str | None]
    authority_number: Mapped[str | None]
    authority_on: Mapped[date | None]
    authority_body: Mapped[str | None]
    authority_official_id: Mapped[UUID | None]
    secrecy: Mapped[str] = mapped_column(server_default=Secrecy.INTERNAL)
    is_standing: Mapped[bool] = mapped_column(server_default=false())
    received_on: Mapped[date]
    deadline_on: Mapped[date]
    first_deadline_on: Mapped[date]
    registered_by: Mapped[UUID | None]
    registered_at: Mapped[datetime]
    clerk_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(server_default=ItemState.OPEN)
    suspended_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    merged_into_id: Mapped[UUID | None]
    split_from_id: Mapped[UUID | None]
    search: Mapped[str] = deferred(mapped_column(TSVECTOR, nullable=False), raiseload=True)


class ItemCounter(Counter, Base):
    """The last number given for a kind and year; it rolls back with the registration that took it."""

    __tablename__ = "item_counter"
    __table_args__ = (PrimaryKeyConstraint("jurisdiction_id", "kind", "year"),)

    kind: Mapped[str]
    year: Mapped[int]


class Party(Massed, Base):
    """A unit or an official that has a responsibility for an item, and so may see it."""

    __tablename__ = "party"
    __table_args__ = (
        belongs_to("item", "item_id"),
        belongs_to("unit", "unit_id"),
        belongs_to("official", "official_id"),
        one_of("part", Responsibility),
        CheckConstraint("(unit_id IS NULL) <> (official_id IS NULL)", name="unit_or_official"),
        UniqueConstraint("item_id", "unit_id", "official_id", "part", postgresql_nulls_not_distinct=True),
        Index(None, "unit_id", "item_id"),
    )

    item_id: Mapped[UUID]
    unit_id: Mapped[UUID | None]
    official_id: Mapped[UUID | None]
    responsibility: Mapped[str] = mapped_column("part")


class ItemProcedure(Local, Base):
    """Whether the registration of a kind is confirmed by a second person; no row: it is not."""

    __tablename__ = "item_procedure"
    __table_args__ = (PrimaryKeyConstraint("jurisdiction_id", "kind"), one_of("kind", ItemKind))

    kind: Mapped[str]
    needs_approval: Mapped[bool]


class ItemChange(Named, Base):
    """What happened to an item since it was registered, by whom and why. Never changed."""

    __tablename__ = "item_change"
    __table_args__ = local_table(
        belongs_to("item", "item_id"), one_of("kind", ItemChangeKind), Index(None, "item_id", "id")
    )

    item_id: Mapped[UUID]
    kind: Mapped[str]
    reason: Mapped[str | None]
    facts: Mapped[dict[str, Any]]
    changed_by: Mapped[UUID | None]
    changed_at: Mapped[datetime]


class ItemStage(Named, Versioned, Base):
    """One of the ordered stages in which an item is done, each with its own limit."""

    __tablename__ = "item_stage"
    __table_args__ = local_table(
        belongs_to("item", "item_id"),
        UniqueConstraint("item_id", "no"),
        CheckConstraint("finished_on IS NOT NULL OR finished_by IS NULL", name="finished_on_a_day"),
    )

    item_id: Mapped[UUID]
    no: Mapped[int]
    name: Mapped[str]
    limit_on: Mapped[date]
    finished_on: Mapped[date | None]
    finished_by: Mapped[UUID | None]
