"""What one proposes and another approves."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.guards import keep_apart

revision = "0019"
down_revision = "0018"

KINDS = (
    "'set_item_procedure', 'set_notice_procedure', 'terminate_item', 'write_template', 'propose_broadcast', "
    "'adopt_scoring_policy'"
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "jurisdiction_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_proposal_kind")),
        sa.CheckConstraint("state IN ('proposed', 'approved', 'refused')", name=op.f("ck_proposal_state")),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_proposal_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_proposal_jurisdiction_id_id")),
    )
    op.create_index(op.f("ix_proposal_jurisdiction_id_state"), "proposal", ["jurisdiction_id", "state"], unique=False)
    keep_apart(op, "proposal")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index(op.f("ix_proposal_jurisdiction_id_state"), table_name="proposal")
    op.drop_table("proposal")
