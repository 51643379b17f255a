from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from supervision.documents.models import Secrecy
from supervision.foundation.database import Base, Massed, Named, belongs_to, local_table, one_of
from supervision.papers.states import TransferState


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
