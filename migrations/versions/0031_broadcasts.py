"""Groups of officials whom the office tells together, and broadcasts that leave later, pause, or are cancelled."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from migrations.guards import keep_apart

revision = "0031"
down_revision = "0030"

HERE = sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid")

MOMENT = sa.DateTime(timezone=True)
HALTS: tuple[tuple[str, Any], ...] = (
    ("send_at", MOMENT),
    ("leaves_at", MOMENT),
    ("state_by", sa.Uuid()),
    ("state_at", MOMENT),
    ("state_reason", sa.Text()),
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "recipient_group",
        sa.Column("id", sa.Uuid(), nullable=False),
        _here(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_folded", sa.Text(), nullable=False),
        sa.Column("amended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _of_county("recipient_group"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipient_group")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_recipient_group_jurisdiction_id_id")),
        sa.UniqueConstraint(
            "jurisdiction_id", "name_folded", name=op.f("uq_recipient_group_jurisdiction_id_name_folded")
        ),
    )
    op.create_table(
        "recipient_group_member",
        _here(),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("official_id", sa.Uuid(), nullable=False),
        _of_county("recipient_group_member"),
        _of("recipient_group_member", "recipient_group", "group_id"),
        _of("recipient_group_member", "official", "official_id"),
        sa.PrimaryKeyConstraint("group_id", "official_id", name=op.f("pk_recipient_group_member")),
    )
    op.create_index(op.f("ix_recipient_group_member_official_id"), "recipient_group_member", ["official_id"])
    op.create_table(
        "message_quota",
        _here(),
        sa.Column("per_day", sa.Integer()),
        sa.Column("per_month", sa.Integer()),
        sa.Column("version", sa.Integer(), nullable=False),
        _of_county("message_quota"),
        sa.PrimaryKeyConstraint("jurisdiction_id", name=op.f("pk_message_quota")),
    )
    op.add_column("message", sa.Column("parts", sa.Integer()))
    keep_apart(op, "recipient_group", "recipient_group_member", "message_quota")
    op.execute("GRANT DELETE ON recipient_group_member TO ducha_api")
    op.add_column("broadcast", sa.Column("state", sa.Text(), server_default="sending", nullable=False))
    for name, kind in HALTS:
        op.add_column("broadcast", sa.Column(name, kind))
    check = "CHECK (state IN ('sending', 'paused', 'cancelled'))"
    op.execute(f"ALTER TABLE broadcast ADD CONSTRAINT ck_broadcast_state {check} NOT VALID")
    # A county has some hundreds of broadcasts: they are read in a moment, and lock_timeout bounds the waiting.
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\nALTER TABLE broadcast VALIDATE CONSTRAINT ck_broadcast_state"
    )
    op.create_index("ix_broadcast_halted", "broadcast", ["id"], postgresql_where=sa.text("state <> 'sending'"))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("message", "parts")
    op.drop_table("message_quota")
    op.drop_index("ix_broadcast_halted", "broadcast")
    for name in ("state", *dict(HALTS)):
        op.drop_column("broadcast", name)
    op.drop_table("recipient_group_member")
    op.drop_table("recipient_group")


def _here() -> sa.Column[object]:
    return sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False)


def _of_county(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f(f"fk_{table}_jurisdiction_id"))


def _of(table: str, other: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["jurisdiction_id", column],
        [f"{other}.jurisdiction_id", f"{other}.id"],
        name=op.f(f"fk_{table}_jurisdiction_id_{column}"),
    )
