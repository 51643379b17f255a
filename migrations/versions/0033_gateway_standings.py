"""Gateways lose and regain weight by what they do, and each change is kept with its reason in numbers."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"

NOW = sa.text("clock_timestamp()")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "gateway_standing",
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("share", sa.Integer(), server_default=sa.text("100"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True)),
        sa.Column("looked_at", sa.DateTime(timezone=True)),
        sa.Column("succeeded_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("share BETWEEN 1 AND 100", name=op.f("ck_gateway_standing_share")),
        sa.PrimaryKeyConstraint("gateway", "is_test", name=op.f("pk_gateway_standing")),
    )
    op.create_table(
        "gateway_share_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("share_before", sa.Integer(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint("btrim(reason) <> ''", name=op.f("ck_gateway_share_change_reason")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gateway_share_change")),
    )
    op.create_index(op.f("ix_gateway_share_change_gateway"), "gateway_share_change", ["gateway", "is_test", "id"])
    op.execute("REVOKE ALL ON gateway_standing, gateway_share_change FROM ducha_api, ducha_worker")
    # Whoever sends looks at the gateways; the API shows how they stand.
    op.execute("GRANT SELECT, INSERT, UPDATE ON gateway_standing TO ducha_worker")
    op.execute("GRANT SELECT, INSERT ON gateway_share_change TO ducha_worker")
    op.execute("GRANT SELECT ON gateway_standing, gateway_share_change, gateway_change TO ducha_api")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("REVOKE SELECT ON gateway_change FROM ducha_api")
    op.drop_table("gateway_share_change")
    op.drop_table("gateway_standing")
