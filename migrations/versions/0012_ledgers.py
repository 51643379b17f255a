"""Periods go on across the years whatever the ledgers' state."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("jurisdiction", sa.Column("periods_from", sa.Date(), nullable=True))
    # What nobody was asked for in a year without a ledger is not asked for afterwards, when it could only be late.
    op.execute(
        "UPDATE jurisdiction j SET periods_from = (coalesce("
        "(SELECT held_at FROM held_clock c WHERE c.jurisdiction_id = j.id), now()"
        ") AT TIME ZONE 'Asia/Shanghai')::date "
        "WHERE EXISTS (SELECT FROM ledger l WHERE l.jurisdiction_id = j.id) "
        "OR EXISTS (SELECT FROM item i WHERE i.jurisdiction_id = j.id)"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("jurisdiction", "periods_from")
