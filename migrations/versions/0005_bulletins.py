"""Circulars with commendation and criticism, rectification orders, media follow-up, accountability proposals."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.guards import keep_apart

revision = "0005"
down_revision = "0004"

# What counties that stand already are given; new ones write their templates when they are founded.
CIRCULAR = "{number}已印发，其中涉及贵单位，请登录督查系统查看。"
# What is out, or was given up, stays as it is whoever writes; and whom it names is settled before it is checked.
FROZEN = """
CREATE TRIGGER never_changed_once_final BEFORE UPDATE ON circular
    FOR EACH ROW WHEN (OLD.state IN ('issued', 'discarded')) EXECUTE FUNCTION ducha_refuse_change();
CREATE FUNCTION ducha_refuse_late_remark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT state FROM circular WHERE id = NEW.circular_id) IS DISTINCT FROM 'drafted' THEN
        RAISE EXCEPTION 'the circular is no draft';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER drafts_only BEFORE INSERT ON commendation
    FOR EACH ROW EXECUTE FUNCTION ducha_refuse_late_remark();
CREATE TRIGGER drafts_only BEFORE INSERT ON criticism
    FOR EACH ROW EXECUTE FUNCTION ducha_refuse_late_remark();
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "circular",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "jurisdiction_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("cut_off_on", sa.Date(), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("laggards", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=True),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_by", sa.Uuid(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("issued_by", sa.Uuid(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'issued') = (number IS NOT NULL)", name=op.f("ck_circular_number_once_issued")),
        sa.CheckConstraint("state IN ('drafted', 'checked', 'issued', 'discarded')", name=op.f("ck_circular_state")),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_circular_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circular")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_circular_jurisdiction_id_id")),
        sa.UniqueConstraint(
            "jurisdiction_id", "year", "sequence", name=op.f("uq_circular_jurisdiction_id_year_sequence")
        ),
    )
    op.create_index(op.f("ix_circular_jurisdiction_id_id"), "circular", ["jurisdiction_id", "id"], unique=False)
    op.create_index(
        "uq_circular_month",
        "circular",
        ["jurisdiction_id", "month"],
        unique=True,
        postgresql_where=sa.text("state <> 'discarded'"),
    )
    op.create_table(
        "circular_counter",
        sa.Column(
            "jurisdiction_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_circular_counter_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("jurisdiction_id", "year", name=op.f("pk_circular_counter")),
    )
    op.create_table(
        "commendation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "jurisdiction_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("circular_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "circular_id"],
            ["circular.jurisdiction_id", "circular.id"],
            name=op.f("fk_commendation_jurisdiction_id_circular_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_commendation_jurisdiction_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_commendation_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commendation")),
        sa.UniqueConstraint("circular_id", "unit_id", name=op.f("uq_commendation_circular_id_unit_id")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_commendation_jurisdiction_id_id")),
    )
    op.create_table(
        "media_follow_up",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "jurisdiction_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("medium", sa.Text(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("logged_by", sa.Uuid(), nullable=True),
        sa.Column("logged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("concluded_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('asked', 'concluded')", name=op.f("ck_media_follow_up_state")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "item_id"],
            ["item.jurisdiction_id", "item.id"],
            name=op.f("fk_media_follow_up_jurisdiction_id_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_media_follow_up_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media_follow_up")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_media_follow_up_jurisdiction_id_id")),
    )
    op.create_index(
        op.f("ix_media_follow_up_jurisdiction_id_id"), "media_follow_up", ["jurisdiction_id", "id"], unique=False
    )
    op.create_table(
        "rectification_order",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "jurisdiction_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("limit_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ordered_by", sa.Uuid(), nullable=True),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('ordered', 'reported', 'closed')", name=op.f("ck_rectification_order_state")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "item_id"],
            ["item.jurisdiction_id", "item.id"],
            name=op.f("fk_rectification_order_jurisdiction_id_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_rectification_order_jurisdiction_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_rectification_order_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rectification_order")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_rectification_order_jurisdiction_id_id")),
    )
    op.create_index(
        op.f("ix_rectification_order_jurisdiction_id_id"),
        "rectification_order",
        ["jurisdiction_id", "id"],
        unique=False,
    )
    op.create_table(
        "criticism",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "jurisdiction_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("circular_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("official_id", sa.Uuid(), nullable=True),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("(unit_id IS NULL) <> (official_id IS NULL)", name=op.f("ck_criticism_unit_or_official")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "circular_id"],
            ["circular.jurisdiction_id", "circular.id"],
            name=op.f("fk_criticism_jurisdiction_id_circular_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "item_id"],
            ["item.jurisdiction_id", "item.id"],
            name=op.f("fk_criticism_jurisdiction_id_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "official_id"],
            ["official.jurisdiction_id", "official.id"],
            name=op.f("fk_criticism_jurisdiction_id_official_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_criticism_jurisdiction_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_criticism_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criticism")),
        sa.UniqueConstraint(
            "circular_id",
            "unit_id",
            "official_id",
            "item_id",
            name=op.f("uq_criticism_circular_id_unit_id_official_id_item_id"),
            postgresql_nulls_not_distinct=True,
        ),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_criticism_jurisdiction_id_id")),
    )
    op.create_table(
        "rectification_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "jurisdiction_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reported_by", sa.Uuid(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("finding", sa.Text(), nullable=True),
        sa.Column("verified_by", sa.Uuid(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("verdict IN ('closed', 'returned')", name=op.f("ck_rectification_report_verdict")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "order_id"],
            ["rectification_order.jurisdiction_id", "rectification_order.id"],
            name=op.f("fk_rectification_report_jurisdiction_id_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_rectification_report_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rectification_report")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_rectification_report_jurisdiction_id_id")),
        sa.UniqueConstraint("order_id", "round", name=op.f("uq_rectification_report_order_id_round")),
    )
    op.create_table(
        "accountability_proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "jurisdiction_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("official_id", sa.Uuid(), nullable=True),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deciding_body", sa.Text(), nullable=True),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('proposed', 'sent', 'answered')", name=op.f("ck_accountability_proposal_state")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "official_id"],
            ["official.jurisdiction_id", "official.id"],
            name=op.f("fk_accountability_proposal_jurisdiction_id_official_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "task_id"],
            ["task.jurisdiction_id", "task.id"],
            name=op.f("fk_accountability_proposal_jurisdiction_id_task_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_accountability_proposal_jurisdiction_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_accountability_proposal_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accountability_proposal")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_accountability_proposal_jurisdiction_id_id")),
    )
    op.create_index(
        op.f("ix_accountability_proposal_jurisdiction_id_id"),
        "accountability_proposal",
        ["jurisdiction_id", "id"],
        unique=False,
    )
    op.create_table(
        "traced_person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "jurisdiction_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("official_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "part IN ('principal_leader', 'leader_in_charge', 'responsible_person')", name=op.f("ck_traced_person_part")
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "official_id"],
            ["official.jurisdiction_id", "official.id"],
            name=op.f("fk_traced_person_jurisdiction_id_official_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "proposal_id"],
            ["accountability_proposal.jurisdiction_id", "accountability_proposal.id"],
            name=op.f("fk_traced_person_jurisdiction_id_proposal_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_traced_person_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_traced_person")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_traced_person_jurisdiction_id_id")),
        sa.UniqueConstraint(
            "proposal_id", "official_id", "part", name=op.f("uq_traced_person_proposal_id_official_id_part")
        ),
    )
    keep_apart(
        op,
        "circular",
        "circular_counter",
        "rectification_order",
        "rectification_report",
        "media_follow_up",
        "accountability_proposal",
    )
    keep_apart(op, "commendation", "criticism", "traced_person", append_only=True)
    op.execute(FROZEN)
    op.execute(
        "INSERT INTO template (id, jurisdiction_id, name, version, body, created_at) "  # noqa: S608 - our own text
        f"SELECT gen_random_uuid(), id, 'circular', 1, '{CIRCULAR}', now() FROM jurisdiction ON CONFLICT DO NOTHING"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("traced_person")
    op.drop_index(op.f("ix_accountability_proposal_jurisdiction_id_id"), table_name="accountability_proposal")
    op.drop_table("accountability_proposal")
    op.drop_table("rectification_report")
    op.drop_table("criticism")
    op.drop_index(op.f("ix_rectification_order_jurisdiction_id_id"), table_name="rectification_order")
    op.drop_table("rectification_order")
    op.drop_index(op.f("ix_media_follow_up_jurisdiction_id_id"), table_name="media_follow_up")
    op.drop_table("media_follow_up")
    op.drop_table("commendation")
    op.drop_table("circular_counter")
    op.drop_index("uq_circular_month", table_name="circular", postgresql_where=sa.text("state <> 'discarded'"))
    op.drop_index(op.f("ix_circular_jurisdiction_id_id"), table_name="circular")
    op.drop_table("circular")
    op.execute("DROP FUNCTION ducha_refuse_late_remark()")
