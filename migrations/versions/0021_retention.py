"""Files are erased after their time: their hash, size and use stay."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

# What may change of an attachment is that its bytes go.
KEPT = (
    "(NEW.id, NEW.jurisdiction_id, NEW.unit_id, NEW.sha256, NEW.size, NEW.created_at) IS DISTINCT FROM "
    "(OLD.id, OLD.jurisdiction_id, OLD.unit_id, OLD.sha256, OLD.size, OLD.created_at)"
)
ONCE = "uq_attachment_jurisdiction_id_unit_id_sha256"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("attachment", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("-- squawk-ignore ban-drop-not-null\nALTER TABLE attachment ALTER COLUMN content DROP NOT NULL")
    op.execute(
        "ALTER TABLE attachment ADD CONSTRAINT ck_attachment_erased "
        "CHECK ((erased_at IS NULL) = (content IS NOT NULL)) NOT VALID"
    )
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\nALTER TABLE attachment VALIDATE CONSTRAINT ck_attachment_erased"
    )
    # What was erased may be sent again, as another attachment.
    _once("WHERE erased_at IS NULL")
    op.execute(
        f"CREATE TRIGGER only_erased BEFORE UPDATE ON attachment FOR EACH ROW "
        f"WHEN (NEW.content IS NOT NULL OR {KEPT}) EXECUTE FUNCTION ducha_refuse_change()"
    )
    op.execute("GRANT UPDATE (content, erased_at) ON attachment TO ducha_worker")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("REVOKE UPDATE (content, erased_at) ON attachment FROM ducha_worker")
    op.execute("DROP TRIGGER only_erased ON attachment")
    op.execute("-- squawk-ignore ban-drop-constraint\nALTER TABLE attachment DROP CONSTRAINT ck_attachment_erased")
    op.execute("-- squawk-ignore ban-drop-constraint\nALTER TABLE attachment DROP CONSTRAINT ck_attachment_size")
    # What was erased stays empty, and where the same was sent again this refuses, and leaves everything as it is.
    op.execute("UPDATE attachment SET content = '', size = 0 WHERE content IS NULL")
    op.execute(
        "ALTER TABLE attachment ADD CONSTRAINT ck_attachment_size CHECK (size = octet_length(content)) NOT VALID"
    )
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\nALTER TABLE attachment VALIDATE CONSTRAINT ck_attachment_size"
    )
    op.execute("-- squawk-ignore adding-not-nullable-field\nALTER TABLE attachment ALTER COLUMN content SET NOT NULL")
    op.execute(f"DROP INDEX {ONCE}")
    op.execute(
        f"-- squawk-ignore disallowed-unique-constraint\nALTER TABLE attachment ADD CONSTRAINT {ONCE} "
        "UNIQUE NULLS NOT DISTINCT (jurisdiction_id, unit_id, sha256)"
    )
    op.drop_column("attachment", "erased_at")


def _once(where: str) -> None:
    op.execute(f"-- squawk-ignore ban-drop-constraint\nALTER TABLE attachment DROP CONSTRAINT {ONCE}")
    op.execute(
        f"-- squawk-ignore require-concurrent-index-creation\nCREATE UNIQUE INDEX {ONCE} ON attachment "
        f"(jurisdiction_id, unit_id, sha256) NULLS NOT DISTINCT {where}"
    )
