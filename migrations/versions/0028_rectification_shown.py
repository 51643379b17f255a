"""Pages of the portal follow rectification orders."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0025"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column(
        "feed_work", sa.Column("orders_rendered", sa.BigInteger(), server_default=sa.text("0"), nullable=False)
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("feed_work", "orders_rendered")
