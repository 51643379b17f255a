from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from supervision.foundation.database import Base, Local, Named, belongs_to, local_table, one_of
from supervision.items.states import ItemChangeKind, ItemKind


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


class ItemStage(Named, Base):
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
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own way
