"""People sign in at identity providers, and their roles are appointments."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.guards import keep_apart

revision = "0017"
down_revision = "0016"

# Before a token is checked nobody knows whose county it is of; the function sees every county, so it is the worker's.
FIND_PROVIDER = """
CREATE FUNCTION ducha_find_provider(wanted text)
RETURNS TABLE (
    jurisdiction_id uuid, id uuid, issuer text, jwks_url text, audience text, client_claim text, subject_claim text,
    algorithms text[], second_factors text[], longest_life_seconds integer
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
    SELECT p.jurisdiction_id, p.id, p.issuer, p.jwks_url, p.audience, p.client_claim, p.subject_claim,
           p.algorithms, p.second_factors, p.longest_life_seconds
    FROM identity_provider p WHERE p.issuer = wanted AND p.ended_at IS NULL
$$;
REVOKE ALL ON FUNCTION ducha_find_provider(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ducha_find_provider(text) TO ducha_api;
GRANT CREATE ON SCHEMA public TO ducha_worker;
ALTER FUNCTION ducha_find_provider(text) OWNER TO ducha_worker;
REVOKE CREATE ON SCHEMA public FROM ducha_worker;
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "identity_provider",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "jurisdiction_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("jwks_url", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=True),
        sa.Column("client_claim", sa.Text(), nullable=False),
        sa.Column("subject_claim", sa.Text(), nullable=False),
        sa.Column("algorithms", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("second_factors", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("longest_life_seconds", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(audience IS NULL) = (client_claim = 'aud')", name=op.f("ck_identity_provider_audience")),
        sa.CheckConstraint("longest_life_seconds BETWEEN 60 AND 86400", name=op.f("ck_identity_provider_longest_life")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_identity_provider_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_provider")),
        sa.UniqueConstraint("issuer", name=op.f("uq_identity_provider_issuer")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_identity_provider_jurisdiction_id_id")),
    )
    op.create_table(
        "appointment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "jurisdiction_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("official_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("granted_by", sa.Uuid(), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(role = 'unit') = (unit_id IS NOT NULL)", name=op.f("ck_appointment_unit_role_has_unit")),
        sa.CheckConstraint("state IN ('granted', 'approved', 'refused', 'ended')", name=op.f("ck_appointment_state")),
        sa.CheckConstraint("until_on >= since_on", name=op.f("ck_appointment_until_follows_since")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "official_id"],
            ["official.jurisdiction_id", "official.id"],
            name=op.f("fk_appointment_jurisdiction_id_official_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_appointment_jurisdiction_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_appointment_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_appointment_jurisdiction_id_id")),
    )
    op.create_index(op.f("ix_appointment_official_id"), "appointment", ["official_id"], unique=False)
    op.create_table(
        "sign_in_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "jurisdiction_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("official_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("code_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proposed_by", sa.Uuid(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "approved_at IS NULL OR subject IS NOT NULL", name=op.f("ck_sign_in_link_approved_has_subject")
        ),
        sa.CheckConstraint(
            "subject IS NOT NULL OR code_hash IS NOT NULL", name=op.f("ck_sign_in_link_subject_or_code")
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "official_id"],
            ["official.jurisdiction_id", "official.id"],
            name=op.f("fk_sign_in_link_jurisdiction_id_official_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "provider_id"],
            ["identity_provider.jurisdiction_id", "identity_provider.id"],
            name=op.f("fk_sign_in_link_jurisdiction_id_provider_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_sign_in_link_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_link")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_sign_in_link_code_hash")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_sign_in_link_jurisdiction_id_id")),
    )
    op.create_index(
        "uq_sign_in_link_official",
        "sign_in_link",
        ["official_id", "provider_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_sign_in_link_subject",
        "sign_in_link",
        ["provider_id", "subject"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.add_column("client", sa.Column("token_client", sa.Text(), nullable=True))
    op.execute(
        "-- squawk-ignore disallowed-unique-constraint\n"
        "ALTER TABLE client ADD CONSTRAINT uq_client_jurisdiction_id_token_client UNIQUE (jurisdiction_id, token_client)"
    )
    keep_apart(op, "identity_provider", "appointment", "sign_in_link")
    op.execute(FIND_PROVIDER)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP FUNCTION ducha_find_provider(text)")
    op.drop_constraint(op.f("uq_client_jurisdiction_id_token_client"), "client", type_="unique")
    op.drop_column("client", "token_client")
    op.drop_index("uq_sign_in_link_subject", table_name="sign_in_link", postgresql_where=sa.text("ended_at IS NULL"))
    op.drop_index("uq_sign_in_link_official", table_name="sign_in_link", postgresql_where=sa.text("ended_at IS NULL"))
    op.drop_table("sign_in_link")
    op.drop_index(op.f("ix_appointment_official_id"), table_name="appointment")
    op.drop_table("appointment")
    op.drop_table("identity_provider")
