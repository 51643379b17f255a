from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, Literal, cast
from uuid import UUID

import orjson
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Integer,
    MetaData,
    Numeric,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, declared_attr, mapped_column
from sqlalchemy.schema import SchemaItem

from supervision.foundation.ids import new_id
from supervision.foundation.sessions import DriverSession, SyncSession
from supervision.foundation.texts import fold

DatabaseRole = Literal["ducha_owner", "ducha_api", "ducha_worker"]

# The server fills the jurisdiction from the transaction, so no line of Python can forget or forge it.
CURRENT_JURISDICTION = "nullif(current_setting('ducha.jurisdiction', true), '')::uuid"


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: Mapping[Any, Any] = {
        str: Text(),
        int: Integer(),
        date: Date(),
        datetime: DateTime(timezone=True),
        Decimal: Numeric(18, 4),
        UUID: Uuid(),
        dict[str, Any]: JSONB(),
        list[dict[str, Any]]: JSONB(),
    }


class Local:
    """A row that belongs to one jurisdiction."""

    jurisdiction_id: Mapped[UUID] = mapped_column(
        ForeignKey("jurisdiction.id"), server_default=text(CURRENT_JURISDICTION), sort_order=-9
    )


class Versioned:
    """What can change, and is changed by whoever has read its last version (If-Match)."""

    version: Mapped[int]

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - SQLAlchemy's own way
        return {"version_id_col": cls.__table__.c.version}  # type: ignore[attr-defined]


class Signed(Versioned):
    """What people put their name to as they have read it; its version moves with every one of the fields signed."""

    # Those of its answer that are its content, and none that tells how far it has come.
    signed_fields: ClassVar[tuple[str, ...]]


class Named(Local):
    """A local row that the API names by a UUIDv7."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-10)

    def __init__(self, **columns: Any) -> None:
        # Known from the start, so that audit rows and other rows can name it before anything is flushed.
        super().__init__(**{"id": new_id(), **columns})


class Massed(Local):
    """A local row of which there are very many."""

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True, sort_order=-10)


def local_table(*items: SchemaItem) -> tuple[SchemaItem, ...]:
    """Return the table arguments of a Named table: what composite foreign keys need, and the given items."""
    return (UniqueConstraint("jurisdiction_id", "id"), *items)


def one_of(column: str, values: Iterable[StrEnum]) -> CheckConstraint:
    """Let a column hold these members of an enumeration only."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(str(value)) for value in values)})", name=column)


def folded(of: str) -> MappedColumn[str]:
    """Hold the fold of another column, by which names are unique; a class that amends the name amends this with it."""
    return mapped_column(default=lambda context: fold(context.get_current_parameters()[of]))


def belongs_to(table: str, column: str) -> ForeignKeyConstraint:
    """Tie a column to another local table within the same jurisdiction, because foreign keys ignore row security."""
    return ForeignKeyConstraint(["jurisdiction_id", column], [f"{table}.jurisdiction_id", f"{table}.id"])


async def enter(session: AsyncSession, jurisdiction_id: UUID | None, *, role: DatabaseRole | None = None) -> None:
    """Put the session, its running transaction included, into one jurisdiction (or none) and role."""
    session.info["jurisdiction"] = jurisdiction_id
    if role:
        session.info["role"] = role
    await cast(DriverSession, session).enter()


Sessions = async_sessionmaker[AsyncSession]


# What waits to be sent changes faster than the planner's statistics. Under the default price, meant for turning disks,
# it would rather read and sort a whole queue than follow the index that has its order.
_SERVER_SETTINGS = (
    "TimeZone=UTC",
    "statement_timeout=30000",
    # Nothing of ours waits within a transaction for anybody but the database.
    "idle_in_transaction_session_timeout=60000",
    "random_page_cost=1.1",
)


def make_engine(url: str, *, pool_size: int = 10, pool_wait_seconds: float = 5, **options: Any) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_wait_seconds,
        pool_reset_on_return="rollback",
        hide_parameters=True,
        json_deserializer=orjson.loads,
        connect_args={"options": " ".join(f"-c {each}" for each in _SERVER_SETTINGS), "connect_timeout": 5},
        **options,
    )


def make_sessions(engine: Any, role: DatabaseRole, **options: Any) -> Sessions:
    return async_sessionmaker(
        engine,
        class_=DriverSession,
        sync_session_class=SyncSession,
        expire_on_commit=False,
        info={"role": role},
        **options,
    )


def ask_worker(session: AsyncSession, job: str) -> None:
    """Ask that the worker be woken for a job once this transaction is committed; nothing is lost if it is not."""
    session.info.setdefault("doorbell", set()).add(job)
