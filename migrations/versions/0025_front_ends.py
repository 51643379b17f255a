"""A key lets in, and a front end acts for an official, once another administrator has approved it."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import keep_apart

revision = "0025"
down_revision = "0024"

KINDS = (
    "'set_item_procedure', 'set_notice_procedure', 'terminate_item', 'write_template', 'propose_broadcast', "
    "'adopt_scoring_policy'"
)
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
    WHERE k.lookup = wanted{waiting}
$$;
"""
# It sees every county, so it belongs to the worker's role and to nobody mightier.
OWNED = """
REVOKE ALL ON FUNCTION ducha_find_key(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ducha_find_key(text) TO ducha_api;
GRANT CREATE ON SCHEMA public TO ducha_worker;
ALTER FUNCTION ducha_find_key(text) OWNER TO ducha_worker;
REVOKE CREATE ON SCHEMA public FROM ducha_worker;
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _add_approval_of_keys()
    _create_named_officials()
    _create_two_person_steps()


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    # What waits to be approved is a choice that the release before does not have.
    op.execute("DELETE FROM proposal WHERE kind = 'set_two_person_steps'")
    _let_be_proposed(KINDS)
    op.drop_table("two_person_step")
    op.drop_table("client_official")
    _drop_approval_of_keys()


def _add_approval_of_keys() -> None:
    op.add_column("client_key", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("client_key", sa.Column("issued_by", sa.Uuid()))
    op.add_column("client_key", sa.Column("approved_by", sa.Uuid()))
    op.add_column("client_key", sa.Column("approved_at", sa.DateTime(timezone=True)))
    # Keys that are in use go on letting in.
    op.execute("UPDATE client_key SET approved_at = created_at")
    _find_keys(" AND k.approved_at IS NOT NULL")


def _drop_approval_of_keys() -> None:
    # The release before knows no key that waits, and would let it in.
    op.execute("UPDATE client_key SET revoked_at = now() WHERE approved_at IS NULL AND revoked_at IS NULL")
    _find_keys("")
    for column in ("approved_at", "approved_by", "issued_by", "version"):
        op.drop_column("client_key", column)


def _find_keys(waiting: str) -> None:
    op.execute("-- squawk-ignore ban-drop-function\nDROP FUNCTION ducha_find_key(text)")
    op.execute(FIND_KEY.format(waiting=waiting))
    op.execute(OWNED)


def _create_named_officials() -> None:
    op.create_table(
        "client_official",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "jurisdiction_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("official_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_client_official_jurisdiction_id")
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "client_id"],
            ["client.jurisdiction_id", "client.id"],
            name=op.f("fk_client_official_jurisdiction_id_client_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "official_id"],
            ["official.jurisdiction_id", "official.id"],
            name=op.f("fk_client_official_jurisdiction_id_official_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_official")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_client_official_jurisdiction_id_id")),
    )
    op.create_index(op.f("ix_client_official_client_id"), "client_official", ["client_id"], unique=False)
    op.create_index(
        "uq_client_official",
        "client_official",
        ["client_id", "official_id", "role"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    keep_apart(op, "client_official")


def _create_two_person_steps() -> None:
    op.create_table(
        "two_person_step",
        sa.Column(
            "jurisdiction_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("is_asked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_two_person_step_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("jurisdiction_id", "operation", name=op.f("pk_two_person_step")),
    )
    keep_apart(op, "two_person_step")
    _let_be_proposed(f"{KINDS}, 'set_two_person_steps'")


def _let_be_proposed(kinds: str) -> None:
    op.execute("-- squawk-ignore ban-drop-constraint\nALTER TABLE proposal DROP CONSTRAINT ck_proposal_kind")
    # A county has few proposals.
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        f"ALTER TABLE proposal ADD CONSTRAINT ck_proposal_kind CHECK (kind IN ({kinds}))"
    )
