from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint, UniqueConstraint, false
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, deferred, mapped_column

from supervision.documents.models import Secrecy
from supervision.foundation.database import Base, Massed, Named, belongs_to, local_table, one_of
from supervision.foundation.numbers import Counter
from supervision.items.life import ItemChange, ItemProcedure, ItemStage
from supervision.items.notices import Notice, NoticeCounter, NoticeDelivery, NoticeProcedure, Urging
from supervision.items.states import ENDED, AuthorityKind, ItemKind, ItemState, TransferState

# What a room keeps is found here, whichever of its files says how.
__all__ = [
    "DirectTransfer",
    "InstructionPaper",
    "Item",
    "ItemChange",
    "ItemCounter",
    "ItemKind",
    "ItemProcedure",
    "ItemStage",
    "Ledger",
    "LedgerEntry",
    "Liaison",
    "Notice",
    "NoticeCounter",
    "NoticeDelivery",
    "NoticeProcedure",
    "PaperLeader",
    "PartKind",
    "Party",
    "Urging",
]

_ENDS = ", ".join(repr(str(state)) for state in ItemState if state in ENDED)


class PartKind(StrEnum):
    """The part that a unit or an official has in an item."""

    RESPONSIBLE_UNIT = "responsible_unit"
    LEAD_LEADER = "lead_leader"
    RESPONSIBLE_PERSON = "responsible_person"
    PRINCIPAL_LEADER = "principal_leader"
    LEADER_IN_CHARGE = "leader_in_charge"
    LIAISON_LEADER = "liaison_leader"
    SUPPORTING_UNIT = "supporting_unit"


class Item(Named, Base):
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
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own way


class ItemCounter(Counter, Base):
    """The last number given for a kind and year; it rolls back with the registration that took it."""

    __tablename__ = "item_counter"
    __table_args__ = (PrimaryKeyConstraint("jurisdiction_id", "kind", "year"),)

    kind: Mapped[str]
    year: Mapped[int]


class Ledger(Named, Base):
    """A year's ledger (台账). What is open is reported on whether it stands or not."""

    __tablename__ = "ledger"
    __table_args__ = local_table(UniqueConstraint("jurisdiction_id", "year"))

    year: Mapped[int]
    opened_on: Mapped[date]
    opened_by: Mapped[UUID | None]
    closed_on: Mapped[date | None]
    closed_by: Mapped[UUID | None]


class LedgerEntry(Named, Base):
    __tablename__ = "ledger_entry"
    __table_args__ = local_table(
        belongs_to("ledger", "ledger_id"),
        belongs_to("item", "item_id"),
        UniqueConstraint("ledger_id", "no"),
        UniqueConstraint("ledger_id", "item_id"),
    )

    ledger_id: Mapped[UUID]
    item_id: Mapped[UUID]
    no: Mapped[int]


class Party(Massed, Base):
    """A unit or an official that has a part in an item, and so may see it."""

    __tablename__ = "party"
    __table_args__ = (
        belongs_to("item", "item_id"),
        belongs_to("unit", "unit_id"),
        belongs_to("official", "official_id"),
        one_of("part", PartKind),
        CheckConstraint("(unit_id IS NULL) <> (official_id IS NULL)", name="unit_or_official"),
        UniqueConstraint("item_id", "unit_id", "official_id", "part", postgresql_nulls_not_distinct=True),
        Index(None, "unit_id", "item_id"),
    )

    item_id: Mapped[UUID]
    unit_id: Mapped[UUID | None]
    official_id: Mapped[UUID | None]
    part: Mapped[str]


class InstructionPaper(Named, Base):
    """A paper on which county leaders wrote an instruction (批示件), with their exact words (§2(3))."""

    __tablename__ = "instruction_paper"
    __table_args__ = local_table(
        belongs_to("attachment", "attachment_id"),
        belongs_to("instruction_paper", "follows_id"),
        belongs_to("item", "item_id"),
        one_of("secrecy", Secrecy),
        Index(None, "jurisdiction_id", "id"),
        Index(None, "jurisdiction_id", "item_id"),
    )

    sender: Mapped[str]
    document_number: Mapped[str | None]
    title: Mapped[str]
    instructed_on: Mapped[date]
    words: Mapped[str]
    secrecy: Mapped[str]
    attachment_id: Mapped[UUID | None]
    follows_id: Mapped[UUID | None]
    item_id: Mapped[UUID | None]
    registered_by: Mapped[UUID | None]
    registered_at: Mapped[datetime]


class PaperLeader(Massed, Base):
    """One of the county leaders who wrote on a paper."""

    __tablename__ = "paper_leader"
    __table_args__ = (
        belongs_to("instruction_paper", "paper_id"),
        belongs_to("official", "official_id"),
        UniqueConstraint("paper_id", "official_id"),
    )

    paper_id: Mapped[UUID]
    official_id: Mapped[UUID]


class DirectTransfer(Named, Base):
    """A paper handed to another leader personally (直接转交): no unit is given notice of it."""

    __tablename__ = "direct_transfer"
    __table_args__ = local_table(
        belongs_to("instruction_paper", "paper_id"),
        belongs_to("official", "official_id"),
        one_of("state", TransferState),
        UniqueConstraint("paper_id", "official_id"),
        Index(None, "jurisdiction_id", "id"),
    )

    paper_id: Mapped[UUID]
    official_id: Mapped[UUID]
    handed_on: Mapped[date]
    state: Mapped[str]
    handed_by: Mapped[UUID | None]
    handed_at: Mapped[datetime]
    outcome: Mapped[str | None]
    concluded_by: Mapped[UUID | None]
    concluded_at: Mapped[datetime | None]


class Liaison(Named, Base):
    """What the office heard or said in following a direct transfer (衔接). Never changed."""

    __tablename__ = "liaison"
    __table_args__ = local_table(belongs_to("direct_transfer", "transfer_id"), Index(None, "transfer_id", "id"))

    transfer_id: Mapped[UUID]
    text: Mapped[str]
    logged_by: Mapped[UUID | None]
    logged_at: Mapped[datetime]
