"""Settlements reopened and corrected, evidence and verification of deductions, quarterly circulars."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.guards import CURRENT, keep_apart

revision = "0010"
down_revision = "0009"

HERE = sa.text(CURRENT)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _add_columns()
    _check("settlement", "state", "state IN ('prepared', 'superseded', 'confirmed', 'reopened')")
    _check("score_entry", "kind", "kind IN ('deduction', 'reversal', 'correction')")
    _check("score_entry", "corrects_year", "(kind = 'correction') = (corrects_year IS NOT NULL)", is_new=True)
    _check("scoring_rule", "needs", "needs IN ('nothing', 'document', 'verification')", is_new=True)
    _check("circular", "kind", "kind IN ('monthly', 'quarterly')", is_new=True)
    _index("settlement", "uq_settlement_standing", "jurisdiction_id, year", "state NOT IN ('superseded', 'reopened')")
    _drop_index("uq_circular_month")
    _index("circular", "uq_circular_period", "jurisdiction_id, kind, month", "state <> 'discarded'", is_new=True)
    op.create_table(
        "settlement_reopening",
        *_key(),
        sa.Column("settlement_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        *_proposal(),
        sa.CheckConstraint("state IN ('proposed', 'approved', 'refused')", name=op.f("ck_settlement_reopening_state")),
        *_local("settlement_reopening", settlement_id="settlement"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement_reopening")),
    )
    _list("settlement_reopening")
    _index("settlement_reopening", "uq_settlement_reopening_once", "settlement_id", "state <> 'refused'", is_new=True)
    op.create_table(
        "reopening_approval",
        *_key(),
        sa.Column("reopening_id", sa.Uuid(), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        *_local("reopening_approval", reopening_id="settlement_reopening"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reopening_approval")),
        sa.UniqueConstraint("reopening_id", "approved_by", name=op.f("uq_reopening_approval_reopening_id_approved_by")),
    )
    op.create_table(
        "correction",
        *_key(),
        sa.Column("deduction_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("corrects_year", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("points", sa.Numeric(precision=18, scale=4), nullable=False),
        *_proposal(),
        sa.CheckConstraint("state IN ('proposed', 'confirmed', 'refused')", name=op.f("ck_correction_state")),
        sa.CheckConstraint("points > 0", name=op.f("ck_correction_points")),
        *_local("correction", deduction_id="deduction", unit_id="unit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    _list("correction")
    _index("correction", "uq_correction_once", "deduction_id", "state <> 'refused'", is_new=True)
    op.create_table(
        "deduction_evidence",
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("deduction_id", sa.Uuid(), nullable=False),
        sa.Column("attachment_id", sa.Uuid(), nullable=False),
        *_local("deduction_evidence", deduction_id="deduction", attachment_id="attachment")[1:],
        sa.PrimaryKeyConstraint("deduction_id", "attachment_id", name=op.f("pk_deduction_evidence")),
    )
    keep_apart(op, "settlement_reopening", "correction")
    keep_apart(op, "reopening_approval", "deduction_evidence", append_only=True)
    _teach_rules()


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("deduction_evidence", "correction", "reopening_approval", "settlement_reopening"):
        op.drop_table(table)
    # An older version has one circular a month: a quarter's is moved to the quarter's last day, where none other is.
    op.execute("ALTER TABLE circular DISABLE TRIGGER never_changed_once_final")
    op.execute("UPDATE circular SET month = month + interval '3 months' - interval '1 day' WHERE kind = 'quarterly'")
    op.execute("ALTER TABLE circular ENABLE TRIGGER never_changed_once_final")
    _drop_index("uq_circular_period")
    _index("circular", "uq_circular_month", "jurisdiction_id, month", "state <> 'discarded'", is_new=True)
    op.execute("UPDATE settlement SET state = 'superseded' WHERE state = 'reopened'")
    _check("settlement", "state", "state IN ('prepared', 'superseded', 'confirmed')")
    _index("settlement", "uq_settlement_standing", "jurisdiction_id, year", "state <> 'superseded'")
    # Corrections stay in the ledger, which nobody changes; an older version passes over them.
    op.execute("ALTER TABLE score_entry DROP CONSTRAINT ck_score_entry_kind")
    op.execute(
        "ALTER TABLE score_entry ADD CONSTRAINT ck_score_entry_kind CHECK (kind IN ('deduction', 'reversal')) NOT VALID"
    )
    for table, columns in _columns().items():
        for column in reversed(columns):
            op.drop_column(table, column.name)


def _columns() -> dict[str, list[sa.Column[object]]]:
    points = sa.Numeric(precision=18, scale=4)
    return {
        "settlement": [sa.Column("revision", sa.Integer(), server_default="1", nullable=False)],
        "settlement_row": [sa.Column("corrected", points, server_default="0", nullable=False)],
        "score_entry": [sa.Column("corrects_year", sa.Integer(), nullable=True)],
        "scoring_rule": [sa.Column("needs", sa.Text(), server_default="nothing", nullable=False)],
        "deduction": [
            sa.Column("document", sa.Text(), nullable=True),
            sa.Column("document_on", sa.Date(), nullable=True),
            sa.Column("verified_by", sa.Uuid(), nullable=True),
            sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
            sa.Column("verification", sa.Text(), nullable=True),
        ],
        "circular": [
            sa.Column("kind", sa.Text(), server_default="monthly", nullable=False),
            sa.Column("warned", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        ],
    }


def _add_columns() -> None:
    for table, columns in _columns().items():
        for column in columns:
            op.add_column(table, column)


def _key() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
    ]


def _proposal() -> list[sa.Column[object]]:
    return [
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
    ]


def _local(table: str, **owners: str) -> list[sa.Constraint]:
    """Return what every local table has, the unique key first, and the keys to the rows that its rows belong to."""
    belongs = [
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", column],
            [f"{owner}.jurisdiction_id", f"{owner}.id"],
            name=op.f(f"fk_{table}_jurisdiction_id_{column}"),
        )
        for column, owner in owners.items()
    ]
    here = sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f(f"fk_{table}_jurisdiction_id"))
    return [sa.UniqueConstraint("jurisdiction_id", "id", name=op.f(f"uq_{table}_jurisdiction_id_id")), *belongs, here]


def _list(table: str) -> None:
    op.create_index(op.f(f"ix_{table}_jurisdiction_id_id"), table, ["jurisdiction_id", "id"], unique=False)


def _index(table: str, name: str, columns: str, where: str, *, is_new: bool = False) -> None:
    # A county has some dozens of these rows, so that nobody waits for an index of them.
    if not is_new:
        _drop_index(name)
    op.execute(
        f"-- squawk-ignore require-concurrent-index-creation\n"
        f"CREATE UNIQUE INDEX {name} ON {table} ({columns}) WHERE {where}"
    )


def _drop_index(name: str) -> None:
    op.execute(f"-- squawk-ignore require-concurrent-index-deletion\nDROP INDEX {name}")


def _check(table: str, name: str, condition: str, *, is_new: bool = False) -> None:
    constraint = f"ck_{table}_{name}"
    if not is_new:
        op.execute(f"-- squawk-ignore ban-drop-constraint\nALTER TABLE {table} DROP CONSTRAINT {constraint}")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {constraint} CHECK ({condition}) NOT VALID")
    op.execute(f"-- squawk-ignore constraint-missing-not-valid\nALTER TABLE {table} VALIDATE CONSTRAINT {constraint}")


def _teach_rules() -> None:
    """Tell the rules of counties that stand what the annex asks for beside a reason."""
    op.execute(
        "UPDATE scoring_rule SET needs = CASE code WHEN 'media_criticism' THEN 'verification' ELSE 'document' END "
        "WHERE code IN ('superior_criticism', 'department_circular', 'instruction_criticism', 'media_criticism')"
    )
