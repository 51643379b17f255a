from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, PrimaryKeyConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from supervision.foundation.database import Base, Local, Named, Versioned, local_table, one_of
from supervision.operations.states import OperationState


class Operation(Named, Versioned, Base):
    """A piece of work that outlasts its request: asked for by an actor, done by the worker."""

    __tablename__ = "operation"
    __table_args__ = local_table(
        one_of("state", OperationState),
        Index("ix_operation_waiting", "created_at", postgresql_where=text("state IN ('queued', 'running')")),
    )

    kind: Mapped[str]
    state: Mapped[str]
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    arguments: Mapped[dict[str, Any]]
    actor: Mapped[dict[str, Any]]
    problems: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    result: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]


class IdempotencyRecord(Local, Base):
    __tablename__ = "idempotency_record"
    __table_args__ = (
        PrimaryKeyConstraint("jurisdiction_id", "client_id", "person_id", "operation", "key"),
        Index(None, "created_at"),
    )

    client_id: Mapped[UUID]
    # The official who signed in or is acted for; where there is none, the client itself.
    person_id: Mapped[UUID]
    operation: Mapped[str]
    key: Mapped[str]
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int | None]
    headers: Mapped[dict[str, Any] | None]
    body: Mapped[bytes | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
