"""A gateway can be switched off for maintenance, and each change is kept with its reason."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "gateway_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column(
            "changed_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("btrim(reason) <> ''", name=op.f("ck_gateway_change_reason")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gateway_change")),
    )
    op.create_index(op.f("ix_gateway_change_gateway"), "gateway_change", ["gateway", "is_test", "id"])
    # Whoever keeps the servers switches, as the owner of the tables; the worker reads.
    op.execute("REVOKE ALL ON gateway_change FROM ducha_api, ducha_worker")
    op.execute("GRANT SELECT ON gateway_change TO ducha_worker")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("gateway_change")
