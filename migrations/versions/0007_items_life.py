"""What happens to items once they are registered: approval, changes, stages, and all their states."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.guards import keep_apart

revision = "0007"
down_revision = "0006"

HERE = sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid")
KINDS = "'major_decision', 'special_work', 'instruction', 'superior_assignment', 'major_problem', 'office_notice'"
CHANGES = (
    "'approved', 'refused', 'amended', 'suspended', 'resumed', 'terminated', 'voided', 'merged', 'absorbed', 'split', "
    "'split_off', 'transferred', 'handed_over', 'stages_planned', 'stage_finished', 'closed', 'reopened'"
)
ENDS = "'closed', 'terminated', 'void', 'merged', 'refused'"
OLD_CHECKS = (
    ("state", "state IN ('open', 'closed')"),
    ("closed_on_a_day", "(state = 'closed') = (closed_on IS NOT NULL)"),
)
CHECKS = (
    ("state", f"state IN ('registered', 'open', 'suspended', {ENDS})"),
    ("closed_on_a_day", f"(state IN ({ENDS})) = (closed_on IS NOT NULL)"),
    ("suspended_on_a_day", "(state = 'suspended') = (suspended_on IS NOT NULL)"),
    ("merged_into_another", "(state = 'merged') = (merged_into_id IS NOT NULL)"),
    (
        "authority_kind",
        "authority_kind IN ('superior', 'meeting', 'document', 'leader', 'problem', 'annual_plan')",
    ),
    ("secrecy", "secrecy IN ('public', 'internal', 'work_secret')"),
)
REFERENCES = (
    ("authority_official_id", "official"),
    ("merged_into_id", "item"),
    ("split_from_id", "item"),
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("item", sa.Column("authority_kind", sa.Text(), nullable=True))
    op.add_column("item", sa.Column("authority_name", sa.Text(), nullable=True))
    op.add_column("item", sa.Column("authority_number", sa.Text(), nullable=True))
    op.add_column("item", sa.Column("authority_on", sa.Date(), nullable=True))
    op.add_column("item", sa.Column("authority_body", sa.Text(), nullable=True))
    op.add_column("item", sa.Column("authority_official_id", sa.Uuid(), nullable=True))
    op.add_column("item", sa.Column("secrecy", sa.Text(), server_default="internal", nullable=False))
    op.add_column("item", sa.Column("is_standing", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("item", sa.Column("clerk_id", sa.Uuid(), nullable=True))
    op.add_column("item", sa.Column("suspended_on", sa.Date(), nullable=True))
    op.add_column("item", sa.Column("merged_into_id", sa.Uuid(), nullable=True))
    op.add_column("item", sa.Column("split_from_id", sa.Uuid(), nullable=True))
    op.execute("UPDATE item SET clerk_id = registered_by")
    _replace([name for name, _ in OLD_CHECKS], CHECKS)
    for column, table in REFERENCES:
        constraint = f"fk_item_jurisdiction_id_{column}"
        reference = f"FOREIGN KEY (jurisdiction_id, {column}) REFERENCES {table} (jurisdiction_id, id)"
        op.execute(f"ALTER TABLE item ADD CONSTRAINT {constraint} {reference} NOT VALID")
        op.execute(f"-- squawk-ignore constraint-missing-not-valid\nALTER TABLE item VALIDATE CONSTRAINT {constraint}")
    op.create_table(
        "item_procedure",
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("needs_approval", sa.Boolean(), nullable=False),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_item_procedure_kind")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_item_procedure_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("jurisdiction_id", "kind", name=op.f("pk_item_procedure")),
    )
    op.create_table(
        "item_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"kind IN ({CHANGES})", name=op.f("ck_item_change_kind")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "item_id"],
            ["item.jurisdiction_id", "item.id"],
            name=op.f("fk_item_change_jurisdiction_id_item_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_item_change_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_change")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_item_change_jurisdiction_id_id")),
    )
    op.create_index(op.f("ix_item_change_item_id_id"), "item_change", ["item_id", "id"], unique=False)
    op.create_table(
        "item_stage",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("limit_on", sa.Date(), nullable=False),
        sa.Column("finished_on", sa.Date(), nullable=True),
        sa.Column("finished_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "finished_on IS NOT NULL OR finished_by IS NULL", name=op.f("ck_item_stage_finished_on_a_day")
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "item_id"],
            ["item.jurisdiction_id", "item.id"],
            name=op.f("fk_item_stage_jurisdiction_id_item_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_item_stage_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_stage")),
        sa.UniqueConstraint("item_id", "no", name=op.f("uq_item_stage_item_id_no")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_item_stage_jurisdiction_id_id")),
    )
    keep_apart(op, "item_procedure", "item_stage")
    keep_apart(op, "item_change", append_only=True)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("item_stage")
    op.drop_index(op.f("ix_item_change_item_id_id"), table_name="item_change")
    op.drop_table("item_change")
    op.drop_table("item_procedure")
    for name in ("suspended_on_a_day", "merged_into_another", "authority_kind", "secrecy"):
        op.drop_constraint(op.f(f"ck_item_{name}"), "item", type_="check")
    op.execute("ALTER TABLE item DROP CONSTRAINT ck_item_state, DROP CONSTRAINT ck_item_closed_on_a_day")
    # What has ended is closed, and whatever has not is open again: there were no other words for it.
    op.execute("UPDATE item SET state = CASE WHEN closed_on IS NULL THEN 'open' ELSE 'closed' END")
    _replace([], OLD_CHECKS)
    for column, _ in REFERENCES:
        op.drop_constraint(op.f(f"fk_item_jurisdiction_id_{column}"), "item", type_="foreignkey")
    for column in (
        "split_from_id",
        "merged_into_id",
        "suspended_on",
        "clerk_id",
        "is_standing",
        "secrecy",
        "authority_official_id",
        "authority_body",
        "authority_on",
        "authority_number",
        "authority_name",
        "authority_kind",
    ):
        op.drop_column("item", column)


def _replace(old: list[str], new: tuple[tuple[str, str], ...]) -> None:
    for name in old:
        # A wider one takes its place at once: nobody relied on an item having but two states.
        op.execute(f"-- squawk-ignore ban-drop-constraint\nALTER TABLE item DROP CONSTRAINT ck_item_{name}")
    for name, check in new:
        op.execute(f"ALTER TABLE item ADD CONSTRAINT ck_item_{name} CHECK ({check}) NOT VALID")
    # A county has some thousands of items: they are read in a moment, and lock_timeout bounds the waiting.
    for name, _ in new:
        op.execute(
            f"-- squawk-ignore constraint-missing-not-valid\nALTER TABLE item VALIDATE CONSTRAINT ck_item_{name}"
        )
