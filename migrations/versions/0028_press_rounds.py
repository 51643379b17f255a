"""Pages of the portal follow rectification orders, and what the press is given every two months."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.guards import keep_apart

revision = "0028"
down_revision = "0027"

HERE = sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column(
        "feed_work", sa.Column("orders_rendered", sa.BigInteger(), server_default=sa.text("0"), nullable=False)
    )
    op.create_table(
        "press_round",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("media", sa.Text(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("sent_by", sa.Uuid(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("releases", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_press_round_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_press_round")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_press_round_jurisdiction_id_id")),
        sa.UniqueConstraint("jurisdiction_id", "month", name=op.f("uq_press_round_jurisdiction_id_month")),
    )
    keep_apart(op, "press_round", append_only=True)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("press_round")
    op.drop_column("feed_work", "orders_rendered")
