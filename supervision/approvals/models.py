from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from supervision.approvals.states import ProposalKind, ProposedStepState
from supervision.foundation.database import Base, Named, Signed, local_table, one_of


class Proposal(Named, Signed, Base):
    """What somebody wants done, word for word, and who decided on it."""

    __tablename__ = "proposal"
    __table_args__ = local_table(
        one_of("kind", ProposalKind), one_of("state", ProposedStepState), Index(None, "jurisdiction_id", "state")
    )

    signed_fields = ("kind", "subject_id", "content")

    kind: Mapped[str]
    # The thing that it is about, where that has an id.
    subject_id: Mapped[UUID | None]
    content: Mapped[dict[str, Any]]
    state: Mapped[str]
    proposed_by: Mapped[UUID | None]
    proposed_at: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]
