from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from supervision.foundation.database import CURRENT_JURISDICTION, Base


class HeldClock(Base):
    """The moment at which a demonstration or test jurisdiction's clock stands still; no row: real time."""

    __tablename__ = "held_clock"

    jurisdiction_id: Mapped[UUID] = mapped_column(
        ForeignKey("jurisdiction.id"), primary_key=True, server_default=text(CURRENT_JURISDICTION)
    )
    held_at: Mapped[datetime]
