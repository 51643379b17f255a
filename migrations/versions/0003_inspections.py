"""Inspections and problems, and what is known of uploaded evidence."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.guards import keep_apart

revision = "0003"
down_revision = "0002"

# Counties that exist already get the new template; new ones get it with the others.
CONCLUSION = """
    INSERT INTO template (id, jurisdiction_id, name, version, body, created_at)
    SELECT gen_random_uuid(), id, 'conclusion', 1,
           '{first}至{last}督查的结论已送达贵单位，请登录督查系统查看并签收。', now()
    FROM jurisdiction
    WHERE EXISTS (SELECT FROM template t WHERE t.jurisdiction_id = jurisdiction.id)
    ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "inspection_plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "jurisdiction_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("methods", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("scope_no", sa.Integer(), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=True),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("carried_out_by", sa.Uuid(), nullable=True),
        sa.Column("carried_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "cardinality(methods) > 0 AND methods <@ ARRAY['on_site', 'survey', 'progress_call', 'tracking', 'joint', 'special', 'cross', 'unannounced', 'on_the_spot_review']",
            name=op.f("ck_inspection_plan_methods"),
        ),
        sa.CheckConstraint(
            "state IN ('drafted', 'approved', 'refused', 'carried_out')", name=op.f("ck_inspection_plan_state")
        ),
        sa.CheckConstraint("last_on >= first_on", name=op.f("ck_inspection_plan_days_in_order")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_inspection_plan_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_plan")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_inspection_plan_jurisdiction_id_id")),
    )
    op.create_index(
        op.f("ix_inspection_plan_jurisdiction_id_first_on"),
        "inspection_plan",
        ["jurisdiction_id", "first_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inspection_plan_jurisdiction_id_id"), "inspection_plan", ["jurisdiction_id", "id"], unique=False
    )
    op.create_table(
        "attachment_reader",
        sa.Column(
            "jurisdiction_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("attachment_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "attachment_id"],
            ["attachment.jurisdiction_id", "attachment.id"],
            name=op.f("fk_attachment_reader_jurisdiction_id_attachment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_attachment_reader_jurisdiction_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_attachment_reader_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("attachment_id", "unit_id", name=op.f("pk_attachment_reader")),
    )
    op.create_table(
        "conclusion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "jurisdiction_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sent_by", sa.Uuid(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "plan_id"],
            ["inspection_plan.jurisdiction_id", "inspection_plan.id"],
            name=op.f("fk_conclusion_jurisdiction_id_plan_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_conclusion_jurisdiction_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_conclusion_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conclusion")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_conclusion_jurisdiction_id_id")),
        sa.UniqueConstraint("plan_id", "unit_id", name=op.f("uq_conclusion_plan_id_unit_id")),
    )
    op.create_index(op.f("ix_conclusion_jurisdiction_id_id"), "conclusion", ["jurisdiction_id", "id"], unique=False)
    op.create_index(
        op.f("ix_conclusion_jurisdiction_id_unit_id_id"),
        "conclusion",
        ["jurisdiction_id", "unit_id", "id"],
        unique=False,
    )
    op.create_table(
        "finding",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "jurisdiction_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("severity IN ('minor', 'serious', 'major')", name=op.f("ck_finding_severity")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "item_id"],
            ["item.jurisdiction_id", "item.id"],
            name=op.f("fk_finding_jurisdiction_id_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "plan_id"],
            ["inspection_plan.jurisdiction_id", "inspection_plan.id"],
            name=op.f("fk_finding_jurisdiction_id_plan_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_finding_jurisdiction_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_finding_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_finding_jurisdiction_id_id")),
    )
    op.create_index(op.f("ix_finding_jurisdiction_id_id"), "finding", ["jurisdiction_id", "id"], unique=False)
    op.create_index(
        op.f("ix_finding_jurisdiction_id_unit_id_id"), "finding", ["jurisdiction_id", "unit_id", "id"], unique=False
    )
    op.create_index(op.f("ix_finding_plan_id_unit_id"), "finding", ["plan_id", "unit_id"], unique=False)
    op.create_table(
        "upload",
        sa.Column(
            "jurisdiction_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("attachment_id", sa.Uuid(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("secrecy", sa.Text(), nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "media_type IN ('application/pdf', 'image/jpeg', 'image/png', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document')",
            name=op.f("ck_upload_media_type"),
        ),
        sa.CheckConstraint("secrecy IN ('public', 'internal', 'work_secret')", name=op.f("ck_upload_secrecy")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "attachment_id"],
            ["attachment.jurisdiction_id", "attachment.id"],
            name=op.f("fk_upload_jurisdiction_id_attachment_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_upload_jurisdiction_id")),
        sa.PrimaryKeyConstraint("attachment_id", name=op.f("pk_upload")),
    )
    op.create_table(
        "finding_evidence",
        sa.Column(
            "jurisdiction_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("attachment_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "attachment_id"],
            ["attachment.jurisdiction_id", "attachment.id"],
            name=op.f("fk_finding_evidence_jurisdiction_id_attachment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "finding_id"],
            ["finding.jurisdiction_id", "finding.id"],
            name=op.f("fk_finding_evidence_jurisdiction_id_finding_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_finding_evidence_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("finding_id", "attachment_id", name=op.f("pk_finding_evidence")),
    )
    op.create_table(
        "inspection_scope",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "jurisdiction_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("scope_no", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("official_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(unit_id, item_id, official_id) = 1", name=op.f("ck_inspection_scope_one_thing")
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "item_id"],
            ["item.jurisdiction_id", "item.id"],
            name=op.f("fk_inspection_scope_jurisdiction_id_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "official_id"],
            ["official.jurisdiction_id", "official.id"],
            name=op.f("fk_inspection_scope_jurisdiction_id_official_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "plan_id"],
            ["inspection_plan.jurisdiction_id", "inspection_plan.id"],
            name=op.f("fk_inspection_scope_jurisdiction_id_plan_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_inspection_scope_jurisdiction_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_inspection_scope_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_scope")),
        sa.UniqueConstraint(
            "plan_id",
            "scope_no",
            "unit_id",
            "item_id",
            "official_id",
            name=op.f("uq_inspection_scope_once"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(
        op.f("ix_inspection_scope_unit_id_plan_id"), "inspection_scope", ["unit_id", "plan_id"], unique=False
    )
    op.create_table(
        "problem",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "jurisdiction_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("finding_id", sa.Uuid(), nullable=True),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("responsible_unit_id", sa.Uuid(), nullable=False),
        sa.Column("is_major", sa.Boolean(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("opened_by", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_by", sa.Uuid(), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("level IN ('unit', 'leaders', 'conference')", name=op.f("ck_problem_level")),
        sa.CheckConstraint("state <> 'decided' OR due_on IS NOT NULL", name=op.f("ck_problem_decided_until")),
        sa.CheckConstraint(
            "state IN ('awaiting_plan', 'awaiting_decision', 'decided', 'resolved')", name=op.f("ck_problem_state")
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "finding_id"],
            ["finding.jurisdiction_id", "finding.id"],
            name=op.f("fk_problem_jurisdiction_id_finding_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "item_id"],
            ["item.jurisdiction_id", "item.id"],
            name=op.f("fk_problem_jurisdiction_id_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "responsible_unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_problem_jurisdiction_id_responsible_unit_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_problem_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_problem_jurisdiction_id_id")),
    )
    op.create_index(op.f("ix_problem_jurisdiction_id_id"), "problem", ["jurisdiction_id", "id"], unique=False)
    op.create_index(
        op.f("ix_problem_jurisdiction_id_state_due_on"), "problem", ["jurisdiction_id", "state", "due_on"], unique=False
    )
    op.create_table(
        "problem_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "jurisdiction_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("problem_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'decision') = (decided_on IS NOT NULL) AND (kind = 'decision') = (due_on IS NOT NULL)",
            name=op.f("ck_problem_entry_decision_has_dates"),
        ),
        sa.CheckConstraint(
            "kind IN ('plan', 'escalation', 'decision', 'follow_up', 'resolution')", name=op.f("ck_problem_entry_kind")
        ),
        sa.CheckConstraint("level IN ('unit', 'leaders', 'conference')", name=op.f("ck_problem_entry_level")),
        sa.CheckConstraint("due_on >= decided_on", name=op.f("ck_problem_entry_dates_in_order")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "problem_id"],
            ["problem.jurisdiction_id", "problem.id"],
            name=op.f("fk_problem_entry_jurisdiction_id_problem_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_problem_entry_jurisdiction_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_problem_entry_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_entry")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_problem_entry_jurisdiction_id_id")),
    )
    op.create_index(op.f("ix_problem_entry_problem_id_id"), "problem_entry", ["problem_id", "id"], unique=False)
    op.create_table(
        "problem_leader",
        sa.Column(
            "jurisdiction_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("problem_id", sa.Uuid(), nullable=False),
        sa.Column("official_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.CheckConstraint("part IN ('lead', 'liaison')", name=op.f("ck_problem_leader_part")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "official_id"],
            ["official.jurisdiction_id", "official.id"],
            name=op.f("fk_problem_leader_jurisdiction_id_official_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "problem_id"],
            ["problem.jurisdiction_id", "problem.id"],
            name=op.f("fk_problem_leader_jurisdiction_id_problem_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_problem_leader_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("problem_id", "official_id", name=op.f("pk_problem_leader")),
    )
    op.create_table(
        "problem_unit",
        sa.Column(
            "jurisdiction_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("problem_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "problem_id"],
            ["problem.jurisdiction_id", "problem.id"],
            name=op.f("fk_problem_unit_jurisdiction_id_problem_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_problem_unit_jurisdiction_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_problem_unit_jurisdiction_id")),
        sa.PrimaryKeyConstraint("problem_id", "unit_id", name=op.f("pk_problem_unit")),
    )
    op.create_index(op.f("ix_problem_unit_unit_id_problem_id"), "problem_unit", ["unit_id", "problem_id"], unique=False)
    keep_apart(op, "upload", "inspection_plan", "conclusion", "problem")
    keep_apart(op, "attachment_reader", "inspection_scope", "finding", "finding_evidence", append_only=True)
    keep_apart(op, "problem_unit", "problem_leader", "problem_entry", append_only=True)
    op.execute(CONCLUSION)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index(op.f("ix_problem_unit_unit_id_problem_id"), table_name="problem_unit")
    op.drop_table("problem_unit")
    op.drop_table("problem_leader")
    op.drop_index(op.f("ix_problem_entry_problem_id_id"), table_name="problem_entry")
    op.drop_table("problem_entry")
    op.drop_index(op.f("ix_problem_jurisdiction_id_state_due_on"), table_name="problem")
    op.drop_index(op.f("ix_problem_jurisdiction_id_id"), table_name="problem")
    op.drop_table("problem")
    op.drop_index(op.f("ix_inspection_scope_unit_id_plan_id"), table_name="inspection_scope")
    op.drop_table("inspection_scope")
    op.drop_table("finding_evidence")
    op.drop_table("upload")
    op.drop_index(op.f("ix_finding_plan_id_unit_id"), table_name="finding")
    op.drop_index(op.f("ix_finding_jurisdiction_id_unit_id_id"), table_name="finding")
    op.drop_index(op.f("ix_finding_jurisdiction_id_id"), table_name="finding")
    op.drop_table("finding")
    op.drop_index(op.f("ix_conclusion_jurisdiction_id_unit_id_id"), table_name="conclusion")
    op.drop_index(op.f("ix_conclusion_jurisdiction_id_id"), table_name="conclusion")
    op.drop_table("conclusion")
    op.drop_table("attachment_reader")
    op.drop_index(op.f("ix_inspection_plan_jurisdiction_id_id"), table_name="inspection_plan")
    op.drop_index(op.f("ix_inspection_plan_jurisdiction_id_first_on"), table_name="inspection_plan")
    op.drop_table("inspection_plan")
