"""Tasks as a tree with milestones, their people with a history; reports that are entered, or returned."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import CURRENT, keep_apart

revision = "0008"
down_revision = "0007"

HERE = sa.text(CURRENT)
# What counties that stand already are given; new ones write their templates when they are founded.
RETURNED = "{first}至{last}工作进展报告已退回，请于{until}前补报。详情请查看督查系统。"
PARTS = ("responsible_unit", "lead_leader", "responsible_person")
MORE_PARTS = (*PARTS, "principal_leader", "leader_in_charge", "liaison_leader", "supporting_unit")
NEW_CHECKS = (
    ("progress_report", "channel", "channel IN ('system', 'paper', 'telephone', 'fax')"),
    ("progress_report", "state", "state IN ('received', 'returned')"),
    ("progress_report", "entered_at_a_moment", "(channel = 'system') = (entered_at IS NULL)"),
    ("progress_report", "returned_at_a_moment", "(state = 'returned') = (returned_at IS NOT NULL)"),
)
NEW_KEYS = (("official", "principal_leader_id"), ("official", "leader_in_charge_id"), ("task", "parent_id"))


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _widen_reports()
    _widen_tasks()
    _widen_parties(MORE_PARTS)
    op.add_column("accountability_proposal", sa.Column("fact_on", sa.Date(), nullable=True))
    _create_tables()
    keep_apart(op, "task_sharer", "milestone")
    keep_apart(op, "assignment", append_only=True)
    # Who has a part no longer: what was is told by the assignments.
    op.execute("GRANT DELETE ON task_sharer, party TO ducha_api")
    op.execute(
        "INSERT INTO template (id, jurisdiction_id, name, version, body, created_at) "  # noqa: S608 - our own text
        f"SELECT gen_random_uuid(), id, 'returned', 1, '{RETURNED}', now() FROM jurisdiction ON CONFLICT DO NOTHING"
    )


def _widen_reports() -> None:
    op.add_column("obligation", sa.Column("times_returned", sa.Integer(), server_default=sa.text("0"), nullable=False))
    for column in (
        sa.Column("channel", sa.Text(), server_default="system", nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.Text(), server_default="received", nullable=False),
        sa.Column("returned_by", sa.Uuid(), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("return_reason", sa.Text(), nullable=True),
        sa.Column("supplement_until_on", sa.Date(), nullable=True),
    ):
        op.add_column("progress_report", column)
    for table, name, check in NEW_CHECKS:
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{name} CHECK ({check}) NOT VALID")
    for table, name, _ in NEW_CHECKS:
        _validate(f"ALTER TABLE {table} VALIDATE CONSTRAINT ck_{table}_{name}")
    # A county has some thousands of reports: the index is made in a moment, and lock_timeout bounds the waiting.
    ignore = "-- squawk-ignore require-concurrent-index-creation"
    op.execute(
        f"{ignore}\nCREATE UNIQUE INDEX uq_progress_report_standing ON progress_report (obligation_id) "
        "WHERE state = 'received'"
    )
    op.execute(f"{ignore}\nCREATE INDEX ix_progress_report_obligation_id ON progress_report (obligation_id)")
    op.execute(
        "-- squawk-ignore ban-drop-constraint\n"
        "ALTER TABLE progress_report DROP CONSTRAINT uq_progress_report_obligation_id"
    )


def _widen_tasks() -> None:
    for table, column in NEW_KEYS:
        op.add_column("task", sa.Column(column, sa.Uuid(), nullable=True))
        op.execute(
            f"ALTER TABLE task ADD CONSTRAINT fk_task_jurisdiction_id_{column} "
            f"FOREIGN KEY (jurisdiction_id, {column}) REFERENCES {table} (jurisdiction_id, id) NOT VALID"
        )
    for _, column in NEW_KEYS:
        _validate(f"ALTER TABLE task VALIDATE CONSTRAINT fk_task_jurisdiction_id_{column}")


def _widen_parties(parts: tuple[str, ...]) -> None:
    # A wider one takes its place at once: nobody relied on there being three parts only.
    op.execute("-- squawk-ignore ban-drop-constraint\nALTER TABLE party DROP CONSTRAINT ck_party_part")
    listed = ", ".join(f"'{part}'" for part in parts)
    op.execute(f"ALTER TABLE party ADD CONSTRAINT ck_party_part CHECK (part IN ({listed})) NOT VALID")
    _validate("ALTER TABLE party VALIDATE CONSTRAINT ck_party_part")


def _validate(statement: str) -> None:
    op.execute(f"-- squawk-ignore constraint-missing-not-valid\n{statement}")


def _create_tables() -> None:
    op.create_table(
        "assignment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("official_id", sa.Uuid(), nullable=True),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("assigned_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "part IN ('responsible_unit', 'lead_leader', 'responsible_person', 'principal_leader', 'leader_in_charge', 'liaison_leader', 'supporting_unit')",
            name=op.f("ck_assignment_part"),
        ),
        sa.CheckConstraint("unit_id IS NULL OR official_id IS NULL", name=op.f("ck_assignment_unit_or_official")),
        sa.CheckConstraint("until_at >= since_at", name=op.f("ck_assignment_ends_in_order")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "official_id"],
            ["official.jurisdiction_id", "official.id"],
            name=op.f("fk_assignment_jurisdiction_id_official_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "task_id"],
            ["task.jurisdiction_id", "task.id"],
            name=op.f("fk_assignment_jurisdiction_id_task_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_assignment_jurisdiction_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_assignment_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    op.create_index(
        op.f("ix_assignment_task_id_part_until_at"), "assignment", ["task_id", "part", "until_at"], unique=False
    )
    op.create_table(
        "milestone",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reached_on", sa.Date(), nullable=True),
        sa.Column("progress", sa.Text(), nullable=True),
        sa.Column("reached_by", sa.Uuid(), nullable=True),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'reached') = (reached_on IS NOT NULL)", name=op.f("ck_milestone_reached_on_a_day")
        ),
        sa.CheckConstraint("state IN ('planned', 'reached')", name=op.f("ck_milestone_state")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "task_id"],
            ["task.jurisdiction_id", "task.id"],
            name=op.f("fk_milestone_jurisdiction_id_task_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_milestone_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_milestone_jurisdiction_id_id")),
        sa.UniqueConstraint("task_id", "name", name=op.f("uq_milestone_task_id_name")),
    )
    op.create_index(
        op.f("ix_milestone_jurisdiction_id_due_on_id"), "milestone", ["jurisdiction_id", "due_on", "id"], unique=False
    )
    op.create_table(
        "task_sharer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("official_id", sa.Uuid(), nullable=True),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(part = 'liaison_leader') = (official_id IS NOT NULL)", name=op.f("ck_task_sharer_official_liaises")
        ),
        sa.CheckConstraint(
            "(part = 'supporting_unit') = (unit_id IS NOT NULL)", name=op.f("ck_task_sharer_unit_supports")
        ),
        sa.CheckConstraint("part IN ('liaison_leader', 'supporting_unit')", name=op.f("ck_task_sharer_part")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "official_id"],
            ["official.jurisdiction_id", "official.id"],
            name=op.f("fk_task_sharer_jurisdiction_id_official_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "task_id"],
            ["task.jurisdiction_id", "task.id"],
            name=op.f("fk_task_sharer_jurisdiction_id_task_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_task_sharer_jurisdiction_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_task_sharer_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_sharer")),
        sa.UniqueConstraint(
            "task_id",
            "part",
            "unit_id",
            "official_id",
            name=op.f("uq_task_sharer_task_id_part_unit_id_official_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("assignment", "milestone", "task_sharer"):
        op.drop_table(table)
    op.execute(
        "DELETE FROM party WHERE part IN ('principal_leader', 'leader_in_charge', 'liaison_leader', 'supporting_unit')"
    )
    _widen_parties(PARTS)
    op.execute("REVOKE DELETE ON party FROM ducha_api")
    op.drop_column("accountability_proposal", "fact_on")
    for _, column in NEW_KEYS:
        op.drop_column("task", column)
    op.drop_index("uq_progress_report_standing", table_name="progress_report")
    op.drop_index("ix_progress_report_obligation_id", table_name="progress_report")
    op.create_unique_constraint("uq_progress_report_obligation_id", "progress_report", ["obligation_id"])
    for column in (
        "supplement_until_on",
        "return_reason",
        "returned_at",
        "returned_by",
        "state",
        "entered_at",
        "entered_by",
        "channel",
    ):
        op.drop_column("progress_report", column)
    op.drop_column("obligation", "times_returned")
