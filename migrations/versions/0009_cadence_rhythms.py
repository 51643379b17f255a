"""The cadence in full: a county's own rhythms, weekly and monthly reports, quarterly looks, ledgers checked and closed."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import CURRENT, keep_apart

revision = "0009"
down_revision = "0008"

HERE = sa.text(CURRENT)
# What counties that stand already are given; new ones write their templates when they are founded.
TEMPLATES = {
    "instructions": "{period}您批（交）办的事项：{counts}。详情请查看督查系统。",
    "problem_overdue": "{unit}一项问题的处理决定已于{due}到期，尚未报告解决，请抓紧落实。详情请查看督查系统。",
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "rhythm",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("is_running", sa.Boolean(), nullable=False),
        sa.Column("due_after", sa.Integer(), nullable=False),
        sa.Column("counted_in", sa.Text(), nullable=False),
        sa.Column("grace_working_days", sa.Integer(), nullable=False),
        sa.Column("remind_working_days_before", sa.Integer(), nullable=False),
        sa.Column("urge_working_days_after", sa.Integer(), nullable=False),
        sa.Column("digest_working_days_after", sa.Integer(), nullable=False),
        sa.Column("behind_percent", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("counted_in IN ('working_days', 'days')", name=op.f("ck_rhythm_counted_in")),
        sa.CheckConstraint("kind IN ('day', 'week', 'half_month', 'month', 'quarter')", name=op.f("ck_rhythm_kind")),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_rhythm_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rhythm")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_rhythm_jurisdiction_id_id")),
    )
    op.create_index(
        op.f("ix_rhythm_jurisdiction_id_kind_effective_from_id"),
        "rhythm",
        ["jurisdiction_id", "kind", "effective_from", "id"],
    )
    op.create_table(
        "carried_deadline",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("ledger_id", sa.Uuid(), nullable=False),
        sa.Column("deadline_on", sa.Date(), nullable=False),
        sa.Column("new_deadline_on", sa.Date(), nullable=False),
        sa.Column("carried_by", sa.Uuid(), nullable=True),
        sa.Column("carried_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("new_deadline_on > deadline_on", name=op.f("ck_carried_deadline_later")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "item_id"],
            ["item.jurisdiction_id", "item.id"],
            name=op.f("fk_carried_deadline_jurisdiction_id_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "ledger_id"],
            ["ledger.jurisdiction_id", "ledger.id"],
            name=op.f("fk_carried_deadline_jurisdiction_id_ledger_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_carried_deadline_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carried_deadline")),
        sa.UniqueConstraint("item_id", "ledger_id", name=op.f("uq_carried_deadline_item_id_ledger_id")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_carried_deadline_jurisdiction_id_id")),
    )
    op.create_table(
        "ledger_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("ledger_id", sa.Uuid(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_by", sa.Uuid(), nullable=True),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Integer(), nullable=False),
        sa.Column("unfinished", sa.Integer(), nullable=False),
        sa.Column("overdue", sa.Integer(), nullable=False),
        sa.CheckConstraint("occasion IN ('check', 'closing')", name=op.f("ck_ledger_check_occasion")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "ledger_id"],
            ["ledger.jurisdiction_id", "ledger.id"],
            name=op.f("fk_ledger_check_jurisdiction_id_ledger_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_ledger_check_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_check")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_ledger_check_jurisdiction_id_id")),
    )
    op.create_index(op.f("ix_ledger_check_ledger_id_id"), "ledger_check", ["ledger_id", "id"])
    op.create_table(
        "quarterly_look",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("item_number", sa.Text(), nullable=False),
        sa.Column("goal", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deadline_on", sa.Date(), nullable=False),
        sa.Column("light", sa.Text(), nullable=False),
        sa.Column("looked_on", sa.Date(), nullable=False),
        sa.CheckConstraint("light IN ('on_track', 'behind', 'overdue')", name=op.f("ck_quarterly_look_light")),
        sa.CheckConstraint("quarter BETWEEN 1 AND 4", name=op.f("ck_quarterly_look_quarter")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "item_id"],
            ["item.jurisdiction_id", "item.id"],
            name=op.f("fk_quarterly_look_jurisdiction_id_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "task_id"],
            ["task.jurisdiction_id", "task.id"],
            name=op.f("fk_quarterly_look_jurisdiction_id_task_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_quarterly_look_jurisdiction_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_quarterly_look_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarterly_look")),
        sa.UniqueConstraint(
            "jurisdiction_id",
            "year",
            "quarter",
            "task_id",
            name=op.f("uq_quarterly_look_jurisdiction_id_year_quarter_task_id"),
        ),
    )
    op.create_index(
        op.f("ix_quarterly_look_jurisdiction_id_year_quarter_id"),
        "quarterly_look",
        ["jurisdiction_id", "year", "quarter", "id"],
    )
    keep_apart(op, "rhythm", "carried_deadline", "ledger_check", "quarterly_look", append_only=True)
    op.add_column("ledger", sa.Column("closed_on", sa.Date(), nullable=True))
    op.add_column("ledger", sa.Column("closed_by", sa.Uuid(), nullable=True))
    op.add_column("obligation", sa.Column("covers", sa.Text(), server_default="all", nullable=False))
    _check("obligation", "covers", "'all', 'key_work', 'instructions'")
    op.add_column("digest", sa.Column("kind", sa.Text(), server_default="half_month", nullable=False))
    _check("digest", "kind", "'half_month', 'instruction_month'")
    for broadcast in ("leaders_broadcast_id", "officials_broadcast_id"):
        # Digests that older clients know keep both.
        op.execute(f"-- squawk-ignore ban-drop-not-null\nALTER TABLE digest ALTER COLUMN {broadcast} DROP NOT NULL")
    _let_periods_differ(
        "jurisdiction_id_kind_period_first",
        "jurisdiction_id_kind_period_first_period_last",
        "period_first, period_last",
    )
    for name, body in TEMPLATES.items():
        op.execute(
            "INSERT INTO template (id, jurisdiction_id, name, version, body, created_at) "  # noqa: S608 - our own texts
            f"SELECT gen_random_uuid(), id, '{name}', 1, '{body}', now() FROM jurisdiction "
            "ON CONFLICT DO NOTHING"
        )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    # An older version knows neither weeks nor what is summarised for the leaders who instructed.
    op.execute("DELETE FROM cadence_run WHERE period_last - period_first = 6")
    op.execute("DELETE FROM digest WHERE kind <> 'half_month'")
    _let_periods_differ(
        "jurisdiction_id_kind_period_first_period_last", "jurisdiction_id_kind_period_first", "period_first"
    )
    op.alter_column("digest", "officials_broadcast_id", existing_type=sa.Uuid(), nullable=False)
    op.alter_column("digest", "leaders_broadcast_id", existing_type=sa.Uuid(), nullable=False)
    op.drop_column("digest", "kind")
    op.drop_column("obligation", "covers")
    op.drop_column("ledger", "closed_by")
    op.drop_column("ledger", "closed_on")
    op.drop_table("quarterly_look")
    op.drop_table("ledger_check")
    op.drop_table("carried_deadline")
    op.drop_table("rhythm")


def _check(table: str, column: str, values: str) -> None:
    name = f"ck_{table}_{column}"
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({column} IN ({values})) NOT VALID")
    op.execute(f"-- squawk-ignore constraint-missing-not-valid\nALTER TABLE {table} VALIDATE CONSTRAINT {name}")


def _let_periods_differ(old: str, new: str, period: str) -> None:
    # A week and a half-month may begin on one day. A county has a few hundred runs a year, too few to keep anybody
    # waiting for their index.
    op.execute(f"-- squawk-ignore ban-drop-constraint\nALTER TABLE cadence_run DROP CONSTRAINT uq_cadence_run_{old}")
    op.execute(
        "-- squawk-ignore disallowed-unique-constraint\n"
        f"ALTER TABLE cadence_run ADD CONSTRAINT uq_cadence_run_{new} UNIQUE (jurisdiction_id, kind, {period})"
    )
