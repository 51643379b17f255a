from typing import Any

from alembic import context
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.schema import SchemaItem

from supervision.foundation.database import Base
from supervision.foundation.table_modules import import_tables

# Two processes that migrate at once must take turns; the number is only a name.
MIGRATION_LOCK = 4_701_226

import_tables()


def compared(
    item: SchemaItem,
    _name: str | None,
    kind: str,
    _reflected: bool,  # noqa: FBT001 - Alembic calls it so
    _other: SchemaItem | None,
) -> bool:
    return not (kind == "table" and item.info.get("is_view"))


def main() -> None:
    if context.is_offline_mode():
        context.configure(dialect_name="postgresql", target_metadata=Base.metadata, literal_binds=True)
        with context.begin_transaction():
            context.run_migrations()
        return
    options: dict[str, Any] = dict(context.config.attributes)
    engine = create_engine(options["url"], poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        # A migration that must wait for a busy table gives up rather than make everybody wait behind it.
        connection.execute(text("SET lock_timeout = '5s'"))
        connection.commit()
        context.configure(
            connection=connection, target_metadata=Base.metadata, compare_type=True, include_object=compared
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


main()
