"""One worker at a time has the session with a gateway; the parts of a long text are reported one by one."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import keep_apart

revision = "0032"
down_revision = "0031"

HERE = sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "gateway_session",
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("owner", sa.Uuid(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("gateway", "is_test", name=op.f("pk_gateway_session")),
    )
    op.execute("REVOKE ALL ON gateway_session FROM ducha_api, ducha_worker")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON gateway_session TO ducha_worker")
    op.create_table(
        "message_part",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("delivered", sa.Boolean()),
        sa.Column("code", sa.Text()),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_message_part_jurisdiction_id")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "message_id"],
            ["message.jurisdiction_id", "message.id"],
            name=op.f("fk_message_part_jurisdiction_id_message_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_part")),
    )
    op.create_index(op.f("ix_message_part_message_id"), "message_part", ["message_id"])
    op.create_index(op.f("ix_message_part_gateway_reference"), "message_part", ["gateway", "reference"])
    keep_apart(op, "message_part")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("message_part")
    op.drop_table("gateway_session")
