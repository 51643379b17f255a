"""What officials send back by SMS."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0034"
down_revision = "0033"

CURRENT = "nullif(current_setting('ducha.jurisdiction', true), '')::uuid"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "reply",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("receipt_id", sa.BigInteger(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid()),
        sa.Column("telephone_indexes", postgresql.ARRAY(sa.LargeBinary()), nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("at", sa.DateTime(timezone=True)),
        sa.Column(
            "received_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("message_id", sa.BigInteger()),
        sa.Column("official_id", sa.Uuid()),
        sa.Column("meaning", sa.Text()),
        sa.Column("note", sa.Text()),
        sa.Column("handled_by", sa.Uuid()),
        sa.Column("handled_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("state IN ('waiting', 'matched', 'repeated', 'unmatched')", name=op.f("ck_reply_state")),
        sa.CheckConstraint("meaning IN ('acknowledgement', 'unsubscription', 'other')", name=op.f("ck_reply_meaning")),
        sa.CheckConstraint("(state = 'matched') = (jurisdiction_id IS NOT NULL)", name=op.f("ck_reply_matched")),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipt.id"], name=op.f("fk_reply_receipt_id")),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_reply_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply")),
    )
    op.create_index("ix_reply_waiting", "reply", ["id"], postgresql_where=sa.text("state = 'waiting'"))
    op.create_index(op.f("ix_reply_jurisdiction_id_id"), "reply", ["jurisdiction_id", "id"])
    op.create_index(op.f("ix_reply_receipt_id"), "reply", ["receipt_id"])
    unhandled = sa.text("handled_at IS NULL")
    op.create_index("ix_reply_unhandled", "reply", ["jurisdiction_id", "id"], postgresql_where=unhandled)
    # A reply is let in before anybody knows whose it is, and is shown to its county only.
    op.execute("ALTER TABLE reply ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY one_jurisdiction ON reply TO ducha_api USING (jurisdiction_id = {CURRENT}) "
        f"WITH CHECK (jurisdiction_id IS NOT DISTINCT FROM {CURRENT})"
    )
    op.execute("CREATE POLICY all_jurisdictions ON reply TO ducha_worker, ducha_owner USING (true) WITH CHECK (true)")
    op.execute("GRANT SELECT, INSERT, UPDATE ON reply TO ducha_api, ducha_worker")
    # A reply tells a number and no county.
    _index_numbers(
        "ix_official_telephone_index", "telephone_index", instead="ix_official_jurisdiction_id_telephone_index"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    local = "ix_official_jurisdiction_id_telephone_index"
    _index_numbers(local, "jurisdiction_id, telephone_index", instead="ix_official_telephone_index")
    op.drop_table("reply")


def _index_numbers(name: str, columns: str, *, instead: str) -> None:
    # Officials are few beside their messages.
    op.execute(f"-- squawk-ignore require-concurrent-index-creation\nCREATE INDEX {name} ON official ({columns})")
    op.execute(f"-- squawk-ignore require-concurrent-index-deletion\nDROP INDEX {instead}")
