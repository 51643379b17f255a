"""The desk: complaints of a repeated request, and what somebody watches."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import CURRENT, keep_apart

revision = "0011"
down_revision = "0010"

HERE = sa.text(CURRENT)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "burden_complaint",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("about_kind", sa.Text(), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=False),
        sa.Column("earlier_kind", sa.Text(), nullable=True),
        sa.Column("earlier_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("filed_by", sa.Uuid(), nullable=True),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'filed') = (answered_at IS NULL)", name=op.f("ck_burden_complaint_answered_at_a_moment")
        ),
        sa.CheckConstraint(
            "about_kind IN ('obligation', 'notice', 'rectification_order', 'inspection', 'returned_report')",
            name=op.f("ck_burden_complaint_about_kind"),
        ),
        sa.CheckConstraint(
            "earlier_kind IN ('obligation', 'notice', 'rectification_order', 'inspection', 'returned_report')",
            name=op.f("ck_burden_complaint_earlier_kind"),
        ),
        sa.CheckConstraint("state IN ('filed', 'upheld', 'rejected')", name=op.f("ck_burden_complaint_state")),
        sa.CheckConstraint(
            "(answer IS NULL) = (answered_at IS NULL)", name=op.f("ck_burden_complaint_answered_in_words")
        ),
        sa.CheckConstraint(
            "(earlier_kind IS NULL) = (earlier_id IS NULL)", name=op.f("ck_burden_complaint_earlier_whole")
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_burden_complaint_jurisdiction_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_burden_complaint_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_burden_complaint")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_burden_complaint_jurisdiction_id_id")),
    )
    op.create_index(
        op.f("ix_burden_complaint_jurisdiction_id_id"), "burden_complaint", ["jurisdiction_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_burden_complaint_jurisdiction_id_unit_id_id"),
        "burden_complaint",
        ["jurisdiction_id", "unit_id", "id"],
        unique=False,
    )
    op.create_index(
        "uq_burden_complaint_waiting",
        "burden_complaint",
        ["unit_id", "about_kind", "about_id"],
        unique=True,
        postgresql_where=sa.text("state = 'filed'"),
    )
    op.create_table(
        "watch",
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("watched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "item_id"],
            ["item.jurisdiction_id", "item.id"],
            name=op.f("fk_watch_jurisdiction_id_item_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_watch_jurisdiction_id")),
        sa.PrimaryKeyConstraint("item_id", "person_id", name=op.f("pk_watch")),
    )
    op.create_index(op.f("ix_watch_jurisdiction_id_person_id"), "watch", ["jurisdiction_id", "person_id"], unique=False)
    keep_apart(op, "burden_complaint", "watch")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index(op.f("ix_watch_jurisdiction_id_person_id"), table_name="watch")
    op.drop_table("watch")
    op.drop_index(
        "uq_burden_complaint_waiting", table_name="burden_complaint", postgresql_where=sa.text("state = 'filed'")
    )
    op.drop_index(op.f("ix_burden_complaint_jurisdiction_id_unit_id_id"), table_name="burden_complaint")
    op.drop_index(op.f("ix_burden_complaint_jurisdiction_id_id"), table_name="burden_complaint")
    op.drop_table("burden_complaint")
