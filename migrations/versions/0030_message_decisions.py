"""What people decide about messages that did not surely arrive, and numbers that lead nowhere."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import keep_apart

revision = "0030"
down_revision = "0029"

HERE = sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid")
DECISIONS = "'resend', 'give_up', 'told', 'wrong_person', 'not_needed', 'new_number'"
ROLES = "ducha_api, ducha_worker"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("official", sa.Column("telephone_since", sa.DateTime(timezone=True)))
    op.create_table(
        "message_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("decided_by", sa.Uuid()),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resent_as", sa.BigInteger()),
        sa.CheckConstraint(f"decision IN ({DECISIONS})", name=op.f("ck_message_decision_decision")),
        sa.CheckConstraint(
            "(decision IN ('resend', 'new_number')) = (resent_as IS NOT NULL)", name=op.f("ck_message_decision_resent")
        ),
        *_of_message("message_decision", "message_id"),
        *_of_message("message_decision", "resent_as"),
        *_named("message_decision"),
        sa.UniqueConstraint("message_id", name=op.f("uq_message_decision_message_id")),
    )
    op.create_index(op.f("ix_message_decision_resent_as"), "message_decision", ["resent_as"], unique=True)
    op.create_table(
        "number_fault",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("official_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("fault IN ('invalid', 'wrong_person')", name=op.f("ck_number_fault_fault")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "official_id"],
            ["official.jurisdiction_id", "official.id"],
            name=op.f("fk_number_fault_jurisdiction_id_official_id"),
        ),
        *_of_message("number_fault", "message_id"),
        *_named("number_fault"),
        sa.UniqueConstraint("official_id", name=op.f("uq_number_fault_official_id")),
    )
    keep_apart(op, "message_decision", append_only=True)
    keep_apart(op, "number_fault")
    # Whoever sends a message again says beforehand under which number it goes.
    op.execute(f"GRANT USAGE ON SEQUENCE message_id_seq TO {ROLES}")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(f"REVOKE USAGE ON SEQUENCE message_id_seq FROM {ROLES}")
    op.drop_table("number_fault")
    op.drop_table("message_decision")
    op.drop_column("official", "telephone_since")


def _of_message(table: str, column: str) -> list[sa.ForeignKeyConstraint]:
    name = op.f(f"fk_{table}_jurisdiction_id_{column}")
    return [sa.ForeignKeyConstraint(["jurisdiction_id", column], ["message.jurisdiction_id", "message.id"], name=name)]


def _named(table: str) -> list[sa.Constraint]:
    return [
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f(f"fk_{table}_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f(f"uq_{table}_jurisdiction_id_id")),
    ]
