"""Each gateway has its own secrets, and messages are erased after their time: what remains is counts and hashes."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

ERASABLE = "erased_at IS NULL AND state IN ('accepted', 'delivered', 'refused', 'failed', 'expired', 'cancelled')"
# What may change of a receipt is that its bytes go.
KEPT = "(NEW.id, NEW.gateway, NEW.received_at, NEW.is_test) IS DISTINCT FROM (OLD.id, OLD.gateway, OLD.received_at, OLD.is_test)"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("receipt", sa.Column("is_test", sa.Boolean(), nullable=True))
    op.add_column("receipt", sa.Column("raw_hash", sa.LargeBinary(), nullable=True))
    for table in ("message", "broadcast"):
        op.add_column(table, sa.Column("text_hash", sa.LargeBinary(), nullable=True))
        op.add_column(table, sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    for table, column in (("broadcast", "text"), ("receipt", "raw")):
        op.execute(f"-- squawk-ignore ban-drop-not-null\nALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL")
    _check("message", "text_once", "(broadcast_id IS NULL AND erased_at IS NULL) = (text IS NOT NULL)")
    _check("broadcast", "erased", "(erased_at IS NULL) = (text IS NOT NULL)", is_new=True)
    _check("receipt", "erased", "(raw_hash IS NULL) = (raw IS NOT NULL)", is_new=True)
    for name, table, columns, where in (
        ("ix_message_erasable", "message", "jurisdiction_id, queued_at", ERASABLE),
        ("ix_receipt_erasable", "receipt", "received_at", "raw IS NOT NULL"),
    ):
        op.execute(
            f"-- squawk-ignore require-concurrent-index-creation\nCREATE INDEX {name} ON {table} ({columns}) WHERE {where}"
        )
    op.execute("DROP TRIGGER never_changed ON receipt")
    _refuse("never_removed", "DELETE", "FOR EACH STATEMENT")
    _refuse("only_erased", "UPDATE", f"FOR EACH ROW WHEN (NEW.raw IS NOT NULL OR {KEPT})")
    op.execute("GRANT UPDATE (raw, raw_hash) ON receipt TO ducha_worker")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("REVOKE UPDATE (raw, raw_hash) ON receipt FROM ducha_worker")
    op.execute("DROP TRIGGER only_erased ON receipt")
    op.execute("DROP TRIGGER never_removed ON receipt")
    for name, table in (("ix_receipt_erasable", "receipt"), ("ix_message_erasable", "message")):
        op.drop_index(name, table_name=table)
    op.drop_constraint("ck_receipt_erased", "receipt")
    op.drop_constraint("ck_broadcast_erased", "broadcast")
    # What was erased stays empty.
    op.execute("UPDATE receipt SET raw = '' WHERE raw IS NULL")
    op.execute("UPDATE broadcast SET text = '' WHERE text IS NULL")
    op.execute("UPDATE message SET text = '' WHERE text IS NULL AND broadcast_id IS NULL")
    _check("message", "text_once", "(broadcast_id IS NULL) = (text IS NOT NULL)")
    for table, column in (("broadcast", "text"), ("receipt", "raw")):
        op.execute(
            f"-- squawk-ignore adding-not-nullable-field\nALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL"
        )
    for table in ("message", "broadcast"):
        op.drop_column(table, "erased_at")
        op.drop_column(table, "text_hash")
    op.drop_column("receipt", "raw_hash")
    op.drop_column("receipt", "is_test")
    _refuse("never_changed", "UPDATE OR DELETE", "FOR EACH STATEMENT")


def _check(table: str, name: str, check: str, *, is_new: bool = False) -> None:
    if not is_new:
        op.execute(f"-- squawk-ignore ban-drop-constraint\nALTER TABLE {table} DROP CONSTRAINT ck_{table}_{name}")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{name} CHECK ({check}) NOT VALID")
    op.execute(
        f"-- squawk-ignore constraint-missing-not-valid\nALTER TABLE {table} VALIDATE CONSTRAINT ck_{table}_{name}"
    )


def _refuse(name: str, what: str, when: str) -> None:
    op.execute(f"CREATE TRIGGER {name} BEFORE {what} ON receipt {when} EXECUTE FUNCTION ducha_refuse_change()")
