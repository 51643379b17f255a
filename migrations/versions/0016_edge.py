"""Refused logins are counted in memory; clients can be disabled; keys end; a receipt and a unit's bytes are kept once."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

FIND_KEY = """
CREATE FUNCTION ducha_find_key(wanted text)
RETURNS TABLE (
    jurisdiction_id uuid, jurisdiction_kind text, client_id uuid, role text, unit_id uuid,
    may_act_for_officials boolean, kind text, secret_hash bytea, scopes text[], expires_at timestamptz,
    revoked_at timestamptz, disabled_at timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
    SELECT k.jurisdiction_id, j.kind, k.client_id, c.role, c.unit_id,
           c.may_act_for_officials, k.kind, k.secret_hash, k.scopes, k.expires_at, k.revoked_at, c.disabled_at
    FROM client_key k JOIN client c ON c.id = k.client_id JOIN jurisdiction j ON j.id = k.jurisdiction_id
    WHERE k.lookup = wanted
$$;
"""
FIND_KEY_BEFORE = """
CREATE FUNCTION ducha_find_key(wanted text, caller text)
RETURNS TABLE (
    jurisdiction_id uuid, jurisdiction_kind text, client_id uuid, role text, unit_id uuid,
    may_act_for_officials boolean, kind text, secret_hash bytea, scopes text[], expires_at timestamptz,
    revoked_at timestamptz, is_locked boolean
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
    SELECT k.jurisdiction_id, j.kind, k.client_id, c.role, c.unit_id,
           c.may_act_for_officials, k.kind, k.secret_hash, k.scopes, k.expires_at, k.revoked_at,
           EXISTS (
               SELECT FROM refused_login r WHERE r.lookup = wanted AND r.address = caller
               AND r.failures >= 5 AND r.first_at > now() - interval '15 minutes'
           )
    FROM client_key k JOIN client c ON c.id = k.client_id JOIN jurisdiction j ON j.id = k.jurisdiction_id
    WHERE k.lookup = wanted
$$;
"""
# It sees every county, so it belongs to the worker's role and to nobody mightier.
OWNED = """
REVOKE ALL ON FUNCTION {function} FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {function} TO ducha_api;
GRANT CREATE ON SCHEMA public TO ducha_worker;
ALTER FUNCTION {function} OWNER TO ducha_worker;
REVOKE CREATE ON SCHEMA public FROM ducha_worker;
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("client", sa.Column("disabled_at", sa.DateTime(timezone=True)))
    # The API of the release before counts in the table that goes, so it ends with this migration in any case.
    op.execute("-- squawk-ignore ban-drop-function\nDROP FUNCTION ducha_find_key(text, text)")
    op.execute(FIND_KEY)
    op.execute(OWNED.format(function="ducha_find_key(text)"))
    op.execute("-- squawk-ignore ban-drop-table\nDROP TABLE refused_login")
    # A year from now on is time enough to put another in its place.
    op.execute(
        "UPDATE client_key SET expires_at = now() + interval '366 days' WHERE expires_at > now() + interval '366 days'"
    )
    op.add_column("receipt", sa.Column("webhook_id", sa.Text()))
    _unique("receipt", "gateway, is_test, webhook_id")
    op.add_column("attachment", sa.Column("unit_id", sa.Uuid()))
    # No row has a unit yet, so there is nothing to look through.
    op.execute(
        "-- squawk-ignore adding-foreign-key-constraint, constraint-missing-not-valid\n"
        "ALTER TABLE attachment ADD CONSTRAINT fk_attachment_jurisdiction_id_unit_id "
        "FOREIGN KEY (jurisdiction_id, unit_id) REFERENCES unit (jurisdiction_id, id)"
    )
    _unique("attachment", "jurisdiction_id, unit_id, sha256", "NULLS NOT DISTINCT")
    _drop("attachment", "uq_attachment_jurisdiction_id_sha256")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    # Where two units have sent the same bytes this refuses, and leaves everything as it is.
    _unique("attachment", "jurisdiction_id, sha256")
    op.drop_column("attachment", "unit_id")
    op.drop_column("receipt", "webhook_id")
    op.create_table(
        "refused_login",
        sa.Column("lookup", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("lookup", "address", name=op.f("pk_refused_login")),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON refused_login TO ducha_api, ducha_worker")
    op.execute("DROP FUNCTION ducha_find_key(text)")
    op.execute(FIND_KEY_BEFORE)
    op.execute(OWNED.format(function="ducha_find_key(text, text)"))
    op.drop_column("client", "disabled_at")


def _unique(table: str, columns: str, nulls: str = "") -> None:
    name = columns.replace(", ", "_")
    op.execute(
        "-- squawk-ignore disallowed-unique-constraint\n"
        f"ALTER TABLE {table} ADD CONSTRAINT uq_{table}_{name} UNIQUE {nulls} ({columns})"
    )


def _drop(table: str, constraint: str) -> None:
    op.execute(f"-- squawk-ignore ban-drop-constraint\nALTER TABLE {table} DROP CONSTRAINT {constraint}")
