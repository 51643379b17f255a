"""Uploads have names and more types, may be kept beside the database, and bear out progress reports."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import CURRENT, keep_apart

revision = "0026"
down_revision = "0025"

KEPT = (
    "(NEW.id, NEW.jurisdiction_id, NEW.unit_id, NEW.sha256, NEW.size, NEW.created_at) IS DISTINCT FROM "
    "(OLD.id, OLD.jurisdiction_id, OLD.unit_id, OLD.sha256, OLD.size, OLD.created_at)"
)
OFFICE = "'application/vnd.openxmlformats-officedocument."
OLD_TYPES = (
    f"'application/pdf', 'image/jpeg', 'image/png', {OFFICE}spreadsheetml.sheet', {OFFICE}wordprocessingml.document'"
)
NEW_TYPES = f"'application/pdf', 'image/jpeg', 'image/png', 'image/heic', {OFFICE}spreadsheetml.sheet', {OFFICE}wordprocessingml.document', 'text/plain'"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("attachment", sa.Column("stored_as", sa.Text(), nullable=True))
    _check("attachment", "erased", "(erased_at IS NULL) = (num_nonnulls(content, stored_as) = 1)")
    _check("upload", "media_type", f"media_type IN ({NEW_TYPES})")
    op.execute(
        "-- squawk-ignore require-concurrent-index-creation\n"
        "CREATE INDEX ix_attachment_jurisdiction_id_stored_as ON attachment (jurisdiction_id, stored_as)"
    )
    op.execute("DROP TRIGGER only_erased ON attachment")
    op.execute(
        f"CREATE TRIGGER only_erased BEFORE UPDATE ON attachment FOR EACH ROW WHEN (NEW.content IS NOT NULL "
        f"OR NEW.stored_as IS NOT NULL OR {KEPT}) EXECUTE FUNCTION ducha_refuse_change()"
    )
    op.execute("GRANT UPDATE (stored_as) ON attachment TO ducha_worker")
    op.add_column("upload", sa.Column("name", sa.Text(), nullable=True))
    _add_progress_evidence()


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("progress_evidence")
    op.drop_column("upload", "name")
    op.execute("REVOKE UPDATE (stored_as) ON attachment FROM ducha_worker")
    op.execute("DROP TRIGGER only_erased ON attachment")
    op.execute(
        f"CREATE TRIGGER only_erased BEFORE UPDATE ON attachment FOR EACH ROW "
        f"WHEN (NEW.content IS NOT NULL OR {KEPT}) EXECUTE FUNCTION ducha_refuse_change()"
    )
    # Where bytes lie in the store, or uploads are of the new types, these refuse, and leave everything as it is.
    _check("upload", "media_type", f"media_type IN ({OLD_TYPES})")
    _check("attachment", "erased", "(erased_at IS NULL) = (content IS NOT NULL)")
    op.execute("DROP INDEX ix_attachment_jurisdiction_id_stored_as")
    op.drop_column("attachment", "stored_as")


def _add_progress_evidence() -> None:
    name = "progress_evidence"
    op.create_table(
        name,
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=sa.text(CURRENT), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("attachment_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=f"fk_{name}_jurisdiction_id"),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "entry_id"],
            ["progress_entry.jurisdiction_id", "progress_entry.id"],
            name=f"fk_{name}_jurisdiction_id_entry_id",
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "attachment_id"],
            ["attachment.jurisdiction_id", "attachment.id"],
            name=f"fk_{name}_jurisdiction_id_attachment_id",
        ),
        sa.PrimaryKeyConstraint("entry_id", "attachment_id", name=f"pk_{name}"),
    )
    op.create_index(f"ix_{name}_attachment_id", name, ["attachment_id"])
    keep_apart(op, name, append_only=True)


def _check(table: str, name: str, condition: str) -> None:
    op.execute(f"-- squawk-ignore ban-drop-constraint\nALTER TABLE {table} DROP CONSTRAINT ck_{table}_{name}")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{name} CHECK ({condition}) NOT VALID")
    op.execute(
        f"-- squawk-ignore constraint-missing-not-valid\nALTER TABLE {table} VALIDATE CONSTRAINT ck_{table}_{name}"
    )
