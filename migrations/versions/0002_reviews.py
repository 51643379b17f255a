"""Completion reports, waivers, and the state of items; duties that are waived."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.guards import keep_apart

revision = "0002"
down_revision = "0001"

NEW_CHECKS = (
    ("item", "state", "state IN ('open', 'closed')"),
    ("item", "closed_on_a_day", "(state = 'closed') = (closed_on IS NOT NULL)"),
    ("obligation", "state", "state IN ('open', 'fulfilled', 'waived')"),
    ("obligation", "waived_with_reason", "(state = 'waived') = (waived_reason IS NOT NULL)"),
    ("obligation", "waived_at_a_moment", "(state = 'waived') = (waived_at IS NOT NULL)"),
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("item", sa.Column("state", sa.Text(), server_default="open", nullable=False))
    op.add_column("item", sa.Column("closed_on", sa.Date(), nullable=True))
    op.add_column("obligation", sa.Column("waived_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("obligation", sa.Column("waived_reason", sa.Text(), nullable=True))
    # A wider one takes its place at once: nobody relied on a duty never being waived.
    op.execute("-- squawk-ignore ban-drop-constraint\nALTER TABLE obligation DROP CONSTRAINT ck_obligation_state")
    for table, name, check in NEW_CHECKS:
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{name} CHECK ({check}) NOT VALID")
    # A county has some thousands of items and duties: they are read in a moment, and lock_timeout bounds the waiting.
    for table, name, _ in NEW_CHECKS:
        validate = f"ALTER TABLE {table} VALIDATE CONSTRAINT ck_{table}_{name}"
        op.execute(f"-- squawk-ignore constraint-missing-not-valid\n{validate}")
    op.create_table(
        "completion_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "jurisdiction_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reported_by", sa.Uuid(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("criteria", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.Column("rework_until_on", sa.Date(), nullable=True),
        sa.Column("feedback_opinion", sa.Text(), nullable=True),
        sa.Column("feedback_to", sa.Text(), nullable=True),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopening_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'reopened') = (reopened_at IS NOT NULL AND reopening_reason IS NOT NULL)",
            name=op.f("ck_completion_report_reopened_with_reason"),
        ),
        sa.CheckConstraint(
            "(state = 'reported') = (reviewed_at IS NULL)", name=op.f("ck_completion_report_reviewed_at_a_moment")
        ),
        sa.CheckConstraint(
            "(state = 'returned') = (rework_until_on IS NOT NULL)",
            name=op.f("ck_completion_report_returned_with_limit"),
        ),
        sa.CheckConstraint(
            "(state IN ('passed', 'reopened')) = (feedback_opinion IS NOT NULL AND feedback_to IS NOT NULL)",
            name=op.f("ck_completion_report_passed_with_feedback"),
        ),
        sa.CheckConstraint(
            "state IN ('reported', 'passed', 'returned', 'reopened')", name=op.f("ck_completion_report_state")
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "task_id"],
            ["task.jurisdiction_id", "task.id"],
            name=op.f("fk_completion_report_jurisdiction_id_task_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_completion_report_jurisdiction_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_completion_report_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completion_report")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_completion_report_jurisdiction_id_id")),
        sa.UniqueConstraint("task_id", "round", name=op.f("uq_completion_report_task_id_round")),
    )
    op.create_index(
        op.f("ix_completion_report_jurisdiction_id_id"), "completion_report", ["jurisdiction_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_completion_report_jurisdiction_id_unit_id_id"),
        "completion_report",
        ["jurisdiction_id", "unit_id", "id"],
        unique=False,
    )
    op.create_index(
        "uq_completion_report_standing",
        "completion_report",
        ["task_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('reported', 'passed')"),
    )
    op.create_table(
        "waiver",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "jurisdiction_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("grounds", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.Column("opinion_reference", sa.Text(), nullable=True),
        sa.Column("approved_by_id", sa.Uuid(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopening_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'asked') = (decided_at IS NULL)", name=op.f("ck_waiver_decided_at_a_moment")),
        sa.CheckConstraint(
            "(state = 'reopened') = (reopened_at IS NOT NULL AND reopening_reason IS NOT NULL)",
            name=op.f("ck_waiver_reopened_with_reason"),
        ),
        sa.CheckConstraint("state IN ('asked', 'granted', 'refused', 'reopened')", name=op.f("ck_waiver_state")),
        sa.CheckConstraint(
            "state NOT IN ('granted', 'reopened') OR opinion IS NOT NULL OR approved_by_id IS NOT NULL",
            name=op.f("ck_waiver_granted_on_authority"),
        ),
        sa.CheckConstraint(
            "(opinion IS NULL) = (opinion_reference IS NULL)", name=op.f("ck_waiver_opinion_with_reference")
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "approved_by_id"],
            ["official.jurisdiction_id", "official.id"],
            name=op.f("fk_waiver_jurisdiction_id_approved_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "task_id"],
            ["task.jurisdiction_id", "task.id"],
            name=op.f("fk_waiver_jurisdiction_id_task_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_waiver_jurisdiction_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_waiver_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_waiver_jurisdiction_id_id")),
    )
    op.create_index(op.f("ix_waiver_jurisdiction_id_id"), "waiver", ["jurisdiction_id", "id"], unique=False)
    op.create_index(
        op.f("ix_waiver_jurisdiction_id_unit_id_id"), "waiver", ["jurisdiction_id", "unit_id", "id"], unique=False
    )
    op.create_index(op.f("ix_waiver_task_id"), "waiver", ["task_id"], unique=False)
    op.create_index(
        "uq_waiver_standing",
        "waiver",
        ["task_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('asked', 'granted')"),
    )
    op.create_table(
        "completion_evidence",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "jurisdiction_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("attachment_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "attachment_id"],
            ["attachment.jurisdiction_id", "attachment.id"],
            name=op.f("fk_completion_evidence_jurisdiction_id_attachment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "report_id"],
            ["completion_report.jurisdiction_id", "completion_report.id"],
            name=op.f("fk_completion_evidence_jurisdiction_id_report_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_completion_evidence_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completion_evidence")),
        sa.UniqueConstraint("report_id", "attachment_id", name=op.f("uq_completion_evidence_report_id_attachment_id")),
    )
    keep_apart(op, "completion_report", "waiver")
    keep_apart(op, "completion_evidence", append_only=True)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("completion_evidence")
    op.drop_table("waiver")
    op.drop_table("completion_report")
    for table, name, _ in reversed(NEW_CHECKS):
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{name}")
    # What was waived is owed again where nobody knows of waivers.
    op.execute("UPDATE obligation SET state = 'open' WHERE state = 'waived'")
    op.execute("ALTER TABLE obligation ADD CONSTRAINT ck_obligation_state CHECK (state IN ('open', 'fulfilled'))")
    op.drop_column("obligation", "waived_reason")
    op.drop_column("obligation", "waived_at")
    op.drop_column("item", "closed_on")
    op.drop_column("item", "state")
