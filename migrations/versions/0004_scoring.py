"""Scoring: disputes, quarterly warnings, the yearly settlement."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import CURRENT, keep_apart

revision = "0004"
down_revision = "0003"

HERE = sa.text(CURRENT)
# What counties that stand already are given; new ones write their templates when they are founded.
TEMPLATES = {
    "deduction": "贵单位一项督查扣分（{points}分）已确认。如有异议，请在{until}（含当日）前申请复核。详情请查看督查系统。",
    "warning": "{unit}{quarter}督查累计扣{points}分，达到{level}界限，请及时整改。详情请查看督查系统。",
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "settlement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("prepared_by", sa.Uuid(), nullable=True),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('prepared', 'superseded', 'confirmed')", name=op.f("ck_settlement_state")),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_settlement_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_settlement_jurisdiction_id_id")),
    )
    op.create_index(
        "uq_settlement_standing",
        "settlement",
        ["jurisdiction_id", "year"],
        unique=True,
        postgresql_where=sa.text("state <> 'superseded'"),
    )
    op.create_table(
        "quarterly_warning",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.Integer(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("points", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("level IN ('attention', 'warning', 'severe')", name=op.f("ck_quarterly_warning_level")),
        sa.CheckConstraint("quarter BETWEEN 1 AND 4", name=op.f("ck_quarterly_warning_quarter")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_quarterly_warning_jurisdiction_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_quarterly_warning_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarterly_warning")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_quarterly_warning_jurisdiction_id_id")),
        sa.UniqueConstraint(
            "jurisdiction_id",
            "year",
            "quarter",
            "unit_id",
            name=op.f("uq_quarterly_warning_jurisdiction_id_year_quarter_unit_id"),
        ),
    )
    op.create_table(
        "settlement_row",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("settlement_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("is_inspected", sa.Boolean(), nullable=False),
        sa.Column("base", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("deducted", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("score", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("mean_of_kind", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("percent", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("converted", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "settlement_id"],
            ["settlement.jurisdiction_id", "settlement.id"],
            name=op.f("fk_settlement_row_jurisdiction_id_settlement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_settlement_row_jurisdiction_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_settlement_row_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement_row")),
        sa.UniqueConstraint("settlement_id", "unit_id", name=op.f("uq_settlement_row_settlement_id_unit_id")),
    )
    op.add_column("deduction", sa.Column("dispute_until_on", sa.Date(), nullable=True))
    op.add_column("deduction", sa.Column("disputed_by", sa.Uuid(), nullable=True))
    op.add_column("deduction", sa.Column("disputed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("deduction", sa.Column("grounds", sa.Text(), nullable=True))
    op.add_column("deduction", sa.Column("ruling_due_on", sa.Date(), nullable=True))
    op.add_column(
        "scoring_policy",
        sa.Column("attention_at", sa.Numeric(precision=18, scale=4), server_default="3", nullable=False),
    )
    op.add_column(
        "scoring_policy", sa.Column("warning_at", sa.Numeric(precision=18, scale=4), server_default="6", nullable=False)
    )
    op.add_column(
        "scoring_policy", sa.Column("severe_at", sa.Numeric(precision=18, scale=4), server_default="10", nullable=False)
    )
    op.add_column(
        "scoring_policy",
        sa.Column("township_percent", sa.Numeric(precision=18, scale=4), server_default="2", nullable=False),
    )
    op.add_column(
        "scoring_policy",
        sa.Column("department_percent", sa.Numeric(precision=18, scale=4), server_default="4", nullable=False),
    )
    op.add_column("scoring_policy", sa.Column("dispute_days", sa.Integer(), server_default="30", nullable=False))
    op.add_column("scoring_policy", sa.Column("ruling_days", sa.Integer(), server_default="30", nullable=False))
    keep_apart(op, "settlement")
    keep_apart(op, "quarterly_warning", "settlement_row", append_only=True)
    _widen("'proposed', 'confirmed', 'refused', 'disputed', 'upheld', 'reversed'")
    op.execute(
        "UPDATE deduction SET dispute_until_on = (decided_at AT TIME ZONE 'Asia/Shanghai')::date + 30 "
        "WHERE state = 'confirmed'"
    )
    _give_templates()


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    # An older version knows no disputes: what is disputed or upheld counts, as what is confirmed does.
    op.execute("UPDATE deduction SET state = 'confirmed' WHERE state IN ('disputed', 'upheld')")
    _widen("'proposed', 'confirmed', 'refused', 'reversed'")
    op.drop_column("scoring_policy", "ruling_days")
    op.drop_column("scoring_policy", "dispute_days")
    op.drop_column("scoring_policy", "department_percent")
    op.drop_column("scoring_policy", "township_percent")
    op.drop_column("scoring_policy", "severe_at")
    op.drop_column("scoring_policy", "warning_at")
    op.drop_column("scoring_policy", "attention_at")
    op.drop_column("deduction", "ruling_due_on")
    op.drop_column("deduction", "grounds")
    op.drop_column("deduction", "disputed_at")
    op.drop_column("deduction", "disputed_by")
    op.drop_column("deduction", "dispute_until_on")
    op.drop_table("settlement_row")
    op.drop_table("quarterly_warning")
    op.drop_index("uq_settlement_standing", table_name="settlement", postgresql_where=sa.text("state <> 'superseded'"))
    op.drop_table("settlement")


def _widen(states: str) -> None:
    # The old check gives way to the new one in the same transaction, and a county has too few deductions for the
    # check of them to keep readers waiting.
    op.execute("-- squawk-ignore ban-drop-constraint\nALTER TABLE deduction DROP CONSTRAINT ck_deduction_state")
    op.execute(f"ALTER TABLE deduction ADD CONSTRAINT ck_deduction_state CHECK (state IN ({states})) NOT VALID")
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\nALTER TABLE deduction VALIDATE CONSTRAINT ck_deduction_state"
    )


def _give_templates() -> None:
    for name, body in TEMPLATES.items():
        op.execute(
            "INSERT INTO template (id, jurisdiction_id, name, version, body, created_at) "  # noqa: S608 - our own texts
            f"SELECT gen_random_uuid(), id, '{name}', 1, '{body}', now() FROM jurisdiction "
            "ON CONFLICT DO NOTHING"
        )
