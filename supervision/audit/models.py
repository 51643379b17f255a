from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Dialect, ForeignKey, Identity, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from supervision.foundation.database import CURRENT_JURISDICTION, Base


class Xid8(UserDefinedType[str]):
    """PostgreSQL's 64-bit transaction id, as digits."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"

    def result_processor(self, _dialect: Dialect, _coltype: object) -> Any:
        return lambda value: None if value is None else str(value)


class AuditEvent(Base):
    """One act; a refused login has no jurisdiction."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index(None, "tx"),
        Index(None, "jurisdiction_id", "id"),
        Index(None, "jurisdiction_id", "subject_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    jurisdiction_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("jurisdiction.id"), server_default=text(CURRENT_JURISDICTION)
    )
    # Ids are not committed in order; the transaction's own number tells a reader what may still be on its way.
    tx: Mapped[str] = mapped_column(Xid8(), server_default=text("pg_current_xact_id()"))
    at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    verb: Mapped[str]
    role: Mapped[str]
    client_id: Mapped[UUID | None]
    official_id: Mapped[UUID | None]
    subject_id: Mapped[str | None]
    facts: Mapped[dict[str, Any]]
    request_id: Mapped[str]


class AuditSeal(Base):
    """A batch of audit rows, all of the transactions from `low` up to but without `high`, bound to the batch before."""

    __tablename__ = "audit_seal"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    low: Mapped[str] = mapped_column(Xid8(), unique=True)
    high: Mapped[str] = mapped_column(Xid8(), unique=True)
    event_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    hashes: Mapped[list[bytes]] = mapped_column(ARRAY(LargeBinary))
    digest: Mapped[bytes]
    sealed_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class AuditSealExport(Base):
    """How far the seals have been written down outside the database, for each place where they are."""

    __tablename__ = "audit_seal_export"

    destination: Mapped[str] = mapped_column(primary_key=True)
    seal_id: Mapped[int] = mapped_column(BigInteger)
    exported_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class AuditVerification(Base):
    """One night's comparing of all rows with their seals, and the last seal that it has come to."""

    __tablename__ = "audit_verification"

    night: Mapped[date] = mapped_column(primary_key=True)
    began_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    seal_id: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    compared: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    damaged: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    finished_at: Mapped[datetime | None]
