"""The portal's pages as they are served, its look, and the comments of the public."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import keep_apart

revision = "0023"
down_revision = "0022"

HERE = sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("feed_work", sa.Column("rendered_on", sa.Date(), nullable=True))
    op.create_table(
        "portal_page",
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_portal_page_jurisdiction_id")),
        sa.PrimaryKeyConstraint("jurisdiction_id", "path", name=op.f("pk_portal_page")),
    )
    op.create_table(
        "portal_look",
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("colour", sa.Text(), nullable=False),
        sa.Column("emblem", sa.LargeBinary(), nullable=True),
        sa.Column("site_code", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_portal_look_jurisdiction_id")),
        sa.PrimaryKeyConstraint("jurisdiction_id", name=op.f("pk_portal_look")),
    )
    _create_comments()
    keep_apart(op, "portal_page", "portal_look", "public_comment")


def _create_comments() -> None:
    op.create_table(
        "public_comment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("contact_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("sender", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("taken_up_as", sa.Text(), nullable=True),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("taken_up_note", sa.Text(), nullable=True),
        sa.Column("taken_up_by", sa.Uuid(), nullable=True),
        sa.Column("taken_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'published', 'refused')", name=op.f("ck_public_comment_state")),
        sa.CheckConstraint("taken_up_as IN ('clue', 'opinion')", name=op.f("ck_public_comment_taken_up_as")),
        sa.CheckConstraint(
            "(state = 'waiting') = (decided_at IS NULL)", name=op.f("ck_public_comment_decided_at_a_moment")
        ),
        sa.CheckConstraint(
            "(state = 'refused') = (reason IS NOT NULL)", name=op.f("ck_public_comment_refused_with_reason")
        ),
        sa.CheckConstraint(
            "(taken_up_as IS NULL) = (taken_up_at IS NULL)", name=op.f("ck_public_comment_taken_up_at_a_moment")
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_public_comment_jurisdiction_id")
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "entry_id"],
            ["publication.jurisdiction_id", "publication.id"],
            name=op.f("fk_public_comment_jurisdiction_id_entry_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "item_id"],
            ["item.jurisdiction_id", "item.id"],
            name=op.f("fk_public_comment_jurisdiction_id_item_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_comment")),
        sa.UniqueConstraint("code_sha256", name=op.f("uq_public_comment_code_sha256")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_public_comment_jurisdiction_id_id")),
    )
    for columns in (["jurisdiction_id", "id"], ["jurisdiction_id", "sender", "received_at"], ["entry_id"]):
        op.create_index(op.f(f"ix_public_comment_{'_'.join(columns)}"), "public_comment", columns)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("public_comment", "portal_look", "portal_page"):
        op.drop_table(table)
    op.drop_column("feed_work", "rendered_on")
