from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column

from supervision.foundation.database import Base, Named, local_table


class Attachment(Named, Base):
    """Immutable bytes of one jurisdiction, kept once however often they are sent."""

    __tablename__ = "attachment"
    __table_args__ = local_table(
        UniqueConstraint("jurisdiction_id", "sha256"),
        CheckConstraint("size = octet_length(content)", name="size"),
    )

    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int]
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary, nullable=False), raiseload=True)
    created_at: Mapped[datetime]
