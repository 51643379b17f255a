"""Instruction papers, notices and slips with their deliveries, direct transfers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.guards import CURRENT, keep_apart

revision = "0006"
down_revision = "0005"

HERE = sa.text(CURRENT)
# What counties that stand already are given; new ones write their templates when they are founded.
TEMPLATES = {
    "notice_issued": "{number}已印发，请在督查系统签收，并于{limit}前办理。",
    "notice_urged": "{number}尚未签收，请尽快在督查系统签收，并于{limit}前办理。",
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "notice_counter",
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_notice_counter_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("jurisdiction_id", "kind", "year", name=op.f("pk_notice_counter")),
    )
    op.create_table(
        "notice_procedure",
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("chain", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("acknowledge_working_days", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('notice', 'slip')", name=op.f("ck_notice_procedure_kind")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_notice_procedure_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("jurisdiction_id", "kind", name=op.f("pk_notice_procedure")),
    )
    op.create_table(
        "instruction_paper",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("document_number", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("instructed_on", sa.Date(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("secrecy", sa.Text(), nullable=False),
        sa.Column("attachment_id", sa.Uuid(), nullable=True),
        sa.Column("follows_id", sa.Uuid(), nullable=True),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("registered_by", sa.Uuid(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "secrecy IN ('public', 'internal', 'work_secret')", name=op.f("ck_instruction_paper_secrecy")
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "attachment_id"],
            ["attachment.jurisdiction_id", "attachment.id"],
            name=op.f("fk_instruction_paper_jurisdiction_id_attachment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "follows_id"],
            ["instruction_paper.jurisdiction_id", "instruction_paper.id"],
            name=op.f("fk_instruction_paper_jurisdiction_id_follows_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "item_id"],
            ["item.jurisdiction_id", "item.id"],
            name=op.f("fk_instruction_paper_jurisdiction_id_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_instruction_paper_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instruction_paper")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_instruction_paper_jurisdiction_id_id")),
    )
    op.create_index(
        op.f("ix_instruction_paper_jurisdiction_id_id"), "instruction_paper", ["jurisdiction_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_instruction_paper_jurisdiction_id_item_id"),
        "instruction_paper",
        ["jurisdiction_id", "item_id"],
        unique=False,
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("limit_on", sa.Date(), nullable=False),
        sa.Column("chain", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("acknowledge_working_days", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("drafted_by", sa.Uuid(), nullable=True),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_by", sa.Uuid(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("countersigned_by", sa.Uuid(), nullable=True),
        sa.Column("countersigned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issued_by", sa.Uuid(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'issued') = (number IS NOT NULL)", name=op.f("ck_notice_number_when_issued")),
        sa.CheckConstraint("kind IN ('notice', 'slip')", name=op.f("ck_notice_kind")),
        sa.CheckConstraint("state IN ('drafted', 'checked', 'countersigned', 'issued')", name=op.f("ck_notice_state")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "item_id"],
            ["item.jurisdiction_id", "item.id"],
            name=op.f("fk_notice_jurisdiction_id_item_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_notice_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_notice_jurisdiction_id_id")),
        sa.UniqueConstraint(
            "jurisdiction_id", "kind", "year", "sequence", name=op.f("uq_notice_jurisdiction_id_kind_year_sequence")
        ),
        sa.UniqueConstraint("jurisdiction_id", "number", name=op.f("uq_notice_jurisdiction_id_number")),
    )
    op.create_index(op.f("ix_notice_jurisdiction_id_id"), "notice", ["jurisdiction_id", "id"], unique=False)
    op.create_index(op.f("ix_notice_jurisdiction_id_item_id"), "notice", ["jurisdiction_id", "item_id"], unique=False)
    op.create_table(
        "direct_transfer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("paper_id", sa.Uuid(), nullable=False),
        sa.Column("official_id", sa.Uuid(), nullable=False),
        sa.Column("handed_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("handed_by", sa.Uuid(), nullable=True),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("concluded_by", sa.Uuid(), nullable=True),
        sa.Column("concluded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('handed_over', 'concluded')", name=op.f("ck_direct_transfer_state")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "official_id"],
            ["official.jurisdiction_id", "official.id"],
            name=op.f("fk_direct_transfer_jurisdiction_id_official_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "paper_id"],
            ["instruction_paper.jurisdiction_id", "instruction_paper.id"],
            name=op.f("fk_direct_transfer_jurisdiction_id_paper_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_direct_transfer_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_direct_transfer")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_direct_transfer_jurisdiction_id_id")),
        sa.UniqueConstraint("paper_id", "official_id", name=op.f("uq_direct_transfer_paper_id_official_id")),
    )
    op.create_index(
        op.f("ix_direct_transfer_jurisdiction_id_id"), "direct_transfer", ["jurisdiction_id", "id"], unique=False
    )
    op.create_table(
        "notice_delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('addressed', 'delivered', 'acknowledged')", name=op.f("ck_notice_delivery_state")
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "notice_id"],
            ["notice.jurisdiction_id", "notice.id"],
            name=op.f("fk_notice_delivery_jurisdiction_id_notice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_notice_delivery_jurisdiction_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_notice_delivery_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_delivery")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_notice_delivery_jurisdiction_id_id")),
        sa.UniqueConstraint("notice_id", "unit_id", name=op.f("uq_notice_delivery_notice_id_unit_id")),
    )
    op.create_index(
        op.f("ix_notice_delivery_jurisdiction_id_unit_id_id"),
        "notice_delivery",
        ["jurisdiction_id", "unit_id", "id"],
        unique=False,
    )
    op.create_index(
        "ix_notice_delivery_waiting",
        "notice_delivery",
        ["jurisdiction_id", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'delivered'"),
    )
    op.create_table(
        "paper_leader",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("paper_id", sa.Uuid(), nullable=False),
        sa.Column("official_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "official_id"],
            ["official.jurisdiction_id", "official.id"],
            name=op.f("fk_paper_leader_jurisdiction_id_official_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "paper_id"],
            ["instruction_paper.jurisdiction_id", "instruction_paper.id"],
            name=op.f("fk_paper_leader_jurisdiction_id_paper_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_paper_leader_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_leader")),
        sa.UniqueConstraint("paper_id", "official_id", name=op.f("uq_paper_leader_paper_id_official_id")),
    )
    op.create_table(
        "liaison",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("transfer_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("logged_by", sa.Uuid(), nullable=True),
        sa.Column("logged_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "transfer_id"],
            ["direct_transfer.jurisdiction_id", "direct_transfer.id"],
            name=op.f("fk_liaison_jurisdiction_id_transfer_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_liaison_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_liaison")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_liaison_jurisdiction_id_id")),
    )
    op.create_index(op.f("ix_liaison_transfer_id_id"), "liaison", ["transfer_id", "id"], unique=False)
    op.create_table(
        "urging",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("urged_by", sa.Uuid(), nullable=True),
        sa.Column("urged_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("channel IN ('sms', 'telephone')", name=op.f("ck_urging_channel")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "delivery_id"],
            ["notice_delivery.jurisdiction_id", "notice_delivery.id"],
            name=op.f("fk_urging_jurisdiction_id_delivery_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_urging_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_urging")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_urging_jurisdiction_id_id")),
    )
    op.create_index(op.f("ix_urging_delivery_id_id"), "urging", ["delivery_id", "id"], unique=False)
    keep_apart(
        op, "instruction_paper", "direct_transfer", "notice_procedure", "notice", "notice_counter", "notice_delivery"
    )
    keep_apart(op, "paper_leader", "liaison", "urging", append_only=True)
    for name, body in TEMPLATES.items():
        op.execute(
            "INSERT INTO template (id, jurisdiction_id, name, version, body, created_at) "  # noqa: S608 - our own texts
            f"SELECT gen_random_uuid(), id, '{name}', 1, '{body}', now() FROM jurisdiction ON CONFLICT DO NOTHING"
        )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index(op.f("ix_urging_delivery_id_id"), table_name="urging")
    op.drop_table("urging")
    op.drop_index(op.f("ix_liaison_transfer_id_id"), table_name="liaison")
    op.drop_table("liaison")
    op.drop_table("paper_leader")
    op.drop_index(
        "ix_notice_delivery_waiting", table_name="notice_delivery", postgresql_where=sa.text("state = 'delivered'")
    )
    op.drop_index(op.f("ix_notice_delivery_jurisdiction_id_unit_id_id"), table_name="notice_delivery")
    op.drop_table("notice_delivery")
    op.drop_index(op.f("ix_direct_transfer_jurisdiction_id_id"), table_name="direct_transfer")
    op.drop_table("direct_transfer")
    op.drop_index(op.f("ix_notice_jurisdiction_id_item_id"), table_name="notice")
    op.drop_index(op.f("ix_notice_jurisdiction_id_id"), table_name="notice")
    op.drop_table("notice")
    op.drop_index(op.f("ix_instruction_paper_jurisdiction_id_item_id"), table_name="instruction_paper")
    op.drop_index(op.f("ix_instruction_paper_jurisdiction_id_id"), table_name="instruction_paper")
    op.drop_table("instruction_paper")
    op.drop_table("notice_procedure")
    op.drop_table("notice_counter")
