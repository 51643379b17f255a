"""The audit is hardened: nothing kept is emptied, the database alone says when a row was written, seals leave it."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

# What stood before `keep_apart` made the trigger with the other one.
APPEND_ONLY = (
    "assignment",
    "attachment_reader",
    "audit_event",
    "audit_seal",
    "carried_deadline",
    "commendation",
    "completion_evidence",
    "criticism",
    "deduction_evidence",
    "finding",
    "finding_evidence",
    "inspection_scope",
    "item_change",
    "ledger_check",
    "liaison",
    "paper_leader",
    "problem_entry",
    "problem_leader",
    "problem_unit",
    "quarterly_look",
    "quarterly_warning",
    "receipt",
    "reopening_approval",
    "rhythm",
    "score_entry",
    "settlement_row",
    "traced_person",
    "urging",
)
# Without id, tx, recorded_at and jurisdiction_id, which have defaults that a writer must not replace.
WRITTEN = "at, verb, role, client_id, official_id, subject_id, facts, request_id"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION ducha_refuse_change()"
        )
    op.execute("REVOKE INSERT ON audit_event FROM ducha_api, ducha_worker")
    op.execute(f"GRANT INSERT ({WRITTEN}) ON audit_event TO ducha_api, ducha_worker")
    op.create_table(
        "audit_seal_export",
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("seal_id", sa.BigInteger(), nullable=False),
        sa.Column("exported_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("destination", name=op.f("pk_audit_seal_export")),
    )
    op.create_table(
        "audit_verification",
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("seal_id", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("compared", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("damaged", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("night", name=op.f("pk_audit_verification")),
    )
    # Both belong to the whole installation, like the seals; the API has no business with them.
    op.execute("GRANT SELECT, INSERT, UPDATE ON audit_seal_export, audit_verification TO ducha_worker")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("audit_verification")
    op.drop_table("audit_seal_export")
    op.execute(f"REVOKE INSERT ({WRITTEN}) ON audit_event FROM ducha_api, ducha_worker")
    op.execute("GRANT INSERT ON audit_event TO ducha_api, ducha_worker")
    for table in APPEND_ONLY:
        op.execute(f"DROP TRIGGER never_emptied ON {table}")
